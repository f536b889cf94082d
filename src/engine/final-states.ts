/**
 * All final states of runs in which each CPU does a given list of operations: states in which every CPU is
 * done, dead, or waits for ever. Operations come in one order, each whole in any order, or step by step.
 */
import type { Move } from '../evidence/trace.ts';
import type { Compiled } from '../semantics/compiled.ts';
import type { Graph, NodeId } from '../system/graph.ts';
import type { Event } from './event-sets.ts';
import type { SearchLimits } from './explicit.ts';
import { aboutTo, createLoneSteps, type LoneSteps, type Standing, startOf } from './lone-steps.ts';
import { createStateSet } from './state-set.ts';
import { createTaskSteps, type Row } from './task-steps.ts';

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

/** Steps that are followed without a look at whether the states were seen before: a task may spin. */
const LONGEST = 4000;

/**
 * Step by step, most runs are spared: where a step commutes with all that others may still do, it alone is taken.
 * That leaves no final state out (they are the deadlocks of Godefroid, "Partial-Order Methods for the
 * Verification of Concurrent Systems", chapter 4). Errors: MoreRounds, TooManyValues (see heard.ts); TaskDied.
 */
export function findFinalStates(
  graph: Graph,
  schedule: Schedule,
  limits: SearchLimits,
  idBits: 8 | 16,
): FinalStates {
  const started = performance.now();
  const { program } = graph;
  const { cpus } = program.bounds;
  const tasks = createTaskSteps(graph, idBits);
  const { compiled, events, width, pointOf, canStep } = tasks;
  const visited = createStateSet([...compiled.layout.groups, 1]);
  const parents: number[] = [-1];
  const everyCpu = Array.from({ length: cpus }, (_, c) => c);
  const finals: FinalState[] = [];

  /** Where a CPU stands; null: it is idle. */
  const nodeOf = (row: Row, c: number): NodeId | null => graph.points[pointOf(row, c) - 1]?.node ?? null;

  /** A CPU goes on until its operation ends or waits; nothing where it waits at once. */
  function wholeOf(from: Row, c: number, start: number): readonly Row[] {
    const ends: Row[] = [];
    const seen = createStateSet([width]);
    const open: Row[] = [];
    tasks.steps(from, c, start, open);
    for (let row = open.pop(); row !== undefined; row = open.pop()) {
      const { size } = seen;
      if (seen.insert(tasks.cells(row)) < size) continue;
      if (pointOf(row, c) === 0 || tasks.steps(row, c, -1, open)) ends.push(row);
    }
    return ends;
  }

  /** An operation that can start, or (-1) the operation that a CPU is in. */
  type Mover = readonly [cpu: number, start: number];

  const deaths = schedule.deaths.map((operation, c) => ({ operation, cpu: c }));
  const setup = schedule.operations.slice(0, schedule.before);
  const written = [...deaths, ...schedule.operations];
  const writtenOf = everyCpu.map((c) => written.filter((o) => o.cpu === c));
  const setupNames = new Set(setup.map(({ operation }) => program.operations[operation]));
  const isSetup = graph.points.map(({ node }) => setupNames.has(graph.nodes[node]?.site.calls[0]));
  const loneSteps =
    schedule.order !== 'steps' ? null : schedule.unreduced ? () => false : createLoneSteps(graph, schedule);

  const canStart = (from: Row) => (o: { operation: number; cpu: number }) =>
    pointOf(from, o.cpu) === 0 && canStep(from, o.cpu, o.operation);
  /** CPUs that run and need not wait. */
  const runningIn = (from: Row, among = everyCpu): readonly number[] =>
    among.filter((c) => pointOf(from, c) !== 0 && canStep(from, c, -1));
  /** The CPU is in an operation that is part of the setting up. */
  const isSettingUp = (from: Row) => (c: number) => isSetup[pointOf(from, c) - 1] === true;

  /** Who goes on first, else the first operation that can start. */
  function asWritten(from: Row, list: Schedule['operations'], running: readonly number[]): Mover | null {
    if (running[0] !== undefined) return [running[0], -1];
    const next = list.find(canStart(from));
    return next ? [next.cpu, next.operation] : null;
  }
  /** What is left to set up, one operation after the other. */
  const settingUp = (from: Row): Mover | null =>
    schedule.before > 0 ? asWritten(from, setup, runningIn(from, everyCpu.filter(isSettingUp(from)))) : null;

  function standingOf(from: Row, c: number): Standing {
    const point = pointOf(from, c);
    if (point !== 0) return point;
    const next = (writtenOf[c] as Schedule['operations']).find(canStart(from));
    return next ? aboutTo(graph, next.operation) : 0;
  }

  /** Steps of one CPU where they commute with all that the others may still do, if there is such a CPU. */
  function aloneFrom(from: Row, standing: readonly Standing[], isLone: LoneSteps): readonly Row[] {
    const ways: Row[] = [];
    for (let c = 0; c < cpus && ways.length === 0; c++)
      if (isLone(standing, c)) stepsOf(from, c, standing[c] as Standing, ways);
    return ways;
  }
  function stepsOf(from: Row, c: number, standing: Standing, ways: Row[]): void {
    if (standing !== 0) tasks.steps(from, c, startOf(graph, standing), ways);
  }

  function byStep(from: Row, isLone: LoneSteps): readonly Row[] {
    const standing = everyCpu.map((c) => standingOf(from, c));
    const alone = aloneFrom(from, standing, isLone);
    if (alone.length > 0) return alone;
    const ways: Row[] = [];
    for (const c of everyCpu) stepsOf(from, c, standing[c] as Standing, ways);
    return ways;
  }

  /** On from a state for as long as one step alone is to be considered: what lies between is not kept. */
  function onwards(from: Row, isLone: LoneSteps): Row {
    let at = from;
    for (let n = 0; n < LONGEST && !settingUp(at); n++) {
      const standing = everyCpu.map((c) => standingOf(at, c));
      const [only, ...others] = aloneFrom(at, standing, isLone);
      if (only === undefined || others.length > 0) break;
      at = only;
    }
    return at;
  }

  /** The states that follow and are kept; none: the state is final. */
  function expand(from: Row): readonly Row[] {
    const first = schedule.order === 'written' ? asWritten(from, written, runningIn(from)) : settingUp(from);
    if (first) return wholeOf(from, ...first);
    if (schedule.order === 'written') return [];
    if (loneSteps) return byStep(from, loneSteps).map((row) => onwards(row, loneSteps));
    const starts = written.filter(canStart(from)).map((o): Mover => [o.cpu, o.operation]);
    const going = runningIn(from).map((c): Mover => [c, -1]);
    return [...going, ...starts].flatMap((mover) => wholeOf(from, ...mover));
  }

  const one = new Int32Array(width);
  /** State `n` as the only row. */
  function load(n: number, recording: boolean): Row {
    visited.read(n, one);
    tasks.clear(recording);
    return tasks.add(one);
  }

  /** By state: the moves from its parent. Runs have much of their way in common. */
  const last = new Map<number, readonly Move[]>();
  function movesTo(target: number): readonly Move[] {
    const all: (readonly Move[])[] = [];
    for (let n = target; (parents[n] as number) >= 0; n = parents[n] as number) {
      const moves = last.get(n) ?? movesBetween(parents[n] as number, n);
      last.set(n, moves);
      all.push(moves);
    }
    return all.reverse().flat();
  }
  function movesBetween(from: number, to: number): readonly Move[] {
    const wanted = new Int32Array(width);
    visited.read(to, wanted);
    const rows = expand(load(from, true));
    const way = rows.find((row) => tasks.cells(row).every((cell, i) => cell === wanted[i]));
    if (way === undefined) throw new Error('a state has no step from its parent');
    return tasks.movesTo(way);
  }

  one.set(compiled.initial);
  visited.insert(one);
  let stopped: string | null = null;
  for (let from = 0; from < visited.size; from++) {
    stopped = overLimit();
    if (stopped) break;
    const here = load(from, false);
    const ways = expand(here);
    for (const row of ways) if (visited.insert(tasks.cells(row)) === parents.length) parents.push(from);
    if (ways.length > 0) continue;
    finals.push({
      state: one.slice(0, width - 1),
      events: events.of(one[width - 1] as number),
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
