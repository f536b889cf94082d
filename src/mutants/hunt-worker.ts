/** A worker thread that hunts the mutants of a share: gets one `HuntRequest`, sends `HuntMessage`s. */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../support/assert.ts';
import { type Arena, type Fate, hunt, type Progress, type Share } from './hunt.ts';

export interface HuntRequest {
  readonly arenas: readonly Arena[];
  readonly share: Share;
}

export type HuntMessage =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly fates: readonly Fate[] };

assert(parentPort, 'hunt-worker must be started as a worker thread');
const port = parentPort;
const { arenas, share } = workerData as HuntRequest;
const send = (message: HuntMessage): void => port.postMessage(message);
send({ kind: 'done', fates: hunt(arenas, share, (progress) => send({ kind: 'progress', progress })) });
