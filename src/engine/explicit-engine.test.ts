import { expect, onTestFinished, test, vi } from 'vitest';
import { counterProgram } from '../../specs/reference/counter.ts';
import { sentinelProgram } from '../../specs/reference/sentinel.ts';
import { shareProgram } from '../../specs/reference/share.ts';
import { twoLocksProgram } from '../../specs/reference/two-locks.ts';
import type { Outcome } from '../evidence/verdict.ts';
import type { Program } from '../lang/program.ts';
import { type Reduction, reductions } from '../system/reductions.ts';
import type { Limits } from './engine.ts';
import { explicitEngine } from './explicit-engine.ts';

const limits: Limits = { seconds: 60, memoryMiB: 512, depth: null };

async function check(
  program: Program,
  properties: readonly string[],
  own: Partial<Limits> = {},
  reduce: readonly Reduction[] = reductions,
) {
  const task = { program, properties, reduce };
  return explicitEngine.check(task, { ...limits, ...own }, () => undefined);
}
const verdicts = (outcomes: readonly Outcome[]) => outcomes.map((o) => o.verdict.verdict);

test('a violation carries a replayed trace, what holds is bounded by the instance', async () => {
  const properties = ['no-sentinel-deref', 'no-null-deref', 'one-owner', 'deadlock-free'];
  const [sentinel, ...others] = await check(sentinelProgram(2), properties);
  expect(sentinel?.verdict).toMatchObject({ verdict: 'violated' });
  expect(verdicts(others)).toEqual(['bounded', 'bounded', 'bounded']);
  expect(verdicts(await check(sentinelProgram(1), properties))).toEqual(Array(4).fill('bounded'));
});

test('a violation found ends the search, if nothing else was asked for', async () => {
  const [alone] = await check(sentinelProgram(2), ['no-sentinel-deref', 'out-of-model'], {}, []);
  const [among] = await check(sentinelProgram(2), ['no-sentinel-deref', 'no-null-deref'], {}, []);
  expect(alone?.states).toBeLessThan(among?.states ?? 0);
});

test('what is decided elsewhere meanwhile ends the search', async () => {
  const states = async (isSettled: (property: string) => boolean) => {
    const task = {
      program: counterProgram(2),
      properties: ['deadlock-free', 'no-bug'],
      reduce: [],
      isSettled,
    };
    const outcomes = await explicitEngine.check(task, limits, () => undefined);
    return outcomes[0]?.states ?? 0;
  };
  const all = await states((property) => property === 'no-bug');
  expect(await states(() => true)).toBeLessThan(all);
});

test('a lost update needs two CPUs', async () => {
  expect(verdicts(await check(counterProgram(1), ['total']))).toEqual(['bounded']);
  expect(verdicts(await check(counterProgram(2), ['total']))).toEqual(['violated']);
});

test('of the shortest runs, the one with the fewest switches between CPUs is shown', async () => {
  const [total] = await check(counterProgram(2), ['total']);
  const [trace] = total && 'traces' in total.verdict ? total.verdict.traces : [];
  const cpus = trace?.steps.map((step) => step.cpu) ?? [];
  expect(cpus).toHaveLength(16);
  expect(cpus.filter((cpu, i) => i > 0 && cpu !== cpus[i - 1])).toHaveLength(2);
});

test('a run found with fused steps is as short as one found without', async () => {
  const properties = ['deadlock-free'];
  const steps = async (reduce: readonly Reduction[]) => {
    const [deadlock] = await check(twoLocksProgram(2), properties, {}, reduce);
    return deadlock && 'traces' in deadlock.verdict ? deadlock.verdict.traces[0]?.steps.length : 0;
  };
  expect(await steps(['fuse'])).toBe(await steps([]));
  expect(await steps([])).toBeGreaterThan(0);
});

test('lock order fails with one CPU, with a trace for each edge; a deadlock needs two', async () => {
  const properties = ['lock-order', 'deadlock-free'];
  const [order, deadlock] = await check(twoLocksProgram(1), properties);
  expect(order?.verdict).toMatchObject({
    verdict: 'violated',
    traces: [
      {
        says: 'pair[0].second is taken in forward() while pair[0].first is held, which was taken in forward()',
      },
      {
        says: 'pair[0].first is taken in backward() while pair[0].second is held, which was taken in backward()',
      },
    ],
  });
  expect(deadlock?.verdict.verdict).toBe('bounded');
  expect(verdicts(await check(twoLocksProgram(2), properties))).toEqual(['violated', 'violated']);
});

test('a data race is shown with both accesses, one trace for each two functions; with one CPU there is none', async () => {
  const properties = ['no-data-race:counter.n', 'no-data-race'];
  const [n, any] = await check(counterProgram(2), [...properties, 'no-bug']);
  const race = { field: 'counter.n', functions: ['add one', 'add one'] };
  expect(n?.verdict).toMatchObject({
    verdict: 'violated',
    traces: [
      {
        shown: { property: 'no-data-race:counter.n', race },
        says: 'counter[0].n may be stored to by CPU 0 in add one() while it is read by CPU 1 in add one(): nothing orders the two',
        waiting: [
          { cpu: 0, text: 'counter[0].n++;', racing: { word: 'counter[0].n', store: true } },
          { cpu: 1, text: 'counter[0].n++;', racing: { word: 'counter[0].n', store: false } },
        ],
      },
    ],
  });
  const traces = any?.verdict.verdict === 'violated' ? any.verdict.traces : [];
  expect(traces.map((t) => t.shown.race?.field).sort()).toEqual([
    'counter.done',
    'counter.n',
    'counter.started',
  ]);
  expect(verdicts(await check(counterProgram(1), properties))).toEqual(['bounded', 'bounded']);
});

test('what is possible is reached, what is not stays open', async () => {
  const properties = ['reach:page_host:2:then', 'reach:page_host:6:then', 'reach:page_share'];
  expect(verdicts(await check(sentinelProgram(1), properties))).toEqual(['reached', 'bounded', 'reached']);
});

test('a search that is cut short says so', async () => {
  const [deep] = await check(counterProgram(2), ['total'], { depth: 2 });
  expect(deep?.verdict).toEqual({ verdict: 'bounded', reason: 'nothing is found within 2 steps' });
  const [brief] = await check(counterProgram(2), ['total'], { seconds: 0 });
  expect(brief?.verdict).toEqual({
    verdict: 'unknown',
    reason: 'time ran out after 0 s: 1 states were searched, 0 steps deep',
  });
});

test('time is kept for the run to what is asked for, and for nothing else that is found', async () => {
  const seconds = 12;
  let reads = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => 1000 * reads++);
  onTestFinished(() => clock.mockRestore());
  const statesUntil = async (...properties: readonly string[]) => {
    reads = 0;
    const [outcome] = await check(shareProgram(2, 2, false), properties, { seconds }, []);
    return outcome?.states ?? 0;
  };
  const unasked = await statesUntil('no-warn');
  expect(await statesUntil('no-warn', 'no-sentinel-deref')).toBeLessThan(unasked);
  expect(await statesUntil('no-warn', 'deadlock-free')).toBe(unasked);
});
