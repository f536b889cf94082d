import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { asDefinitions } from '../semantics/term-text.ts';
import { workerFile } from '../support/worker-file.ts';
import { openExchange } from './exchange.ts';
import { openSession, type SolverProcess, type SolverSession } from './session.ts';
import type { Z3WorkerAnswer, Z3WorkerReady } from './z3-worker.ts';

/** A session over the Z3 that comes with this package, in a worker thread of its own. */
export function openZ3Session(): SolverSession {
  return openSession(startZ3);
}

/** Starts a worker and waits until its Z3 is loaded (some 0.3 s). It does not keep the process alive while idle. */
export async function startZ3(): Promise<SolverProcess> {
  const worker = new Worker(await workerFile('solver/z3-worker'));
  const [{ version }] = (await once(worker, 'message')) as [Z3WorkerReady];
  const exchange = openExchange();
  worker.on('message', ({ output }: Z3WorkerAnswer) => {
    worker.unref();
    exchange.reply(output);
  });
  worker.on('error', (error) => exchange.end(causeOfDeath(error)));
  worker.on('exit', () => exchange.end('the Z3 worker ended'));
  worker.unref();

  return {
    version,
    // A Z3 as new as this one keeps what definitions share, and then takes a quarter less time.
    evaluate: (script) =>
      exchange.ask(() => {
        worker.ref();
        worker.postMessage(asDefinitions(script));
      }),
    stop: async () => {
      await worker.terminate();
    },
  };
}

/** The status with which Z3 gives up when memory is exhausted (`ERR_MEMOUT` in its util/error_codes.h). */
const OUT_OF_MEMORY = 101;

function causeOfDeath(error: Error): string {
  if ('status' in error && error.status === OUT_OF_MEMORY) return 'Z3 ran out of memory';
  return `the Z3 worker died: ${error.message}`;
}
