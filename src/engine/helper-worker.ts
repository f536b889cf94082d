/**
 * A thread that helps a search: it takes the steps from states that the search has not come to yet, and tells which
 * successors were not visited when it was told so last. It gets a `HelperSetup`, then `Job`s.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { compile } from '../semantics/compile.ts';
import type { SharedNumbers } from '../semantics/values.ts';
import { assert } from '../support/assert.ts';
import { type Graph, runningCpus } from '../system/graph.ts';
import { BATCH, type CellMemory, createCellSet } from './cell-set.ts';
import { createExpander } from './expander.ts';
import { type Answer, type Job, MOST_SUCCESSORS, withKnown } from './helper-job.ts';
import { raceDetector } from './race-detector.ts';
import { createStateSet } from './state-set.ts';
import { betterEntry, createSwitches } from './switches.ts';

export interface HelperSetup {
  readonly graph: Graph;
  readonly idBits: 8 | 16;
  readonly trackLocks: boolean;
  readonly trackRaces: boolean;
  readonly numbers: SharedNumbers;
  /** Where the answer to a job goes: one after the other, and again from the first. */
  readonly answers: readonly Answer[];
  /** The number of the last job that is done; 0 once there can be one. */
  readonly done: Int32Array;
}

assert(parentPort, 'helper-worker must be started as a worker thread');
const { graph, idBits, trackLocks, trackRaces, numbers, answers, done } = workerData as HelperSetup;
const cpus = runningCpus(graph);

/** The state that is expanded, and how many steps it takes to get there. */
let from = 0;
let depth = 0;
/** There is something to note about the state: the search has to come to it by itself. */
let noteworthy = false;
const noted = new Map<string, { readonly depth: number; readonly switches: number }>();
const note = (): void => {
  noteworthy = true;
};
/** The search notes what it finds again on the same level only with fewer switches, and later not at all. */
function noteFound(what: string, count: number): void {
  const before = noted.get(what);
  if (before && (before.depth < depth || before.switches <= count)) return;
  noted.set(what, { depth, switches: count });
  note();
}
const noteStep = (what: string): void => noteFound(what, switches.after(from, 1 << expander.cpu()));

const compiled = compile(
  graph,
  {
    finding: (node, cause) => noteStep(`finding ${node} ${cause}`),
    judged: (property, node) => noteStep(`judged ${property} ${node}`),
    reached: note,
    ordered: note,
  },
  { idBits, trackLocks, numbers },
);
const { state, layout } = compiled;
const { cells } = layout;
const visited = createStateSet(layout.groups);
const switches = createSwitches(cpus);
const findRaces = trackRaces ? raceDetector(graph, compiled, note) : null;
const all = Array.from({ length: cpus }, (_, c) => c);
const noteWaiting = (): void => {
  if (cpus === 1 && !compiled.elsewhere()) noteStep('deadlock-free');
};
const expander = createExpander(graph, compiled, successor, noteWaiting, null);

/** The successors of a job's states, each once: most have several of these before them. */
const successors = createCellSet(cells);
const entries = new Uint16Array(MOST_SUCCESSORS);
let transitions = 0;

function successor(): void {
  transitions++;
  const before = successors.size;
  if (before === MOST_SUCCESSORS) {
    note();
    return;
  }
  const n = successors.insertAt(state, 0);
  if (cpus === 1) return;
  const bit = 1 << expander.cpu();
  entries[n] = betterEntry(n === before ? 0 : (entries[n] as number), switches.entryAfter(from, bit));
}

/** Expands states until there is one that the search has to expand itself. */
function expandStates(job: Job): void {
  successors.clear();
  transitions = 0;
  depth = job.depth;
  noteworthy = false;
  for (from = job.from; from < job.to; from++) {
    const before = transitions;
    try {
      visited.read(from, expander.base);
      if (findRaces) {
        state.set(expander.base);
        findRaces(all.map(expander.pointOf));
      }
      const goesOn = expander.expand();
      if (!goesOn && cpus > 1 && !compiled.elsewhere()) noteFound('deadlock-free', switches.count(from));
    } catch {
      // A word without an id, or else what the search will come to, too.
      note();
    }
    if (!noteworthy) continue;
    transitions = before;
    break;
  }
}

/** Of the successors, those that were not visited; and of all that are on the next level, their switches. */
function answerTo(job: Job): void {
  const { header, states, stateEntries, visitedEntries } = answers[job.number % answers.length] as Answer;
  const [first] = successors.memory.chunks as [Int32Array];
  let [unvisited, seen] = [0, 0];
  for (let at = 0; at < successors.size; at += BATCH) {
    const count = Math.min(BATCH, successors.size - at);
    const found = visited.findAll(first.subarray(at * cells), count);
    for (let k = 0; k < count; k++) {
      const number = found[k] as number;
      const entry = entries[at + k] as number;
      if (number < 0) {
        successors.readAt(at + k, states, unvisited * cells);
        stateEntries[unvisited++] = entry;
      } else if (cpus > 1 && number >= job.nextLevel) {
        visitedEntries[2 * seen] = number;
        visitedEntries[2 * seen++ + 1] = entry;
      }
    }
  }
  header.set([from, unvisited, seen, transitions]);
}

let memory: readonly CellMemory[] = [];
let switchMemory: readonly Uint16Array[] = [];
parentPort.on('message', (job: Job) => {
  memory = job.memory.map((set, i) => ({ ...set, chunks: withKnown(set.chunks, memory[i]?.chunks ?? []) }));
  switchMemory = withKnown(job.switches, switchMemory);
  visited.use(memory);
  switches.use(switchMemory);
  expandStates(job);
  answerTo(job);
  Atomics.store(done, 0, job.number);
  Atomics.notify(done, 0);
});
Atomics.store(done, 0, 0);
Atomics.notify(done, 0);
