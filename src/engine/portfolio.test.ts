import { expect, test } from 'vitest';
import { sentinelProgram } from '../../specs/reference/sentinel.ts';
import type { Outcome, Verdict } from '../evidence/verdict.ts';
import type { Engine } from './engine.ts';
import { better, portfolio } from './portfolio.ts';

const program = sentinelProgram(1);

/** An engine that gives these verdicts, and remembers what it was asked. */
function scripted(id: string, verdicts: Readonly<Record<string, Verdict['verdict']>>) {
  const asked: string[][] = [];
  const engine: Engine = {
    id,
    check: async ({ properties }) => {
      asked.push([...properties]);
      return properties.map((property) => {
        const verdict = { verdict: verdicts[property] ?? 'bounded', reason: id } as Verdict;
        return { property, verdict, engine: id, solver: null, depth: null, states: null, seconds: 0 };
      });
    },
  };
  return { engine, asked };
}

const run = (engines: readonly Engine[], properties: readonly string[], seconds = 60) =>
  portfolio('portfolio', engines).check(
    { program, properties },
    { seconds, memoryMiB: 64, depth: null },
    () => undefined,
  );

test('an engine is asked what those before it left open', async () => {
  const first = scripted('first', { a: 'violated', b: 'bounded', c: 'unknown' });
  const second = scripted('second', { b: 'proved', c: 'unknown', d: 'unknown' });
  const outcomes = await run([first.engine, second.engine], ['a', 'b', 'c', 'd']);
  expect(second.asked).toEqual([['out-of-model', 'b', 'c', 'd']]);
  expect(outcomes.map((o) => `${o.property} ${o.verdict.verdict} ${o.engine}`)).toEqual([
    'a violated first',
    'b proved second',
    'c unknown first',
    'd bounded first',
  ]);
});

test('nothing is proved of a model that is left', async () => {
  const first = scripted('first', { 'out-of-model': 'violated', a: 'unknown' });
  const second = scripted('second', { a: 'proved' });
  const [a] = await run([first.engine, second.engine], ['a']);
  expect(second.asked).toEqual([]);
  expect(a?.verdict.verdict).toBe('unknown');
});

test('where all that was asked is decided, nothing more is asked of whether runs stay in the model', async () => {
  const first = scripted('first', { a: 'violated' });
  const second = scripted('second', {});
  await run([first.engine, second.engine], ['out-of-model', 'a']);
  expect(second.asked).toEqual([]);
  await run([first.engine, second.engine], ['out-of-model']);
  expect(second.asked).toEqual([['out-of-model']]);
});

test('what is decided is told at once, so that it stands when a later engine dies', async () => {
  const first = scripted('first', { a: 'violated', b: 'unknown' });
  const told: string[] = [];
  const dies: Engine = { id: 'second', check: () => Promise.reject(new Error('out of memory')) };
  const task = {
    program,
    properties: ['a', 'b'],
    tell: (some: readonly Outcome[]) => void told.push(...some.map((o) => `${o.property} ${o.engine}`)),
  };
  const limits = { seconds: 60, memoryMiB: 64, depth: null };
  const running = portfolio('portfolio', [first.engine, dies]).check(task, limits, () => undefined);
  await expect(running).rejects.toThrow('out of memory');
  expect(told).toEqual(['a first']);
});

test('engines that contradict one another are a bug, and no verdict', () => {
  const outcome = (verdict: 'proved' | 'violated' | 'unknown', engine: string) =>
    ({ property: 'a', engine, verdict: { verdict, reason: engine } }) as unknown as Outcome;
  expect(() => better(outcome('violated', 'one'), outcome('proved', 'two'))).toThrow(
    'one says that a is violated, two that it is proved',
  );
  expect(better(outcome('violated', 'one'), outcome('unknown', 'two')).engine).toBe('one');
});

test('a bound is none for runs that leave the model', () => {
  const outcome = (verdict: 'bounded' | 'unknown', reason: string) =>
    ({ property: 'a', engine: 'x', verdict: { verdict, reason } }) as unknown as Outcome;
  const left = outcome('unknown', 'a run leaves the model: somewhere');
  expect(better(left, outcome('bounded', 'within 3 steps')).verdict.verdict).toBe('unknown');
  expect(better(outcome('unknown', 'no time'), outcome('bounded', 'within 3 steps')).verdict.verdict).toBe(
    'bounded',
  );
});
