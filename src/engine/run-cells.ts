/**
 * Checks in worker threads, several at a time: each can be stopped, and none holds up the others. A cell is
 * checked in one lane after the other, which then share its time, or, where there are more jobs than cells, in several
 * at once; the first to decide a property wins, and when all are decided the other lanes are stopped. Jobs that are more
 * than all lanes help a search.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import type { Outcome } from '../evidence/verdict.ts';
import type { CheckRequest } from './check-worker.ts';
import { better, isDecided } from './portfolio.ts';
import { lanesOf } from './registry.ts';
import { runWorker } from './run-worker.ts';

export interface Events {
  readonly started: (cell: number) => void;
  readonly progress: (cell: number, text: string) => void;
  /** Awaited before another check starts in its place. */
  readonly done: (cell: number, outcomes: readonly Outcome[]) => Promise<void>;
}

/** How long the first lane of a cell is alone: what one CPU comes to by itself takes about as long. */
const HEAD_START_MS = 2000;

/** A cell under way. */
interface Course {
  readonly cell: number;
  readonly request: Cell;
  /** Engines still to be started. */
  readonly waiting: string[];
  running: number;
  readonly clock: Clock;
  finished: boolean;
  readonly best: Map<string, Outcome>;
  /** What its engines found to hold in all states, and the lanes that run, to be told of it. */
  readonly lemmas: string[];
  readonly listeners: Set<(found: readonly string[]) => void>;
  /** 1 for each property that is decided; lanes that run look at it. */
  readonly settled: Int32Array;
  readonly stop: AbortController;
}

/** Of one search: the more there are, the longer they wait for what only one thread does. */
const MOST_HELPERS = 3;

type Cell = Omit<CheckRequest, 'settled' | 'lemmas'>;

/**
 * Runs the cells, `jobs` checks at a time, until all are done or `signal` is given. Errors: InternalError where a
 * worker dies of a bug; the first error of `events.done`.
 */
export async function runCells(
  cells: readonly Cell[],
  jobs: number,
  events: Events,
  signal: AbortSignal,
): Promise<void> {
  const courses = longestFirst(cells).map((cell) => courseOf(cell, cells[cell] as Cell));
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);

  /** Cells with lanes still to be started; those that nobody works at come first, and of these what was begun. */
  function waiting(): readonly Course[] {
    const open = courses.filter((c) => !c.finished && c.waiting.length > 0);
    return open.sort(
      (a, b) => a.running - b.running || Number(b.clock.started()) - Number(a.clock.started()),
    );
  }
  /** What a first lane finds at once, no second need be started for. */
  const isReady = ({ clock, running }: Course): boolean => running === 0 || clock.ms() >= HEAD_START_MS;

  async function check(course: Course): Promise<void> {
    const { cell, request, best } = course;
    const engine = course.waiting.shift() as string;
    if (!course.clock.started()) events.started(cell);
    if (course.running++ === 0) course.clock.start();
    const left = request.limits.seconds - course.clock.ms() / 1000;
    const sideBySide = jobs > courses.filter((c) => !c.finished).length;
    const seconds = Math.floor(sideBySide ? left : left / (course.waiting.length + 1));
    const open = request.properties.filter((id) => !isSettled(best, id));
    const lanes = courses.reduce((sum, c) => sum + (c.finished ? 0 : c.waiting.length + c.running), 0);
    const helpers = Math.min(Math.max(Math.floor(jobs / lanes) - 1, 0), MOST_HELPERS);
    const limits = { ...request.limits, seconds: Math.max(seconds, 1), helpers };
    const settled = { properties: request.properties, flags: course.settled };
    const properties = [...new Set([OUT_OF_MODEL, ...open])];
    let listener: (found: readonly string[]) => void = () => undefined;
    const outcomes = await runWorker(
      { ...request, engine, limits, settled, properties, lemmas: course.lemmas },
      {
        progress: (text) => events.progress(cell, text),
        decided: (some) => note(course, some),
        lemmas(found) {
          course.lemmas.push(...found);
          for (const other of course.listeners) if (other !== listener) other(found);
        },
        started(tell) {
          listener = tell;
          course.listeners.add(tell);
        },
      },
      AbortSignal.any([stop, course.stop.signal]),
    );
    course.listeners.delete(listener);
    if (--course.running === 0) course.clock.stop();
    if (!outcomes || course.finished) return;
    note(course, outcomes);
    const leaves = best.get(OUT_OF_MODEL)?.verdict.verdict === 'violated';
    const decided = request.properties.every((id) => isSettled(best, id));
    const over = course.clock.ms() >= request.limits.seconds * 1000;
    const spent = course.running === 0 && (course.waiting.length === 0 || over);
    if (!(leaves || decided || spent)) return;
    course.finished = true;
    course.stop.abort();
    await events.done(
      cell,
      request.properties.map((id) => best.get(id) as Outcome),
    );
  }

  async function work(): Promise<void> {
    while (!stop.aborted) {
      const open = waiting();
      if (open.length === 0) return;
      const course = open.find(isReady);
      await (course ? check(course) : sleep(HEAD_START_MS / 20));
    }
  }

  const workers = Array.from({ length: jobs }, () =>
    work().catch((error: unknown) => {
      failed.abort();
      throw error;
    }),
  );
  const results = await Promise.allSettled(workers);
  for (const r of results) if (r.status === 'rejected') throw r.reason;
}

function courseOf(cell: number, request: Cell): Course {
  const bytes = Int32Array.BYTES_PER_ELEMENT * request.properties.length;
  return {
    cell,
    request,
    waiting: [...lanesOf(request.engine, request, request.limits)],
    running: 0,
    clock: createClock(),
    finished: false,
    best: new Map(),
    lemmas: [],
    listeners: new Set(),
    settled: new Int32Array(new SharedArrayBuffer(bytes)),
    stop: new AbortController(),
  };
}

/** How long a cell was worked at, in milliseconds. */
interface Clock {
  started(): boolean;
  start(): void;
  stop(): void;
  ms(): number;
}

function createClock(): Clock {
  let before = 0;
  let since: number | null = null;
  const ms = () => before + (since === null ? 0 : performance.now() - since);
  return {
    started: () => since !== null || before > 0,
    start() {
      since = performance.now();
    },
    stop() {
      before = ms();
      since = null;
    },
    ms,
  };
}

function note({ best, request, settled }: Course, outcomes: readonly Outcome[]): void {
  for (const outcome of outcomes) {
    const before = best.get(outcome.property);
    best.set(outcome.property, before ? better(before, outcome) : outcome);
  }
  for (const [i, id] of request.properties.entries()) if (isSettled(best, id)) Atomics.store(settled, i, 1);
}

function isSettled(best: ReadonlyMap<string, Outcome>, property: string): boolean {
  const outcome = best.get(property);
  return outcome !== undefined && isDecided(outcome);
}

/** The cells in the order of the work that they are expected to be, so that no long one is left to the end. */
function longestFirst(cells: readonly Cell[]): number[] {
  const work = ({ stored }: Cell) => stored?.invariant.length ?? Number.MAX_SAFE_INTEGER;
  return [...cells.keys()].sort((a, b) => work(cells[b] as Cell) - work(cells[a] as Cell));
}
