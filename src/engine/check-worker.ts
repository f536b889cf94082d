/** A worker thread that checks one program: gets one `CheckRequest`, sends `CheckMessage`s. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Outcome } from '../evidence/verdict.ts';
import { assert } from '../support/assert.ts';
import type { Lemmas, Limits, Task } from './engine.ts';
import { engineNamed } from './registry.ts';

export interface CheckRequest extends Omit<Task, 'isSettled' | 'tell' | 'lemmas'> {
  readonly engine: string;
  readonly limits: Omit<Limits, 'signal'>;
  /** Shared memory: 1 for each of these properties that is decided elsewhere meanwhile. */
  readonly settled: { readonly properties: readonly string[]; readonly flags: Int32Array };
  /** What other workers at the program found before; what they find later is sent as lists of these. */
  readonly lemmas: readonly string[];
}

export type CheckMessage =
  | { readonly kind: 'progress'; readonly text: string }
  /** Before all is done. */
  | { readonly kind: 'decided'; readonly outcomes: readonly Outcome[] }
  | { readonly kind: 'lemmas'; readonly found: readonly string[] }
  | { readonly kind: 'done'; readonly outcomes: readonly Outcome[] };

assert(parentPort, 'check-worker must be started as a worker thread');
const port = parentPort;
const { engine: id, limits, settled, lemmas: before, ...task } = workerData as CheckRequest;
const isSettled = (property: string): boolean => {
  const number = settled.properties.indexOf(property);
  return number >= 0 && Atomics.load(settled.flags, number) === 1;
};
const engine = engineNamed(id);
assert(engine, `no engine is called ${id}`);

const send = (message: CheckMessage): void => port.postMessage(message);
const tell = (decided: readonly Outcome[]): void => send({ kind: 'decided', outcomes: decided });
const known = [...before];
const lemmas: Lemmas = {
  known() {
    for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port))
      known.push(...(more.message as readonly string[]));
    return known;
  },
  tell(found) {
    known.push(...found);
    send({ kind: 'lemmas', found });
  },
};
const outcomes = await engine.check({ ...task, isSettled, tell, lemmas }, limits, (text) =>
  send({ kind: 'progress', text }),
);
send({ kind: 'done', outcomes });
