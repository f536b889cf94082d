/**
 * Explicit-state search, breadth first: every state of the finite instance, each once, so that the first
 * violation found of a property is among the shortest.
 */
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import type { Move, Race } from '../evidence/trace.ts';
import { fieldsOfRace, isDataRace, raceOn } from '../lang/races.ts';
import { compile } from '../semantics/compile.ts';
import type { Compiled } from '../semantics/compiled.ts';
import { type Graph, runningCpus } from '../system/graph.ts';
import type { Reduction } from '../system/reductions.ts';
import type { Symmetry } from '../system/symmetry.ts';
import { BATCH } from './cell-set.ts';
import { concreteRuns } from './concrete-runs.ts';
import { createSettler } from './create-settler.ts';
import { createExpander, type Fusion } from './expander.ts';
import { askedAs, type Heard, listenerOf } from './heard.ts';
import { type Helpers, type HelpOptions, startHelpers } from './helpers.ts';
import { raceDetector } from './race-detector.ts';
import { shortestPaths } from './shortest-paths.ts';
import { createStateSet, type StateSet } from './state-set.ts';
import { createSwitches } from './switches.ts';

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

/** Something was found: the state before the step that shows it, and that step. */
export interface Found {
  readonly heard: Heard;
  readonly state: number;
  /** With which CPUs a run to that state may end, as a mask, that switches between CPUs as seldom as possible. */
  readonly last: number;
  /** How often it does, with the step. */
  readonly switches: number;
  /** null: it is the state itself that shows it. How often the step pauses is not known before it is at its end. */
  readonly move: Move | null;
  readonly depth: number;
}

export interface SearchResult {
  /** All reachable states were visited. */
  readonly complete: boolean;
  /** Why not, in words; null when complete. */
  readonly stopped: string | null;
  /** By what means states were left out: where a CPU goes on without another noticing, or where one stands for several. */
  readonly left: readonly Reduction[];
  /** What cannot be told apart, if that is why. */
  readonly symmetry: Symmetry | null;
  readonly states: number;
  readonly transitions: number;
  /** States that other threads expanded. */
  readonly helped: number;
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
  /** The moves that lead to each found step and through it: as few as there are, with as few switches. */
  moves(all: readonly Found[]): ReadonlyMap<Found, readonly Move[]>;
}

export interface SearchOptions {
  readonly limits?: SearchLimits;
  readonly trackLocks?: boolean;
  /** Data races are looked for. */
  readonly trackRaces?: boolean;
  /** Slicing alone, if not said: it is for lowering, and the others for what needs no more than verdicts. */
  readonly reduce?: readonly Reduction[];
  /** How often loops go round at least, as an earlier search of much the same program found. */
  readonly rounds?: Readonly<Record<string, number>>;
  /** One CPU runs alone, each of its operations one step. */
  readonly whole?: boolean;
  /** Threads that help, where no number of states is the limit and no steps are fused. */
  readonly help?: HelpOptions;
  /** Called now and then. */
  readonly progress?: (states: number, depth: number) => void;
  /** Stop as soon as all of these properties have been violated, or reached. */
  readonly until?: readonly string[];
  /** Or were decided elsewhere by now. */
  readonly isSettled?: (property: string) => boolean;
}

const CHECK_EVERY = 1024;

/** Why a search ended that was to have so many states. */
export const boundOf = (states: number): string => `the bound of ${states} states was reached`;

/** How states are left out. */
export interface Leaving {
  readonly fuse?: (compiled: Compiled) => Fusion;
  readonly symmetry?: Symmetry;
}

/**
 * Searches with ids of so many bits for words. Errors: TooManyValues, MoreRounds, those of the fusion; Uneven, and
 * from `moves` NoSuchRun, where it is without the symmetry that the search is to be done.
 */
export function searchStates(
  given: Graph,
  options: SearchOptions,
  idBits: 8 | 16,
  { fuse, symmetry }: Leaving = {},
): SearchResult {
  const started = performance.now();
  const graph = symmetry?.graph ?? given;
  const { program } = graph;
  const cpus = runningCpus(graph);
  const { limits = {}, until } = options;
  const found = new Map<string, Found>();
  const reached = new Map<string, Found>();
  const order = new Map<string, Found>();
  const noted = { found, reached, order };
  /** Whether two locks are taken in both orders: no cycle is shorter. */
  let inverted = false;
  /** The state that is expanded, and how many steps it takes to get there. */
  let from = 0;
  let depth = 0;
  let searching = true;
  /** Something was found since it was last asked whether that is all. */
  let news = true;
  /** Seconds after which the last of what will be shown was found: a run to it takes as long again to find. */
  let shownAfter = 0;
  const elapsed = () => (performance.now() - started) / 1000;
  const fieldsAsked = new Map((until ?? []).filter(isDataRace).map((id) => [id, fieldsOfRace(program, id)]));
  const racesAsked = [...fieldsAsked.values()].flatMap((fields) => [...fields].map(raceOn));
  const asked = new Set([OUT_OF_MODEL, ...(until ?? []), ...racesAsked]);
  const noteNews = (property: string) => {
    news = true;
    if (asked.has(property)) shownAfter = elapsed();
  };

  /** Keeps what is found first, and of what takes as many steps the one with the fewest switches. */
  function note(heard: Heard): void {
    if (!searching) return;
    const map = noted[heard.kind];
    const before = map.get(heard.name);
    if (before && before.depth <= depth) return;
    const bit = 1 << expander.cpu();
    const count = switches.after(from, bit);
    if (before && before.switches <= count) return;
    const last = switches.lastBefore(from, bit);
    const move = { ...expander.move(), pauses: -1 };
    map.set(heard.name, { heard, state: from, last, switches: count, move, depth: depth + 1 });
    const isInverse = heard.kind === 'order' && order.has(heard.name.split(' -> ').reverse().join(' -> '));
    inverted ||= isInverse;
    // Of the orders of locks only a circle is shown.
    noteNews(isInverse ? 'lock-order' : askedAs(heard));
  }
  const trackLocks = options.trackLocks ?? false;
  const compiled: Compiled = compile(
    graph,
    listenerOf(graph, () => compiled, note),
    { idBits, trackLocks },
  );
  const { state, layout } = compiled;
  const { cells } = layout;

  const races: FoundRace[] = [];
  const findRaces = options.trackRaces
    ? raceDetector(graph, compiled, (race) => {
        const heard: Heard = { kind: 'found', name: raceOn(race.field) };
        races.push({ race, found: inState(heard) });
        noteNews(askedAs(heard));
      })
    : null;

  const visited = createStateSet(layout.groups);
  const switches = createSwitches(cpus);
  const levels = [0, 1];
  const settler = symmetry ? createSettler(symmetry, compiled) : null;
  settler?.settle();
  visited.insert(state);
  const all = Array.from({ length: cpus }, (_, c) => c);
  let transitions = 0;
  let helped = 0;
  let stopped: string | null = null;

  /** Successors that are not yet in the set; with what the step to each tells of the switches of a run to it. */
  const pending = new Int32Array(BATCH * cells);
  const pendingEntries = new Int32Array(BATCH);
  let waiting = 0;
  const fusion = fuse ? fuse(compiled) : null;
  const deadlock: Heard = { kind: 'found', name: 'deadlock-free' };
  const noteWaiting = () => {
    if (cpus === 1 && !compiled.elsewhere()) note(deadlock);
  };
  const expander = createExpander(graph, compiled, successor, noteWaiting, fusion);

  function successor(): void {
    transitions++;
    const exchange = settler ? settler.settle() : 0;
    const at = waiting * cells;
    for (let i = 0; i < cells; i++) pending[at + i] = state[i] as number;
    if (cpus > 1) {
      const bit = 1 << expander.cpu();
      pendingEntries[waiting] = switches.entryAfter(from, bit, settler ? settler.moved(bit, exchange) : bit);
    }
    if (++waiting === BATCH) insertPending();
  }
  function insertPending(): void {
    const numbers = visited.insertAll(pending, waiting);
    if (cpus > 1) {
      const nextLevel = levels.at(-1) as number;
      for (let k = 0; k < waiting; k++) {
        const number = numbers[k] as number;
        if (number >= nextLevel) switches.note(number, pendingEntries[k] as number);
      }
    }
    waiting = 0;
  }

  const mayBeHelped = fusion || symmetry || limits.states !== undefined ? null : options.help;
  const { trackRaces = false } = options;
  const work = { graph, idBits, trackLocks, trackRaces, compiled, visited, switches };
  let helpers: Helpers | null = null;
  let nextCheck = 0;
  try {
    for (;;) {
      if (from === levels.at(-1)) {
        insertPending();
        if (from === visited.size) break;
        depth++;
        levels.push(visited.size);
        if (limits.depth !== undefined && depth >= limits.depth) {
          stopped = `the depth bound of ${limits.depth} steps was reached`;
          break;
        }
      }
      if (from >= nextCheck) {
        nextCheck = from - (from % CHECK_EVERY) + CHECK_EVERY;
        stopped = overLimit();
        if (stopped) break;
        options.progress?.(visited.size, depth);
        news ||= options.isSettled !== undefined;
        if (mayBeHelped && visited.size >= mayBeHelped.fromStates)
          helpers ??= startHelpers(mayBeHelped, work);
      }
      // Where there are several CPUs, a later state of the level may show the same with fewer switches.
      if (news && (cpus === 1 || from === levels.at(-2))) {
        news = false;
        if (until?.every((id) => isShown(id) || options.isSettled?.(id))) {
          stopped = 'every property asked for is shown';
          break;
        }
      }
      if (helpers && from >= helpers.next) {
        insertPending();
        const done = helpers.goOn(from, depth, levels.at(-1) as number);
        transitions += done.transitions;
        helped += done.from - from;
        if (done.from > from) {
          from = done.from;
          continue;
        }
      }
      visited.read(from, expander.base);
      if (findRaces) {
        state.set(expander.base);
        findRaces(all.map(expander.pointOf));
      }
      const goesOn = expander.expand();
      if (!goesOn && cpus > 1 && !compiled.elsewhere()) noteState(deadlock);
      from++;
    }
  } finally {
    helpers?.stop();
  }
  insertPending();
  searching = false;

  /** What is found in the state itself, and not in a step from it. */
  function inState(heard: Heard): Found {
    const last = 2 ** cpus - 1;
    return { heard, state: from, last, switches: switches.count(from), move: null, depth };
  }
  function noteState(heard: Heard): void {
    const before = found.get(heard.name);
    if (before && (before.depth < depth || before.switches <= switches.count(from))) return;
    found.set(heard.name, inState(heard));
    noteNews(askedAs(heard));
  }

  function isShown(id: string): boolean {
    if (id.startsWith('reach:')) return reached.has(id.slice('reach:'.length));
    const fields = fieldsAsked.get(id);
    if (fields) return races.some(({ race }) => fields.has(race.field));
    return id === 'lock-order' ? inverted : found.has(id);
  }

  function overLimit(): string | null {
    if (limits.seconds !== undefined && elapsed() + shownAfter >= limits.seconds)
      return `time ran out after ${Number(limits.seconds.toPrecision(3))} s`;
    if (limits.memoryMiB !== undefined && visited.bytes + switches.bytes > limits.memoryMiB * 2 ** 20)
      return `memory ran out at ${limits.memoryMiB} MiB`;
    if (limits.states !== undefined && visited.size >= limits.states) return boundOf(limits.states);
    return null;
  }

  return {
    complete: stopped === null,
    stopped,
    left: [
      ...(fusion?.at.some((pass) => pass !== 'stop') ? (['fuse'] as const) : []),
      ...(symmetry ? (['symmetry'] as const) : []),
    ],
    symmetry: symmetry ?? null,
    states: visited.size,
    transitions,
    helped,
    depth,
    bytes: visited.bytes + switches.bytes,
    seconds: elapsed(),
    found,
    reached,
    order,
    races,
    visited,
    compiled,
    moves(all) {
      if (all.length === 0) return new Map();
      const paths = shortestPaths({ graph, compiled, fusion, settler, visited, switches, levels }, all);
      const run = symmetry && concreteRuns({ symmetry, compiled, idBits, trackLocks, fuse, visited });
      return new Map(
        all.map((f, i) => {
          const path = paths[i] ?? [];
          if (run) return [f, run(path, f)] as const;
          return [f, [...path.map(({ move }) => move), ...(f.move ? [f.move] : [])]] as const;
        }),
      );
    },
  };
}
