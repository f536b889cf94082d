import { expect, test, vi } from 'vitest';
import { abbaProgram } from '../../specs/reference/abba.ts';
import { counterProgram } from '../../specs/reference/counter.ts';
import { faultsProgram } from '../../specs/reference/faults.ts';
import { sentinelProgram } from '../../specs/reference/sentinel.ts';
import type { Outcome } from '../evidence/verdict.ts';
import {
  add,
  BUG_ON,
  cast,
  type Expr,
  instance,
  operation,
  type Program,
  program,
  set,
  struct,
  the,
  type U64,
  u64,
  ult,
  while_,
} from '../lang/public.ts';
import { bmcEngine } from './bmc-engine.ts';
import type { Limits } from './engine.ts';

// Z3 starts in each test; this is a limit for one that hangs.
vi.setConfig({ testTimeout: 120_000 });

const limits: Limits = { seconds: 60, memoryMiB: 512, depth: null };

async function check(of: Program, properties: readonly string[], own: Partial<Limits> = {}) {
  return bmcEngine.check({ program: of, properties }, { ...limits, ...own }, () => undefined);
}
const verdicts = (outcomes: readonly Outcome[]) => outcomes.map((o) => o.verdict.verdict);
const reasons = (outcomes: readonly Outcome[]) =>
  outcomes.map((o) => ('reason' in o.verdict ? o.verdict.reason : null));

const ANYWHERE = 'whatever words of 64 bits hold and wherever the objects lie';

test('a violation is replayed; a step less is bounded, not a pass', async () => {
  const properties = ['no-sentinel-deref', 'no-null-deref'];
  const [sentinel, null_] = await check(sentinelProgram(2), properties, { depth: 7 });
  expect(sentinel?.verdict).toMatchObject({
    verdict: 'violated',
    traces: [
      { says: 'PAGE_MAPPING_SHARED (0x1), the mark of a shared page, is read as a struct address_space' },
    ],
  });
  expect(null_).toMatchObject({
    verdict: { verdict: 'bounded', reason: `nothing is found within 7 steps, ${ANYWHERE}` },
    depth: 7,
  });
  expect(verdicts(await check(sentinelProgram(2), properties, { depth: 6 }))).toEqual(['bounded', 'bounded']);
});

test('runs that come to an end are bounded by it', async () => {
  expect(reasons(await check(counterProgram(1), ['total']))).toEqual([
    `nothing is found within 3 operations, ${ANYWHERE}; no run is longer`,
  ]);
});

test('a deadlock is a state in which all wait', async () => {
  const [deadlock, pairing] = await check(abbaProgram(false), ['deadlock-free', 'lock-pairing'], {
    depth: 8,
  });
  expect(deadlock?.verdict.verdict).toBe('violated');
  expect(pairing?.verdict.verdict).toBe('bounded');
});

test('what is possible is reached', async () => {
  const properties = ['reach:page_host:2:then', 'reach:page_share'];
  expect(verdicts(await check(sentinelProgram(1), properties, { depth: 1 }))).toEqual(['reached', 'reached']);
});

test('where runs leave the model, only violations are believed', async () => {
  const properties = ['out-of-model', 'no-null-deref', 'only-good'];
  const outcomes = await check(faultsProgram(false), properties, { depth: 2 });
  expect(verdicts(outcomes)).toEqual(['violated', 'violated', 'unknown']);
  expect(reasons(outcomes)[2]).toBe(
    'a run leaves the model: into an array(): row.fixed is stored to past its end',
  );
});

test('what the terms say nothing of is unknown', async () => {
  const outcomes = await check(abbaProgram(true), ['lock-order', 'no-data-race'], { depth: 3 });
  expect(outcomes.map((o) => o.verdict)).toEqual(
    Array(2).fill({ verdict: 'unknown', reason: 'this engine does not look for it' }),
  );
});

test('without time nothing is said', async () => {
  const [brief] = await check(faultsProgram(false), ['no-null-deref'], { seconds: 0 });
  expect(brief?.verdict).toEqual({ verdict: 'unknown', reason: 'time ran out after 0 s' });
  const signal = AbortSignal.abort();
  const [cancelled] = await check(faultsProgram(false), ['no-null-deref'], { signal });
  expect(cancelled?.verdict).toEqual({ verdict: 'unknown', reason: "the solver's answer was cancelled" });
});

interface stairs {
  height: U64;
  climbed: U64;
}
const stairs = struct<stairs>('stairs', { height: u64, climbed: u64 });
const { height, climbed } = the(stairs);

/** Each operation adds a stair and climbs them all, or more of them than there are. */
function stairsProgram(mostStairs: (there: Expr<U64>) => Expr<U64>): Program {
  const climb = operation('climb', {}, () => [
    set(height, add(height, 1)),
    set(climbed, 0),
    while_(ult(climbed, mostStairs(height)), [set(climbed, add(climbed, 1))]),
    BUG_ON(ult(3, climbed)),
  ]);
  return program({ name: 'stairs', bounds: { cpus: 1 }, operations: [climb] });
}

test('loops go round as often as they can, unless that is without end', async () => {
  expect(
    verdicts(
      await check(
        stairsProgram((there) => there),
        ['no-bug'],
        { depth: 4 },
      ),
    ),
  ).toEqual(['violated']);
  expect(
    reasons(
      await check(
        stairsProgram((there) => there),
        ['no-bug'],
        { depth: 3 },
      ),
    ),
  ).toEqual([`nothing is found within 3 operations, ${ANYWHERE}`]);
  expect(
    reasons(
      await check(
        stairsProgram(() => add(climbed, 1)),
        ['no-bug'],
      ),
    ),
  ).toEqual(['the loop at climb:4 goes round more than 12 times']);
});

interface item {
  n: U64;
}
const item = struct<item>('item', { n: u64 }, { instances: 2 });

test('a violation may need objects to lie elsewhere than they usually do', async () => {
  const address = (i: number) => cast(u64, instance(item, i));
  const compare = operation('compare', {}, () => [BUG_ON(ult(address(1), address(0)))]);
  const apart = program({ name: 'apart', bounds: { cpus: 1 }, operations: [compare] });
  const [outcome] = await check(apart, ['no-bug'], { depth: 1 });
  const [trace] = outcome && 'traces' in outcome.verdict ? outcome.verdict.traces : [];
  expect(trace?.addresses.get('item[1]')).toBeLessThan(trace?.addresses.get('item[0]') ?? 0n);
});
