/**
 * Threads that help a search: they expand states that it has not come to yet, and look their successors up. What is
 * new the search inserts itself, in the order in which it would have come to it, so that states have the same
 * numbers with and without help. Wherever there is more to say of a state than that, helpers leave it to the search.
 */
import { Worker } from 'node:worker_threads';
import type { Compiled } from '../semantics/compiled.ts';
import { workerFile } from '../support/worker-file.ts';
import { BATCH, type CellMemory } from './cell-set.ts';
import { type Answer, createAnswer, type Job, withoutKnown } from './helper-job.ts';
import type { HelperSetup } from './helper-worker.ts';
import type { StateSet } from './state-set.ts';
import type { Switches } from './switches.ts';

export interface HelpOptions {
  /** The worker's file. */
  readonly file: URL;
  readonly count: number;
  /** How many states there are when help begins. */
  readonly fromStates: number;
  /** States in a job. */
  readonly inJob: number;
  /** Milliseconds that the search waits for them to start. */
  readonly wait: number;
}

/** Before that many states, threads take longer to start than they save. */
const FROM_STATES = 100_000;
/** Enough that giving a job takes no time. */
const IN_JOB = 2048;

/** The help of so many threads, as an option of searches. */
export async function helpOf(count = 0): Promise<{ readonly help?: HelpOptions }> {
  if (count === 0) return {};
  const file = await workerFile('engine/helper-worker');
  return { help: { file, count, fromStates: FROM_STATES, inJob: IN_JOB, wait: 0 } };
}

/** What of the search helpers work at. */
export interface Helped extends Omit<HelperSetup, 'numbers' | 'answers' | 'done'> {
  readonly compiled: Compiled;
  readonly visited: StateSet;
  readonly switches: Switches;
}

export interface Helpers {
  /** Before it expands this state the search has to ask what is done, and always where a level begins. */
  readonly next: number;
  /**
   * The search is at `from`, and the next level begins at `levelEnd`: inserts what was found from there on. Gives the
   * state at which the search goes on, and how many steps are done.
   */
  goOn(
    from: number,
    depth: number,
    levelEnd: number,
  ): { readonly from: number; readonly transitions: number };
  stop(): void;
}

/** Jobs that a helper has at a time, so that it need not wait for the next. */
const AHEAD = 2;
/** Milliseconds that are waited for a helper, which may be no more: then the search does its work. */
const PATIENCE = 100;
/** MiB for what a helper throws away: little, and that soon. */
const NURSERY = 4;

interface Helper {
  readonly worker: Worker;
  readonly done: Int32Array;
  readonly answers: readonly Answer[];
  given: number;
  /** What it knows of. */
  memory: readonly CellMemory[];
  switches: readonly Uint16Array[];
}

interface Given {
  readonly helper: Helper;
  readonly number: number;
  readonly from: number;
}

/** Starts the threads. They work at what `helped` has, which only the search may change. */
export function startHelpers({ file, count, inJob, wait }: HelpOptions, helped: Helped): Helpers {
  const { compiled, visited, switches, ...setup } = helped;
  const { cells } = compiled.layout;
  const helpers = Array.from({ length: count }, () => startHelper());
  /** In the order of their states. */
  const queue: Given[] = [];
  /** Up to here it is known who expands the states. */
  let planned = 0;
  /** States that the search expands before those of the next jobs. */
  let own = inJob;
  let next = 0;

  function startHelper(): Helper {
    const done = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)).fill(-1);
    // One more than it has at a time: the answer that is read while the next job is given.
    const answers = Array.from({ length: AHEAD + 1 }, () => createAnswer(cells));
    const workerData: HelperSetup = { ...setup, numbers: compiled.values.shared, answers, done };
    const worker = new Worker(file, { workerData, resourceLimits: { maxYoungGenerationSizeMb: NURSERY } });
    // What ends a helper only makes the search slower.
    worker.on('error', () => undefined);
    Atomics.wait(done, 0, -1, wait);
    return { worker, done, answers, given: 0, memory: [], switches: [] };
  }

  const doneBy = (helper: Helper): number => Atomics.load(helper.done, 0);
  const isFree = (helper: Helper): boolean =>
    doneBy(helper) >= 0 &&
    helper.given - doneBy(helper) < AHEAD &&
    queue.filter((job) => job.helper === helper).length < AHEAD;

  function give(helper: Helper, range: Pick<Job, 'from' | 'to' | 'depth' | 'nextLevel'>): void {
    const memory = visited.memory.map((set) => ({ ...set, chunks: [...set.chunks] }));
    const switchMemory = [...switches.memory];
    const job: Job = {
      ...range,
      number: ++helper.given,
      memory: memory.map((set, i) => ({
        ...set,
        chunks: withoutKnown(set.chunks, helper.memory[i]?.chunks ?? []),
      })),
      switches: withoutKnown(switchMemory, helper.switches),
    };
    helper.memory = memory;
    helper.switches = switchMemory;
    helper.worker.postMessage(job);
    queue.push({ helper, number: job.number, from: range.from });
  }

  /** Gives work to all helpers that have not enough of it, and leaves some to the search in between. */
  function plan(depth: number, levelEnd: number): void {
    for (;;) {
      const free = helpers.filter(isFree);
      if (free.length === 0 || planned + own >= levelEnd) return;
      planned += own;
      for (const helper of free) {
        const to = Math.min(planned + inJob, levelEnd);
        if (planned < to) give(helper, { from: planned, to, depth, nextLevel: levelEnd });
        planned = to;
      }
    }
  }

  /** null: it is not done in time. */
  function answerOf({ helper, number }: Given): Answer | null {
    const until = performance.now() + PATIENCE;
    const early = doneBy(helper) < number;
    own = Math.ceil(early ? own + inJob / 32 : Math.max(own - inJob / 128, inJob / 4));
    for (let done = doneBy(helper); done < number; done = doneBy(helper)) {
      const left = until - performance.now();
      if (left <= 0) return null;
      Atomics.wait(helper.done, 0, done, left);
    }
    return helper.answers[number % helper.answers.length] as Answer;
  }

  function insert({ header, states, stateEntries, visitedEntries }: Answer, levelEnd: number): void {
    const [, unvisited = 0, seen = 0] = header;
    for (let at = 0; at < unvisited; at += BATCH) {
      const count = Math.min(BATCH, unvisited - at);
      const numbers = visited.insertAll(states.subarray(at * cells), count);
      for (let k = 0; k < count; k++) {
        const number = numbers[k] as number;
        if (number >= levelEnd) switches.note(number, stateEntries[at + k] as number);
      }
    }
    for (let k = 0; k < 2 * seen; k += 2)
      switches.note(visitedEntries[k] as number, visitedEntries[k + 1] as number);
  }

  return {
    get next() {
      return next;
    },
    goOn(from, depth, levelEnd) {
      while (queue[0] && queue[0].from < from) queue.shift();
      const answer = queue[0]?.from === from ? answerOf(queue.shift() as Given) : null;
      planned = Math.max(planned, from);
      plan(depth, levelEnd);
      next = queue[0]?.from ?? Math.min(from + own, levelEnd);
      if (!answer) return { from, transitions: 0 };
      insert(answer, levelEnd);
      const [upTo = from, , , transitions = 0] = answer.header;
      return { from: upTo, transitions };
    },
    stop() {
      for (const { worker } of helpers) void worker.terminate();
    },
  };
}
