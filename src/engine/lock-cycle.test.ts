import { expect, test } from 'vitest';
import { lockCycle } from './lock-cycle.ts';

const edges = (...pairs: readonly string[]) =>
  pairs.map((pair) => ({ held: pair.charAt(0), taken: pair.charAt(1) }));

test('a relation without a cycle', () => {
  expect(lockCycle(edges('ab', 'bc', 'ac', 'cd'))).toBeNull();
});

test('the shortest cycle, wherever it begins', () => {
  expect(lockCycle(edges('ab', 'bc', 'ca', 'cd', 'dc'))).toEqual(edges('cd', 'dc'));
  expect(lockCycle(edges('ab', 'bc', 'ca'))).toEqual(edges('ab', 'bc', 'ca'));
});
