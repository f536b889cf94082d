import { expect, test } from 'vitest';
import { abbaProgram } from '../../specs/reference/abba.ts';
import { lockWords } from '../lang/fields.ts';
import { lockCycle, lockOrderOf } from './lock-cycle.ts';

const edges = (...pairs: readonly string[]) =>
  pairs.map((pair) => ({ held: pair.charAt(0), taken: pair.charAt(1) }));

test('a relation without a cycle', () => {
  expect(lockCycle(edges('ab', 'bc', 'ac', 'cd'))).toBeNull();
});

test('the shortest cycle, wherever it begins', () => {
  expect(lockCycle(edges('ab', 'bc', 'ca', 'cd', 'dc'))).toEqual(edges('cd', 'dc'));
  expect(lockCycle(edges('ab', 'bc', 'ca'))).toEqual(edges('ab', 'bc', 'ca'));
});

test('an order in which each edge goes forward', () => {
  const p = abbaProgram(true);
  const [a = '', b = ''] = lockWords(p).map((w) => w.name);
  expect(lockOrderOf([`${b} -> ${a}`], p)).toEqual([b, a]);
  expect(lockOrderOf([`${b} -> ${a}`, `${a} -> ${b}`], p)).toBeNull();
  expect(lockOrderOf([], p)).toEqual([a, b]);
});
