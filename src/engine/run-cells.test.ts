import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { counterProgram } from '../../specs/reference/counter.ts';
import { lockstepProgram } from '../../specs/reference/lockstep.ts';
import { mutexProgram } from '../../specs/reference/mutex.ts';
import { shareProgram } from '../../specs/reference/share.ts';
import type { Outcome } from '../evidence/verdict.ts';
import type { Program } from '../lang/program.ts';
import { runCells } from './run-cells.ts';

const limits = { seconds: 60, memoryMiB: 512, depth: null };
const never = new AbortController().signal;

async function run(
  cells: readonly {
    readonly program: Program;
    readonly properties: readonly string[];
    readonly engine?: string;
  }[],
  jobs: number,
  own: Partial<typeof limits> = {},
  signal = never,
) {
  const done = new Map<number, readonly Outcome[]>();
  const requests = cells.map((cell) => ({ engine: 'portfolio', ...cell, limits: { ...limits, ...own } }));
  const events = {
    started: () => undefined,
    progress: () => undefined,
    done: async (cell: number, outcomes: readonly Outcome[]) => void done.set(cell, outcomes),
  };
  await runCells(requests, jobs, events, signal);
  return cells.map((_, cell) => done.get(cell)?.map((o) => `${o.property} ${o.verdict.verdict} ${o.engine}`));
}

const withoutEngine = (text: string): string => text.split(' ').slice(0, 2).join(' ');

test.each([1, 2, 3])(
  'with %i jobs the verdicts are the same, in the order asked',
  async (jobs) => {
    const cells = [
      { program: counterProgram(2), properties: ['no-bug', 'total'] },
      { program: counterProgram(1), properties: ['total'] },
      { program: mutexProgram(2, true), properties: ['lock-pairing', 'no-bug'] },
    ];
    expect((await run(cells, jobs)).map((cell) => cell?.map(withoutEngine))).toEqual([
      ['no-bug proved', 'total violated'],
      ['total proved'],
      ['lock-pairing proved', 'no-bug proved'],
    ]);
  },
  60_000,
);

/** Ten million states. */
const longSearch = {
  program: shareProgram(1, 7, true),
  properties: ['share-count'],
  engine: 'explicit',
  reduce: ['slice'],
} as const;

test('time that runs out leaves a cell open, and the next is checked', async () => {
  const cells = [longSearch, { program: counterProgram(2), properties: ['total'], engine: 'explicit' }];
  expect(await run(cells, 1, { seconds: 1 })).toEqual([
    ['share-count unknown explicit'],
    ['total violated explicit'],
  ]);
}, 60_000);

test('lanes that cannot run side by side share the time', async () => {
  const cells = [1, 2].map(() => ({ ...longSearch, engine: 'portfolio' }));
  // What the others take is not time of a cell's own.
  expect(await run(cells, 1, { seconds: 30, memoryMiB: 64 })).toEqual(
    Array(2).fill(['share-count proved spacer']),
  );
}, 120_000);

test('a search that a job to spare helps can be stopped, by time and from outside', async () => {
  const cells = [longSearch];
  expect(await run(cells, 2, { seconds: 3 })).toEqual([['share-count unknown explicit']]);
  expect(await run(cells, 2, {}, AbortSignal.timeout(3_000))).toEqual([undefined]);
}, 60_000);

test('memory that runs out is no verdict', async () => {
  const cells = [longSearch];
  expect(await run(cells, 1, { memoryMiB: 64 })).toEqual([['share-count unknown explicit']]);
}, 60_000);

test('interrupted: what is done is kept, nothing else is said', async () => {
  const cells = [
    { program: counterProgram(2), properties: ['total'], engine: 'explicit' },
    { program: lockstepProgram(), properties: ['together'], engine: 'k-induction' },
  ];
  const interrupt = new AbortController();
  const running = run(cells, 2, {}, interrupt.signal);
  await sleep(4_000);
  interrupt.abort();
  expect(await running).toEqual([['total violated explicit'], undefined]);
}, 60_000);
