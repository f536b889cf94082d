/** What engines tell one another: it is right, it is used, and nothing is believed of it. */
import { expect, test, vi } from 'vitest';
import { mutexProgram } from '../../specs/reference/mutex.ts';
import { shareProgram } from '../../specs/reference/share.ts';
import type { Outcome } from '../evidence/verdict.ts';
import type { Program } from '../lang/program.ts';
import type { Reduction } from '../system/reductions.ts';
import type { Engine, Limits } from './engine.ts';
import { explicitEngine } from './explicit-engine.ts';
import { inductionEngine } from './induction-engine.ts';
import { runWorker } from './run-worker.ts';
import { spacerEngine } from './spacer-engine.ts';
import { valueSetEngine } from './value-set-engine.ts';

// Z3 starts several times in each test; this is a limit for one that hangs.
vi.setConfig({ testTimeout: 120_000 });

const limits: Limits = { seconds: 100, memoryMiB: 1024, depth: null };

/** What an engine says with these lemmas, what it tells, and which progress it reports. */
async function ask(
  engine: Engine,
  program: Program,
  properties: readonly string[],
  given: readonly string[] = [],
  reduce?: readonly Reduction[],
) {
  const told: string[] = [];
  const shown: string[] = [];
  const lemmas = { known: () => given, tell: (found: readonly string[]) => void told.push(...found) };
  const task = { program, properties, lemmas, ...(reduce && { reduce }) };
  const outcomes = await engine.check(task, limits, (text) => shown.push(text));
  return { outcomes, told, shown };
}
const verdicts = (outcomes: readonly Outcome[]) => outcomes.map((o) => o.verdict.verdict);
/** What each conjunct consists of, in whatever order. */
const parts = (conjuncts: readonly string[]) =>
  conjuncts.map((c) => (c.match(/[^\s()]+/g) ?? []).sort().join(' ')).sort();

const properties = ['share-count', 'owner-tuple'];
/** Each time another: what was searched of one is not searched again. */
const share = () => shareProgram(1, 4, true);

test('a search tells the values of all states, with one for all that are alike as without', async () => {
  const [all, some] = [
    await ask(explicitEngine, share(), properties, [], ['slice']),
    await ask(explicitEngine, share(), properties, [], ['slice', 'symmetry']),
  ];
  expect(some.outcomes[0]?.states).toBeLessThan(all.outcomes[0]?.states ?? 0);
  expect(all.told.length).toBeGreaterThan(5);
  expect(parts(some.told)).toEqual(parts(all.told));
});

test('a search that was cut short, or left out values between fused steps, tells nothing', async () => {
  const mutex = mutexProgram(2, true);
  expect((await ask(explicitEngine, mutex, ['no-bug'])).told).toEqual([]);
  expect((await ask(explicitEngine, mutex, ['no-bug'], [], ['slice'])).told).not.toEqual([]);
  const told: string[] = [];
  const lemmas = { known: () => [], tell: (found: readonly string[]) => void told.push(...found) };
  const task = { program: mutexProgram(2, true), properties: ['no-bug'], lemmas, reduce: ['slice'] as const };
  await explicitEngine.check(task, { ...limits, depth: 3 }, () => undefined);
  expect(told).toEqual([]);
});

test('what is left out of a program is not asked of', async () => {
  const { told } = await ask(explicitEngine, share(), properties);
  const { outcomes } = await ask(spacerEngine, share(), properties, [...told, '(= |nowhere[0].at| #x00)']);
  expect(verdicts(outcomes)).toEqual(['proved', 'proved']);
});

test('Spacer takes the values that a search tells, and samples little', async () => {
  const { told } = await ask(explicitEngine, share(), properties);
  const { outcomes, shown } = await ask(spacerEngine, share(), properties, told);
  expect(verdicts(outcomes)).toEqual(['proved', 'proved']);
  expect(shown.filter((text) => text.startsWith('sampling'))).toEqual(['sampling 5000 states']);
});

test('what is proved is told, and is part of what is proved with it', async () => {
  const mutex = mutexProgram(2, true);
  const first = await ask(valueSetEngine, mutex, ['lock-pairing']);
  expect(verdicts(first.outcomes)).toEqual(['proved']);
  expect(first.told.length).toBeGreaterThan(0);
  for (const engine of [spacerEngine, inductionEngine]) {
    const { outcomes } = await ask(engine, mutex, ['no-bug', 'deadlock-free'], first.told);
    expect(verdicts(outcomes)).toEqual(['proved', 'proved']);
  }
});

test('workers hand them on', async () => {
  const found: string[] = [];
  const shown: string[] = [];
  const never = new AbortController().signal;
  const settled = { properties, flags: new Int32Array(new SharedArrayBuffer(8)) };
  const request = { program: share(), properties, limits, settled, lemmas: [] };
  const events = { decided: () => undefined, progress: () => undefined, started: () => undefined };
  const lemmas = (some: readonly string[]) => void found.push(...some);
  await runWorker({ ...request, engine: 'explicit' }, { ...events, lemmas }, never);
  expect(found).not.toEqual([]);
  const progress = (text: string) => void shown.push(text);
  const asked = { ...request, engine: 'spacer' };
  const tellLate = (tell: (some: readonly string[]) => void) => tell(found);
  for (const late of [false, true]) {
    const given = { ...asked, lemmas: late ? [] : found };
    const started = late ? tellLate : events.started;
    const outcomes = await runWorker(given, { ...events, lemmas, progress, started }, never);
    expect(verdicts(outcomes ?? [])).toEqual(['proved', 'proved']);
  }
  expect(shown.filter((text) => text.startsWith('sampling'))).toEqual(Array(2).fill('sampling 5000 states'));
});

test.each([
  ['a value that is missing', ['(= |block[0].index| #x0000000000000000)']],
  ['what is false', ['(not (= |block[0].mapping| |&file[1]|))']],
  ['what is false of two words', ['(or (= |block[0].mapping| #x0000000000000000) |file[0].present[0]|)']],
])('%s proves nothing', async (_, wrong) => {
  const { told } = await ask(explicitEngine, share(), properties);
  for (const lemmas of [wrong, [...told, ...wrong]]) {
    const { outcomes } = await ask(spacerEngine, share(), properties, lemmas);
    for (const { verdict } of outcomes) expect(verdict.verdict).not.toBe('proved');
  }
});
