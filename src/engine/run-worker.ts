/** One check in a worker thread of its own. */
import { Worker } from 'node:worker_threads';
import type { Outcome } from '../evidence/verdict.ts';
import { workerFile } from '../support/worker-file.ts';
import type { CheckMessage, CheckRequest } from './check-worker.ts';

/** MiB for what is new: enough that what lowering and printing throw away is not copied on the way. */
const NURSERY = 128;
/** Milliseconds, some 25 days: timers take no more. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** How long after its time an engine may go on, seconds, until it is stopped from outside. */
const GRACE = 20;

export interface WorkerEvents {
  readonly progress: (text: string) => void;
  /** What is decided before all is done: it stands, whatever becomes of the worker. */
  readonly decided: (outcomes: readonly Outcome[]) => void;
  /** What it found to hold in all states. */
  readonly lemmas: (found: readonly string[]) => void;
  /** Is given the means to tell it what others find. */
  readonly started: (tell: (found: readonly string[]) => void) => void;
}

/**
 * What the engine says; null if it was stopped by the signal. A worker that runs out of time or memory, or that ends
 * without an answer, decides nothing. Errors: what is thrown in the worker, which is a bug.
 */
export async function runWorker(
  request: CheckRequest,
  { progress, decided, lemmas, started }: WorkerEvents,
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
      started((found) => worker.postMessage(found));
      signal.addEventListener('abort', () => resolve(null), { once: true });
      if (signal.aborted) resolve(null);
      const { seconds } = request.limits;
      const patience = Math.min((seconds + GRACE) * 1000, LONGEST_TIMER);
      timer = setTimeout(() => giveUp(`time ran out after ${seconds} s`), patience);
      worker.on('message', (message: CheckMessage) => {
        if (message.kind === 'progress') progress(message.text);
        else if (message.kind === 'decided') decided(message.outcomes);
        else if (message.kind === 'lemmas') lemmas(message.found);
        else resolve(message.outcomes);
      });
      worker.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
          giveUp(`memory ran out at ${request.limits.memoryMiB} MiB`);
        else reject(error);
      });
      worker.on('exit', (code) => giveUp(`the check's worker ended without an answer, with code ${code}`));
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
