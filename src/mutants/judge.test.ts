import { expect, test } from 'vitest';
import type { Fate } from './hunt.ts';
import { judge } from './judge.ts';

const fate = (id: string, isCaught: boolean): Fate => ({
  id,
  rule: 'store dropped',
  place: 'f:1',
  caught: isCaught ? { arena: 'a', differences: [{ of: 'no-bug', how: 'appears', reason: null }] } : null,
  trials: [],
});
const fates = (survivors: number, caught: number): readonly Fate[] => [
  ...Array.from({ length: survivors }, (_, i) => fate(`survivor ${i}`, false)),
  ...Array.from({ length: caught }, (_, i) => fate(`caught ${i}`, true)),
];

test('one in ten may survive, with a reason', () => {
  expect(judge(fates(1, 9), { 'survivor 0': 'equal' }, true).passes).toBe(true);
  expect(judge(fates(1, 9), {}, true)).toMatchObject({ passes: false, unexplained: ['survivor 0'] });
  const two = { 'survivor 0': 'equal', 'survivor 1': 'equal' };
  expect(judge(fates(2, 9), two, true)).toMatchObject({ passes: false, unexplained: [] });
});

test('what is stated to survive must survive, and be a mutant', () => {
  expect(judge(fates(0, 10), { 'caught 3': 'equal' }, true)).toMatchObject({
    passes: false,
    caughtAfterAll: ['caught 3'],
  });
  expect(judge(fates(0, 10), { gone: 'equal' }, true)).toMatchObject({ passes: false, unknown: ['gone'] });
});

test('of some of the mutants neither the fraction nor missing names say anything', () => {
  expect(judge(fates(1, 1), { 'survivor 0': 'equal', gone: 'equal' }, false).passes).toBe(true);
});
