/**
 * Explicit-state search, breadth first: every state of the finite instance, each once, so that the first
 * violation found of a property is among the shortest.
 */
import { setFlagsFromString } from 'node:v8';
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import type { Move, Race } from '../evidence/trace.ts';
import { fieldsOfRace, isDataRace, raceOn } from '../lang/races.ts';
import {
  BLOCKED,
  type Compiled,
  compile,
  DEMANDED,
  type Listener,
  STATED,
  SUCCESSOR,
} from '../semantics/compile.ts';
import { TooManyValues, type Values } from '../semantics/values.ts';
import type { Graph, NodeId } from '../system/graph.ts';
import type { Reduction } from '../system/reductions.ts';
import { raceDetector } from './race-detector.ts';
import { createStateSet, type StateSet } from './state-set.ts';

/** A loop goes round more often than the graph has it: lower the program again with one round more. */
export class MoreRounds extends Error {
  readonly loop: string;
  constructor(loop: string) {
    super(`the loop at ${loop} goes round more often`);
    this.loop = loop;
  }
}

export interface SearchLimits {
  /** Seconds of wall time. */
  readonly seconds?: number;
  /** For the visited states, MiB. */
  readonly memoryMiB?: number;
  /** Steps from the initial state. */
  readonly depth?: number;
  readonly states?: number;
}

export interface FoundRace {
  readonly race: Race;
  readonly found: Found;
}

/** A property failed: the state before the failing step, and that step. */
export interface Found {
  readonly property: string;
  readonly node: NodeId | null;
  readonly state: number;
  readonly cpu: number;
  readonly start: number;
  readonly choices: readonly number[];
  readonly pauses: number;
  readonly depth: number;
}

export interface SearchResult {
  /** All reachable states were visited. */
  readonly complete: boolean;
  /** Why not, in words; null when complete. */
  readonly stopped: string | null;
  readonly states: number;
  readonly transitions: number;
  /** Steps to the farthest state. */
  readonly depth: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly found: ReadonlyMap<string, Found>;
  /** For `reach:`: the first step that gets to each target. */
  readonly reached: ReadonlyMap<string, Found>;
  /** `held -> taken` by lock name, with the first step that shows it. */
  readonly order: ReadonlyMap<string, Found>;
  /** The data races, each with the first state that shows it; none where they are not tracked. */
  readonly races: readonly FoundRace[];
  readonly visited: StateSet;
  readonly compiled: Compiled;
  /** The moves that lead to a found step and through it. */
  moves(found: Found): readonly Move[];
}

export interface SearchOptions {
  readonly limits?: SearchLimits;
  readonly trackLocks?: boolean;
  /** All, if not said. */
  readonly reduce?: readonly Reduction[];
  /** Data races are looked for. */
  readonly trackRaces?: boolean;
  /** Called now and then. */
  readonly progress?: (states: number, depth: number) => void;
  /** Stop as soon as all of these properties have been violated, or reached. */
  readonly until?: readonly string[];
}

/**
 * The generated function of a whole operation is far larger than what V8 optimises unless told to; left to its
 * bytecode interpreter the search is some six times slower.
 */
const OPTIMISE_LARGE_FUNCTIONS = '--max-optimized-bytecode-size=67108864';

/** Searches with 8-bit value ids, and again with 16-bit ones if these do not suffice. Errors: TooManyValues. */
export function search(graph: Graph, options: SearchOptions = {}): SearchResult {
  setFlagsFromString(OPTIMISE_LARGE_FUNCTIONS);
  try {
    return searchWith(graph, options, 8);
  } catch (error) {
    if (!(error instanceof TooManyValues)) throw error;
    return searchWith(graph, options, 16);
  }
}

/** Which property a finding belongs to: what the node states or demands, or by the pointer that is no object. */
export function propertyOfFinding(graph: Graph, values: Values, node: NodeId, cause: number): string {
  if (cause >= 0) {
    const pointer = values.valueOf(cause);
    if (graph.program.marks.some((m) => m.value === pointer)) return 'no-sentinel-deref';
    return pointer === 0n ? 'no-null-deref' : 'no-stale-deref';
  }
  const action = graph.nodes[node];
  if (cause === STATED && action?.op === 'finding') return action.property;
  if (cause <= DEMANDED && action?.op === 'primitive')
    return action.demands[DEMANDED - cause]?.property ?? OUT_OF_MODEL;
  return OUT_OF_MODEL;
}

const CHECK_EVERY = 1024;

function searchWith(graph: Graph, options: SearchOptions, idBits: 8 | 16): SearchResult {
  const started = performance.now();
  const { program } = graph;
  const { cpus } = program.bounds;
  const found = new Map<string, Found>();
  const reached = new Map<string, Found>();
  const order = new Map<string, Found>();
  /** Whether two locks are taken in both orders: no cycle is shorter. */
  let inverted = false;
  /** What is being executed, for the listener. */
  let from = 0;
  let cpu = 0;
  let start = -1;
  let depth = 0;

  function here(property: string, node: NodeId | null): Found {
    const { choices } = compiled;
    return {
      property,
      node,
      state: from,
      cpu,
      start,
      choices: [...choices.path.slice(0, choices.length)],
      pauses: -1,
      depth: depth + 1,
    };
  }
  /** What is found in the state itself, and not in a step from it. */
  function inState(property: string): Found {
    return { property, node: null, state: from, cpu: 0, start: -1, choices: [], pauses: -1, depth };
  }
  function note(property: string, node: NodeId | null): void {
    if (!found.has(property)) found.set(property, here(property, node));
  }
  const listener: Listener = {
    finding: (node, cause) => {
      const loop = graph.cuts.get(node);
      if (loop !== undefined) throw new MoreRounds(loop);
      note(propertyOfFinding(graph, values, node, cause), node);
    },
    judged: (property, node) => note(program.properties[property]?.id ?? '', node < 0 ? null : node),
    reached: (target) => {
      const name = compiled.targets[target] ?? '';
      reached.set(name, here(`reach:${name}`, null));
    },
    ordered: (held, taken, node) => {
      const [first, second] = [compiled.locks[held], compiled.locks[taken]];
      const edge = `${first} -> ${second}`;
      if (!order.has(edge)) order.set(edge, here('lock-order', node));
      inverted ||= order.has(`${second} -> ${first}`);
    },
  };
  const compiled = compile(graph, listener, { idBits, trackLocks: options.trackLocks ?? false });
  const { state, layout, choices, values } = compiled;
  const races: FoundRace[] = [];
  const findRaces = options.trackRaces
    ? raceDetector(graph, compiled, (race) => races.push({ race, found: inState(raceOn(race.field)) }))
    : null;
  const fieldsAsked = new Map(
    (options.until ?? []).filter(isDataRace).map((id) => [id, fieldsOfRace(program, id)]),
  );

  const visited = createStateSet(layout.cells);
  const parents: number[] = [-1];
  visited.insert(compiled.initial);
  const base = new Int32Array(layout.cells);
  const all = Array.from({ length: cpus }, (_, c) => c);
  let transitions = 0;
  let levelEnd = 1;
  let stopped: string | null = null;
  const { limits = {} } = options;
  const pcOf = (c: number): number => {
    const bit = layout.pc.base + c * layout.pc.width;
    return ((base[bit >>> 5] as number) >>> (bit & 31)) & (2 ** layout.pc.width - 1);
  };

  /** Runs a step with every combination of choices; true if it was blocked. */
  function runAll(run: (cpu: number) => number): boolean {
    let blocked = false;
    choices.reset();
    do {
      state.set(base);
      choices.rewind();
      const outcome = run(cpu);
      if (outcome === SUCCESSOR) {
        transitions++;
        if (visited.insert(state) >= 0) parents.push(from);
      } else if (outcome === BLOCKED) {
        blocked = true;
        if (cpus === 1) note('deadlock-free', null);
      }
    } while (choices.next());
    return blocked;
  }

  function expand(): void {
    let blocked = 0;
    let busy = 0;
    for (cpu = 0; cpu < cpus; cpu++) {
      const pc = pcOf(cpu);
      if (pc === 0) {
        for (start = 0; start < compiled.starts.length; start++)
          runAll(compiled.starts[start] as (cpu: number) => number);
      } else {
        start = -1;
        busy++;
        if (runAll(compiled.resumes[pc] as (cpu: number) => number)) blocked++;
      }
    }
    const stuck = blocked > 0 && blocked === busy && cpus > 1;
    if (stuck && !found.has('deadlock-free')) found.set('deadlock-free', inState('deadlock-free'));
  }

  for (; from < visited.size; from++) {
    if (from === levelEnd) {
      depth++;
      levelEnd = visited.size;
      if (limits.depth !== undefined && depth >= limits.depth) {
        stopped = `the depth bound of ${limits.depth} steps was reached`;
        break;
      }
    }
    if (from % CHECK_EVERY === 0) {
      stopped = overLimit();
      if (stopped) break;
      options.progress?.(visited.size, depth);
    }
    if (options.until?.every(isShown)) {
      stopped = 'every property asked for is shown';
      break;
    }
    visited.read(from, base);
    if (findRaces) {
      state.set(base);
      findRaces(all.map(pcOf));
    }
    expand();
  }

  function isShown(id: string): boolean {
    if (id.startsWith('reach:')) return reached.has(id.slice('reach:'.length));
    const fields = fieldsAsked.get(id);
    if (fields) return races.some(({ race }) => fields.has(race.field));
    return id === 'lock-order' ? inverted : found.has(id);
  }

  function overLimit(): string | null {
    const elapsed = (performance.now() - started) / 1000;
    if (limits.seconds !== undefined && elapsed >= limits.seconds)
      return `time ran out after ${limits.seconds} s`;
    if (limits.memoryMiB !== undefined && visited.bytes + parents.length * 8 > limits.memoryMiB * 2 ** 20)
      return `memory ran out at ${limits.memoryMiB} MiB`;
    if (limits.states !== undefined && visited.size >= limits.states)
      return `the bound of ${limits.states} states was reached`;
    return null;
  }

  /** The step from state `a` that gives state `b`. */
  function between(a: number, b: number): Move {
    const target = new Int32Array(layout.cells);
    visited.read(b, target);
    visited.read(a, base);
    for (let c = 0; c < cpus; c++) {
      const pc = pcOf(c);
      const runs = pc === 0 ? compiled.starts : [compiled.resumes[pc] as (cpu: number) => number];
      for (const [s, run] of runs.entries()) {
        choices.reset();
        do {
          state.set(base);
          choices.rewind();
          if (run(c) === SUCCESSOR && state.every((cell, i) => cell === target[i]))
            return {
              cpu: c,
              operation: pc === 0 ? (program.operations[s] ?? null) : null,
              choices: [...choices.path.slice(0, choices.length)],
              pauses: compiled.pauses.count,
            };
        } while (choices.next());
      }
    }
    throw new Error('a state has no step from its parent');
  }

  return {
    complete: stopped === null,
    stopped,
    states: visited.size,
    transitions,
    depth,
    bytes: visited.bytes,
    seconds: (performance.now() - started) / 1000,
    found,
    reached,
    order,
    races,
    visited,
    compiled,
    moves(f) {
      const path: Move[] = [];
      for (let s = f.state; parents[s] !== undefined && (parents[s] as number) >= 0; s = parents[s] as number)
        path.push(between(parents[s] as number, s));
      const operation = f.start >= 0 ? (program.operations[f.start] ?? null) : null;
      return [...path.reverse(), { cpu: f.cpu, operation, choices: f.choices, pauses: -1 }];
    },
  };
}
