/** A hunt in worker threads, each with a share of the mutants. */
import { Worker } from 'node:worker_threads';
import { InternalError } from '../support/assert.ts';
import { workerFile } from '../support/worker-file.ts';
import type { Arena, Fate, Progress, Share } from './hunt.ts';
import type { HuntMessage } from './hunt-worker.ts';

/** Of each worker, MiB: what it needs, where V8 would let garbage take all there is. */
const HEAP = 1024;

/** The fates of the share's mutants, whatever the number of workers. Errors: InternalError where one dies. */
export async function runHunt(
  arenas: readonly Arena[],
  { part, parts, only }: Share,
  jobs: number,
  progress: (worker: number, p: Progress) => void,
): Promise<readonly Fate[]> {
  const found = await Promise.all(
    Array.from({ length: jobs }, (_, worker) => {
      const share = { part: part + parts * worker, parts: parts * jobs, ...(only && { only }) };
      return huntInWorker(arenas, share, (p) => progress(worker, p));
    }),
  );
  return found.flat().sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function huntInWorker(
  arenas: readonly Arena[],
  share: Share,
  progress: (p: Progress) => void,
): Promise<readonly Fate[]> {
  const worker = new Worker(await workerFile('mutants/hunt-worker'), {
    workerData: { arenas, share },
    resourceLimits: { maxOldGenerationSizeMb: HEAP },
  });
  try {
    return await new Promise((resolve, reject) => {
      worker.on('message', (message: HuntMessage) => {
        if (message.kind === 'progress') progress(message.progress);
        else resolve(message.fates);
      });
      worker.on('error', reject);
      worker.on('exit', () => reject(new InternalError('a hunt ended without an answer')));
    });
  } finally {
    await worker.terminate();
  }
}
