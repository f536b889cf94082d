/**
 * All final states of runs in which each CPU does a given list of operations: states in which every CPU is
 * done, dead, or waits for ever. Operations come in one order, each whole in any order, or step by step.
 */
import type { Move } from '../evidence/trace.ts';
import { compile } from '../semantics/compile.ts';
import { BLOCKED, type Compiled, type Listener, STATED, SUCCESSOR } from '../semantics/compiled.ts';
import type { Graph, NodeId } from '../system/graph.ts';
import { MoreRounds, propertyOfFinding, type SearchLimits } from './explicit.ts';
import { createLoneSteps, type LoneSteps, type Standing } from './lone-steps.ts';
import { createStateSet } from './state-set.ts';

/** Which operations are started when. Operations are numbered as in the program. */
export interface Schedule {
  readonly order: 'written' | 'operations' | 'steps';
  /** In the order written. */
  readonly operations: readonly { readonly operation: number; readonly cpu: number }[];
  /** So many of them, from the first, come in that order before all others. */
  readonly before: number;
  /** By CPU: what follows the death of its task. */
  readonly deaths: readonly number[];
  /** CPUs whose operations another CPU makes possible. */
  readonly late: readonly number[];
  /** No step is taken alone because it commutes: for tests of just that. */
  readonly unreduced?: boolean;
}

/** Something that was found on the way, and does not show in the state. */
export interface Event {
  readonly property: string;
  readonly cpu: number;
  readonly node: NodeId;
  /** Of the listener: the id of a pointer that is no object, or one of the causes of compile.ts. */
  readonly cause: number;
}

export interface FinalState {
  readonly state: Int32Array;
  readonly events: readonly Event[];
  /** By CPU: the node where it waits for ever; null where it does not. */
  readonly waits: readonly (NodeId | null)[];
  /** A run that ends there. */
  moves(): readonly Move[];
}

export interface FinalStates {
  readonly compiled: Compiled;
  readonly finals: readonly FinalState[];
  readonly states: number;
  /** Why the search ended early; null: it went through all. */
  readonly stopped: string | null;
}

/** A state with its events, as it is kept: the number of the set of events is the last cell. */
type Cells = Int32Array;

/** Moves one after the other, from the last; runs that part share what they have in common. */
interface Path {
  readonly move: Move;
  readonly before: Path | null;
}

/** One way in which a step, or an operation up to its end or a wait, went. */
interface Went {
  readonly cells: Cells;
  readonly path: Path;
}

/** Steps that are followed without a look at whether the states were seen before: a task may spin. */
const LONGEST = 4000;

/**
 * Step by step, most runs are spared: where a step commutes with all that others may still do, it alone is taken.
 * That leaves no final state out (they are the deadlocks of Godefroid, "Partial-Order Methods for the
 * Verification of Concurrent Systems", chapter 4). Errors: MoreRounds, TooManyValues; see explicit.ts.
 */
export function findFinalStates(
  graph: Graph,
  schedule: Schedule,
  limits: SearchLimits,
  idBits: 8 | 16,
): FinalStates {
  if (schedule.order !== 'steps') return search(graph, schedule, limits, idBits);
  // What follows a death touches much that others touch. It is left out where nobody dies without it.
  const first = search(graph, { ...schedule, deaths: [] }, limits, idBits);
  const dies = first.finals.some((f) => f.events.some((e) => isFatal(graph, e)));
  return dies ? search(graph, schedule, limits, idBits) : first;
}

/** The task died of it: a pointer that is no object, or a BUG_ON. */
export function isFatal(graph: Graph, { node, cause }: Event): boolean {
  const action = graph.nodes[node];
  return cause >= 0 || (cause === STATED && action?.op === 'finding' && action.fatal);
}

function search(graph: Graph, schedule: Schedule, limits: SearchLimits, idBits: 8 | 16): FinalStates {
  const started = performance.now();
  const { program } = graph;
  const { cpus } = program.bounds;
  const events = createEventSets();
  let cpu = 0;
  const noted: Event[] = [];
  const listener: Listener = {
    finding(node, cause) {
      const loop = graph.cuts.get(node);
      if (loop !== undefined) throw new MoreRounds(loop);
      const property = propertyOfFinding(graph, compiled.values, node, cause);
      noted.push({ property, cpu, node, cause });
    },
    judged: () => undefined,
    reached: () => undefined,
    ordered: () => undefined,
  };
  const compiled = compile(graph, listener, { idBits, trackLocks: false });
  const { layout, state, choices } = compiled;
  const { cells: width } = layout;
  const visited = createStateSet([...layout.groups, 1]);
  const parents: number[] = [-1];
  const everyCpu = Array.from({ length: cpus }, (_, c) => c);
  const finals: FinalState[] = [];

  const pointOf = (cells: Cells, c: number): number => {
    const bit = layout.pc.base + c * layout.pc.stride;
    return ((cells[bit >>> 5] as number) >>> (bit & 31)) & (2 ** layout.pc.width - 1);
  };
  /** Where a CPU stands; null: it is idle. */
  const nodeOf = (cells: Cells, c: number): NodeId | null =>
    graph.points[pointOf(cells, c) - 1]?.node ?? null;
  const runner = (cells: Cells, c: number, start: number) =>
    (start >= 0 ? compiled.starts[start] : compiled.resumes[pointOf(cells, c)]) as (cpu: number) => number;

  /** One step of a CPU with every combination of choices; `wait` where it cannot. */
  function stepsOf(
    from: Cells,
    c: number,
    start: number,
    before: Path | null = null,
  ): { readonly wait: boolean; readonly all: Went[] } {
    const run = runner(from, c, start);
    const all: Went[] = [];
    let wait = false;
    cpu = c;
    choices.reset();
    do {
      state.set(from.subarray(0, width));
      choices.rewind();
      noted.length = 0;
      const outcome = run(c);
      if (outcome & BLOCKED) wait = true;
      if (!(outcome & SUCCESSOR)) continue;
      const cells = new Int32Array(width + 1);
      cells.set(state);
      cells[width] = events.with(from[width] as number, noted);
      const move = {
        cpu: c,
        operation: start >= 0 ? (program.operations[start] ?? null) : null,
        choices: [...choices.path.slice(0, choices.length)],
        pauses: compiled.pauses.count,
      };
      all.push({ cells, path: { move, before } });
    } while (choices.next());
    return { wait, all };
  }

  /** Whether a CPU has such a step: the first that is found will do. */
  function canStep(from: Cells, c: number, start: number): boolean {
    const run = runner(from, c, start);
    cpu = c;
    choices.reset();
    do {
      state.set(from.subarray(0, width));
      choices.rewind();
      if (run(c) & SUCCESSOR) return true;
    } while (choices.next());
    return false;
  }

  /** A CPU goes on until its operation ends or waits; nothing where it waits at once. */
  function wholeOf(from: Cells, c: number, start: number): readonly Went[] {
    const ends: Went[] = [];
    const seen = createStateSet([width + 1]);
    const open: Went[] = stepsOf(from, c, start).all;
    for (let went = open.pop(); went; went = open.pop()) {
      const { size } = seen;
      if (seen.insert(went.cells) < size) continue;
      const { cells, path } = went;
      if (pointOf(cells, c) === 0) {
        ends.push(went);
        continue;
      }
      const { wait, all } = stepsOf(cells, c, -1, path);
      if (wait) ends.push(went);
      open.push(...all);
    }
    return ends;
  }

  /** An operation that can start, or (-1) the operation that a CPU is in. */
  type Mover = readonly [cpu: number, start: number];

  const deaths = schedule.deaths.map((operation, c) => ({ operation, cpu: c }));
  const setup = schedule.operations.slice(0, schedule.before);
  const written = [...deaths, ...schedule.operations];
  const isSetup = new Set(setup.map(({ operation }) => program.operations[operation]));
  const loneSteps =
    schedule.order !== 'steps' ? null : schedule.unreduced ? () => [] : createLoneSteps(graph, schedule);

  const canStart = (from: Cells) => (o: { operation: number; cpu: number }) =>
    pointOf(from, o.cpu) === 0 && canStep(from, o.cpu, o.operation);
  /** CPUs that run and need not wait. */
  const runningIn = (from: Cells, among = everyCpu): readonly number[] =>
    among.filter((c) => pointOf(from, c) !== 0 && canStep(from, c, -1));
  /** The CPU is in an operation that is part of the setting up. */
  const isSettingUp = (from: Cells) => (c: number) =>
    isSetup.has(graph.nodes[nodeOf(from, c) ?? -1]?.site.calls[0]);

  /** Who goes on first, else the first operation that can start. */
  function asWritten(from: Cells, list: Schedule['operations'], running: readonly number[]): Mover | null {
    if (running[0] !== undefined) return [running[0], -1];
    const next = list.find(canStart(from));
    return next ? [next.cpu, next.operation] : null;
  }
  /** What is left to set up, one operation after the other. */
  const settingUp = (from: Cells): Mover | null =>
    schedule.before > 0 ? asWritten(from, setup, runningIn(from, everyCpu.filter(isSettingUp(from)))) : null;

  /** Steps of all CPUs, or (`alone`) of one where they commute with all that the others may still do. */
  function byStep(
    from: Cells,
    choose: LoneSteps,
    before: Path | null = null,
  ): { readonly alone: boolean; readonly ways: readonly Went[] } {
    const standing = everyCpu.map((c): Standing => {
      const node = nodeOf(from, c);
      if (node !== null) return { at: 'point', node };
      const next = written.find((o) => o.cpu === c && canStart(from)(o));
      return next ? { at: 'start', operation: next.operation } : { at: 'end' };
    });
    const waysOf = (c: number): readonly Went[] => {
      const s = standing[c] as Standing;
      return s.at === 'end' ? [] : stepsOf(from, c, s.at === 'start' ? s.operation : -1, before).all;
    };
    for (const c of choose(standing)) {
      const ways = waysOf(c);
      if (ways.length > 0) return { alone: true, ways };
    }
    return { alone: false, ways: everyCpu.flatMap(waysOf) };
  }

  /** On from a state for as long as one step alone is to be considered: what lies between is not kept. */
  function onwards(went: Went, choose: LoneSteps): Went {
    let at = went;
    for (let n = 0; n < LONGEST && !settingUp(at.cells); n++) {
      const { alone, ways } = byStep(at.cells, choose, at.path);
      const [only, ...others] = ways;
      if (!alone || !only || others.length > 0) break;
      at = only;
    }
    return at;
  }

  /** The states that follow and are kept; none: the state is final. */
  function expand(from: Cells): readonly Went[] {
    const first = schedule.order === 'written' ? asWritten(from, written, runningIn(from)) : settingUp(from);
    if (first) return wholeOf(from, ...first);
    if (schedule.order === 'written') return [];
    if (loneSteps) return byStep(from, loneSteps).ways.map((went) => onwards(went, loneSteps));
    const starts = written.filter(canStart(from)).map((o): Mover => [o.cpu, o.operation]);
    const going = runningIn(from).map((c): Mover => [c, -1]);
    return [...going, ...starts].flatMap((mover) => wholeOf(from, ...mover));
  }

  function movesTo(target: number): readonly Move[] {
    const all: Move[] = [];
    const [a, b] = [new Int32Array(width + 1), new Int32Array(width + 1)];
    for (let n = target; (parents[n] ?? -1) >= 0; n = parents[n] as number) {
      visited.read(parents[n] as number, a);
      visited.read(n, b);
      const way = expand(a).find(({ cells }) => cells.every((cell, i) => cell === b[i]));
      if (!way) throw new Error('a state has no step from its parent');
      for (let path: Path | null = way.path; path; path = path.before) all.push(path.move);
    }
    return all.reverse();
  }

  const start = new Int32Array(width + 1);
  start.set(compiled.initial);
  visited.insert(start);
  let stopped: string | null = null;
  for (let from = 0; from < visited.size; from++) {
    stopped = overLimit();
    if (stopped) break;
    const here = new Int32Array(width + 1);
    visited.read(from, here);
    const ways = expand(here);
    for (const { cells } of ways) if (visited.insert(cells) === parents.length) parents.push(from);
    if (ways.length === 0)
      finals.push({
        state: here.subarray(0, width),
        events: events.of(here[width] as number),
        waits: everyCpu.map((c) => nodeOf(here, c)),
        moves: () => movesTo(from),
      });
  }

  function overLimit(): string | null {
    const { seconds, memoryMiB } = limits;
    if (seconds !== undefined && (performance.now() - started) / 1000 >= seconds)
      return `time ran out after ${seconds} s`;
    if (memoryMiB !== undefined && visited.bytes > memoryMiB * 2 ** 20)
      return `memory ran out at ${memoryMiB} MiB`;
    return null;
  }

  if (finals.length === 0) stopped ??= 'no run comes to an end: a task goes round for ever';
  return { compiled, finals, states: visited.size, stopped };
}

/** Sets of events, numbered: what happened is part of a state, in one cell. */
function createEventSets() {
  const sets: (readonly Event[])[] = [[]];
  const numbers = new Map<string, number>([['', 0]]);
  const key = (e: Event) => `${e.cpu} ${e.node} ${e.cause}`;
  return {
    of: (n: number): readonly Event[] => sets[n] as readonly Event[],
    /** The number of a set with these events added. */
    with(n: number, more: readonly Event[]): number {
      if (more.length === 0) return n;
      const all = new Map([...(sets[n] as readonly Event[]), ...more].map((e) => [key(e), e]));
      const keys = [...all.keys()].sort();
      const name = keys.join(';');
      const known = numbers.get(name);
      if (known !== undefined) return known;
      numbers.set(name, sets.length);
      return sets.push(keys.map((k) => all.get(k) as Event)) - 1;
    },
  };
}
