/**
 * Steps of CPUs that do given operations, from and to states that are rows of one array: a search makes
 * hundreds of thousands of them, and few are kept.
 */
import type { Move } from '../evidence/trace.ts';
import { compile } from '../semantics/compile.ts';
import { BLOCKED, type Compiled, type Listener, SUCCESSOR } from '../semantics/compiled.ts';
import type { Graph, NodeId } from '../system/graph.ts';
import { createEventSets, type Event, type EventSets, isFatal } from './event-sets.ts';
import { propertyReported } from './heard.ts';

/** A state with its events, by its number among the rows. */
export type Row = number;

/** Moves one after the other, from the last; runs that part share what they have in common. */
interface Path {
  readonly move: Move;
  readonly before: Path | null;
}

/** A task dies in a program that does not say what follows. */
export class TaskDied extends Error {}

export interface TaskSteps {
  readonly compiled: Compiled;
  readonly events: EventSets;
  /** Cells of a row: those of a state, and the number of its set of events. */
  readonly width: number;
  /** The row's cells, until another row is made. */
  cells(row: Row): Int32Array;
  /** A row with these cells. */
  add(cells: Int32Array): Row;
  /** Forgets all rows. `recording`: the moves that lead to those that follow are kept. */
  clear(recording: boolean): void;
  /** Moves from a row that was added. */
  movesTo(row: Row): readonly Move[];
  /** The control point where a CPU stands; 0: it is idle. */
  pointOf(row: Row, cpu: number): number;
  /**
   * One step of a CPU with every combination of choices, appended to `to`: the start of an operation, or (-1) of
   * the one it is in. True where it cannot.
   */
  steps(from: Row, cpu: number, start: number, to: Row[]): boolean;
  /** Whether a CPU has such a step: the first that is found will do. */
  canStep(from: Row, cpu: number, start: number): boolean;
}

/** Errors: TooManyValues; steps throw MoreRounds (see heard.ts), and TaskDied. */
export function createTaskSteps(graph: Graph, idBits: 8 | 16): TaskSteps {
  const { operations } = graph.program;
  const events = createEventSets();
  const noted: Event[] = [];
  let running = 0;
  const listener: Listener = {
    finding(node: NodeId, cause) {
      const property = propertyReported(graph, compiled.values, node, cause);
      const event = { property, cpu: running, node, cause };
      if (!graph.program.afterOops && isFatal(graph, event)) throw new TaskDied();
      noted.push(event);
    },
    judged: () => undefined,
    reached: () => undefined,
    ordered: () => undefined,
  };
  const compiled = compile(graph, listener, { idBits, trackLocks: false });
  const { layout, state, choices } = compiled;
  const { cells: own, pc } = layout;
  const width = own + 1;
  let rows = new Int32Array(64 * width);
  let size = 0;
  let recording = false;
  const paths: (Path | null)[] = [];

  function add(cells: Int32Array, set: number): Row {
    if ((size + 1) * width > rows.length) {
      const bigger = new Int32Array(2 * rows.length);
      bigger.set(rows);
      rows = bigger;
    }
    const at = size * width;
    for (let i = 0; i < own; i++) rows[at + i] = cells[i] as number;
    rows[at + own] = set;
    paths[size] = null;
    return size++;
  }

  function restore(from: Row): void {
    const at = from * width;
    for (let i = 0; i < own; i++) state[i] = rows[at + i] as number;
  }

  const points = 2 ** pc.width - 1;
  function pointOf(row: Row, cpu: number): number {
    const bit = pc.base + cpu * pc.stride;
    return ((rows[row * width + (bit >>> 5)] as number) >>> (bit & 31)) & points;
  }

  function runner(from: Row, cpu: number, start: number): (cpu: number) => number {
    running = cpu;
    choices.reset();
    return (start >= 0 ? compiled.starts[start] : compiled.resumes[pointOf(from, cpu)]) as (
      cpu: number,
    ) => number;
  }

  const moveOf = (cpu: number, start: number): Move => ({
    cpu,
    operation: start >= 0 ? (operations[start] ?? null) : null,
    choices: [...choices.path.slice(0, choices.length)],
    pauses: compiled.pauses.count,
  });

  return {
    compiled,
    events,
    width,
    cells: (row) => rows.subarray(row * width, (row + 1) * width),
    add: (cells) => add(cells, cells[own] as number),
    clear(record) {
      size = 0;
      recording = record;
    },
    movesTo(row) {
      const moves: Move[] = [];
      for (let path = paths[row] ?? null; path; path = path.before) moves.push(path.move);
      return moves.reverse();
    },
    pointOf,
    steps(from, cpu, start, to) {
      const run = runner(from, cpu, start);
      let waits = false;
      do {
        restore(from);
        choices.rewind();
        noted.length = 0;
        const outcome = run(cpu);
        if (outcome & BLOCKED) waits = true;
        if (!(outcome & SUCCESSOR)) continue;
        const row = add(state, events.with(rows[from * width + own] as number, noted));
        if (recording) paths[row] = { move: moveOf(cpu, start), before: paths[from] ?? null };
        to.push(row);
      } while (choices.next());
      return waits;
    },
    canStep(from, cpu, start) {
      const run = runner(from, cpu, start);
      do {
        restore(from);
        choices.rewind();
        if (run(cpu) & SUCCESSOR) return true;
      } while (choices.next());
      return false;
    },
  };
}
