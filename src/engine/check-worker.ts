/** A worker thread that checks one program: gets one `CheckRequest`, sends `CheckMessage`s. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Outcome } from '../evidence/verdict.ts';
import { assert } from '../support/assert.ts';
import type { Limits, Task } from './engine.ts';
import { engineNamed } from './registry.ts';

export interface CheckRequest extends Omit<Task, 'isSettled' | 'tell'> {
  readonly engine: string;
  readonly limits: Omit<Limits, 'signal'>;
  /** Shared memory: 1 for each of these properties that is decided elsewhere meanwhile. */
  readonly settled: { readonly properties: readonly string[]; readonly flags: Int32Array };
}

export type CheckMessage =
  | { readonly kind: 'progress'; readonly text: string }
  /** Before all is done. */
  | { readonly kind: 'decided'; readonly outcomes: readonly Outcome[] }
  | { readonly kind: 'done'; readonly outcomes: readonly Outcome[] };

assert(parentPort, 'check-worker must be started as a worker thread');
const port = parentPort;
const { engine: id, limits, settled, ...task } = workerData as CheckRequest;
const isSettled = (property: string): boolean => {
  const number = settled.properties.indexOf(property);
  return number >= 0 && Atomics.load(settled.flags, number) === 1;
};
const engine = engineNamed(id);
assert(engine, `no engine is called ${id}`);

const send = (message: CheckMessage): void => port.postMessage(message);
const tell = (decided: readonly Outcome[]): void => send({ kind: 'decided', outcomes: decided });
const outcomes = await engine.check({ ...task, isSettled, tell }, limits, (text) =>
  send({ kind: 'progress', text }),
);
send({ kind: 'done', outcomes });
