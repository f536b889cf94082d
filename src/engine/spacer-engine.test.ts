import { expect, test, vi } from 'vitest';
import { faultsProgram } from '../../specs/reference/faults.ts';
import { shareProgram } from '../../specs/reference/share.ts';
import {
  eq,
  if_,
  increment,
  operation,
  program,
  set,
  struct,
  the,
  type U64,
  u64,
  ule,
} from '../lang/public.ts';
import { certify } from './certify.ts';
import type { Limits } from './engine.ts';
import { spacerEngine } from './spacer-engine.ts';

// Z3 starts several times in each test; this is a limit for one that hangs.
vi.setConfig({ testTimeout: 120_000 });

const limits: Limits = { seconds: 100, memoryMiB: 1024, depth: null };
const share = { program: shareProgram(1, 3, true), properties: ['share-count', 'owner-tuple'] };

async function verdicts(task: Parameters<typeof spacerEngine.check>[0], given = limits) {
  const outcomes = await spacerEngine.check(task, given, () => undefined);
  return outcomes.map(({ verdict }) => [verdict.verdict, 'reason' in verdict ? verdict.reason : null]);
}

const box = struct<{ n: U64; turns: U64 }>('box', { n: u64, turns: u64 });
const { n, turns } = the(box);
const boxes = (initial: number, body: Parameters<typeof operation>[2]) =>
  program({
    name: 'test/box',
    bounds: { cpus: 1 },
    operations: [operation('turn', {}, body)],
    initial: [[n, initial]],
    properties: [{ id: 'small', holds: ule(n, 1), judged: { when: 'idle' }, says: 'it is large' }],
  });

test('what is judged when idle need not follow from the invariant', async () => {
  const [outcome] = await spacerEngine.check(share, limits, () => undefined);
  if (outcome?.verdict.verdict !== 'proved') throw new Error('it is not proved');
  const { invariant } = outcome.verdict.certificate;
  expect(invariant.some(({ text }) => text.includes('share') && text.includes('present'))).toBe(false);
});

test('what is judged when idle is shown of the initial state, too', async () => {
  const claimed = { properties: ['small', 'out-of-model'], rounds: {}, lockOrder: [], invariant: [] };
  const stays = [set(n, n)];
  const proof = await certify(
    boxes(1, () => stays),
    claimed,
  );
  expect(proof).toHaveProperty('certificate');
  const refused = await certify(
    boxes(5, () => stays),
    claimed,
  );
  expect(refused).toEqual({ reason: 'its certificate is refused: its script initial is not valid' });
});

test('what is judged when idle is shown of each step', async () => {
  const claimed = { properties: ['small', 'out-of-model'], rounds: {}, lockOrder: [], invariant: [] };
  const refused = await certify(
    boxes(0, () => [increment(n)]),
    claimed,
  );
  expect(refused).toEqual({
    reason: 'its certificate is refused: its script CPU 0: turn, small is not valid',
  });
});

test('words that are computed with beyond their values are refused', async () => {
  const task = { program: faultsProgram(true), properties: ['no-null-deref'] };
  expect(await verdicts(task)).toEqual([['unknown', '&target[0] is computed with, and not only compared']]);
});

test('values without end are not proved anything of', async () => {
  const endless = boxes(0, () => [increment(turns), if_(eq(turns, 1), [set(n, 1)])]);
  const [[verdict] = []] = await verdicts(
    { program: endless, properties: ['small'] },
    { ...limits, seconds: 10 },
  );
  expect(verdict).toBe('unknown');
});

test.each([
  ['no time', { ...limits, seconds: 0 }],
  ['no memory', { ...limits, memoryMiB: 1 }],
  ['cancelled', { ...limits, signal: AbortSignal.abort() }],
])('%s: unknown', async (_, given) => {
  for (const [verdict] of await verdicts(share, given)) expect(verdict).toBe('unknown');
});
