/** Checks in worker threads, several at a time: each can be stopped, and none holds up the others. */
import { Worker } from 'node:worker_threads';
import type { Outcome } from '../evidence/verdict.ts';
import { InternalError } from '../support/assert.ts';
import { workerFile } from '../support/worker-file.ts';
import type { CheckMessage, CheckRequest } from './check-worker.ts';

export interface Events {
  readonly started: (cell: number) => void;
  readonly progress: (cell: number, text: string) => void;
  /** Awaited before the next cell starts in its place. */
  readonly done: (cell: number, outcomes: readonly Outcome[]) => Promise<void>;
}

/** MiB for what is new: enough that what lowering and printing throw away is not copied on the way. */
const NURSERY = 128;
/** How long after its time an engine may go on, seconds, until it is stopped from outside. */
const GRACE = 20;

/**
 * Runs the cells, `jobs` at a time, until all are done or `signal` is given. Errors: InternalError where a
 * worker dies of a bug; the first error of `events.done`.
 */
export async function runCells(
  cells: readonly CheckRequest[],
  jobs: number,
  events: Events,
  signal: AbortSignal,
): Promise<void> {
  const waiting = longestFirst(cells);
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const lane = async (): Promise<void> => {
    while (!stop.aborted) {
      const cell = waiting.shift();
      if (cell === undefined) return;
      events.started(cell);
      const outcomes = await runCell(
        cells[cell] as CheckRequest,
        (text) => events.progress(cell, text),
        stop,
      );
      if (outcomes) await events.done(cell, outcomes);
    }
  };
  const lanes = Array.from({ length: Math.min(jobs, cells.length) }, () =>
    lane().catch((error: unknown) => {
      failed.abort();
      throw error;
    }),
  );
  const settled = await Promise.allSettled(lanes);
  for (const s of settled) if (s.status === 'rejected') throw s.reason;
}

/** The cells in the order of the work that they are expected to be, so that no long one is left to the end. */
function longestFirst(cells: readonly CheckRequest[]): number[] {
  const work = ({ stored }: CheckRequest) => stored?.invariant.length ?? Number.MAX_SAFE_INTEGER;
  return [...cells.keys()].sort((a, b) => work(cells[b] as CheckRequest) - work(cells[a] as CheckRequest));
}

/** null: it was stopped. */
async function runCell(
  request: CheckRequest,
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<readonly Outcome[] | null> {
  const worker = new Worker(await workerFile('engine/check-worker'), {
    workerData: request,
    resourceLimits: { maxOldGenerationSizeMb: request.limits.memoryMiB, maxYoungGenerationSizeMb: NURSERY },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const giveUp = (reason: string) => resolve(undecided(request, reason));
      signal.addEventListener('abort', () => resolve(null), { once: true });
      if (signal.aborted) resolve(null);
      const { seconds } = request.limits;
      timer = setTimeout(() => giveUp(`time ran out after ${seconds} s`), (seconds + GRACE) * 1000);
      worker.on('message', (message: CheckMessage) => {
        if (message.kind === 'progress') progress(message.text);
        else resolve(message.outcomes);
      });
      worker.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
          giveUp(`memory ran out at ${request.limits.memoryMiB} MiB`);
        else reject(error);
      });
      worker.on('exit', () => reject(new InternalError('a check ended without an answer')));
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

function undecided({ properties, engine, limits }: CheckRequest, reason: string): readonly Outcome[] {
  return properties.map((property) => ({
    property,
    verdict: { verdict: 'unknown', reason },
    engine,
    solver: null,
    depth: null,
    states: null,
    seconds: limits.seconds,
  }));
}
