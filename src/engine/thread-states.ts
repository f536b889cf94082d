/**
 * What one CPU can know at each of its control points, whatever the others do to memory: the combinations of
 * values of its live locals, and the values of each shared word, as a least fixpoint. What is found is no proof: it
 * is what an invariant is made of.
 */
import type { Setting } from '../semantics/setting.ts';
import type { Term } from '../semantics/terms.ts';
import type { Graph, NodeId } from '../system/graph.ts';
import { ANYTHING, type ValueId } from './term-values.ts';
import type { Beforehand, Cell, View } from './thread-memory.ts';
import { createThreadSteps, type ThreadSteps } from './thread-steps.ts';

/** What is known of a word or a local in one state: it has one of these values. null: anything. */
export type Values = readonly Term[] | null;

/** At one control point. */
export interface PointStates {
  /**
   * Live locals; arrays of which the CPU uses an element of its own, as `struct.field`; masks, of which the CPU
   * knows its own bits; words that are guarded by locks that it holds.
   */
  readonly names: readonly string[];
  /** For each state, the values of these names, for that CPU. */
  rows(names: readonly string[], cpu: number): readonly (readonly Values[])[];
}

export interface ThreadStates {
  /** By the number of the control point, 0 for idle; those that no run gets to are not there. */
  readonly points: ReadonlyMap<number, PointStates>;
  /** The values of each word that changes. */
  readonly words: ReadonlyMap<string, Values>;
  /** Of a word: the locks that all hold exclusively when they store to it. */
  guards(word: string): readonly string[];
  /** Properties that may be violated, as far as this tells, and `reach:` targets; predicates always may. */
  readonly found: ReadonlySet<string>;
}

/** Values by position in the frame, and the view. */
interface State {
  readonly values: readonly ValueId[];
  readonly view: View;
}

/** Where steps begin: at a control point, or idle. */
interface Place {
  readonly nodes: readonly NodeId[];
  readonly names: readonly string[];
  /** The frame's positions of these. */
  readonly slots: readonly number[];
  readonly states: Map<string, State>;
  fresh: State[];
  /** Positions whose values are not told apart any more; -1: the words that are known. */
  readonly blurred: Set<number>;
}

/**
 * `most`: states that are told apart at one point. Null once time has `expired`. What stays as it is while locks are held is learned in a first attempt, which knows
 * of no word that it does.
 */
export function threadStates(setting: Setting, most: number, expired: () => boolean): ThreadStates | null {
  let before: Beforehand = { guards: new Map(), spoiled: new Set() };
  for (let learning = true; ; ) {
    const steps = createThreadSteps(setting, before, expired);
    const places = explore(setting.graph, steps, most, expired);
    if (!places) return null;
    const { learned } = steps.memory;
    if (!learning) return statesIn(places, steps, before);
    learning = learned.spoiled.size > before.spoiled.size;
    before = { guards: learning ? new Map() : learned.guards, spoiled: learned.spoiled };
  }
}

function explore(
  graph: Graph,
  steps: ThreadSteps,
  most: number,
  expired: () => boolean,
): ReadonlyMap<number, Place> | null {
  const { frame } = steps;
  const idle = place(
    graph.entries.map((e) => e.node),
    [],
  );
  const atPoint = new Map<number, Place>([[0, idle]]);
  const waiting = new Set<Place>();
  const readers = new Map<Cell, Set<Place>>();

  function place(nodes: readonly NodeId[], live: readonly string[]): Place {
    const slots = [...live.map(steps.localNumber), ...steps.memory.own.map((o) => o.slot)];
    const names = [...live, ...steps.memory.own.map((o) => o.key)];
    return { nodes, names, slots, states: new Map(), fresh: [], blurred: new Set() };
  }
  function add(to: Place, state: State): void {
    const key = `${state.view.id},${state.values.join()}`;
    if (to.states.has(key)) return;
    to.states.set(key, state);
    to.fresh.push(state);
    waiting.add(to);
    if (to.states.size > most) blur(to);
  }
  /** Gives up on what has the most values; on a pointer last, as every access through it would fail. */
  function blur(at: Place): void {
    const all = [...at.states.values()];
    const counts = [-1, ...at.slots.keys()].map((i) => ({
      i,
      isPointer: graph.locals.get(at.names[i] ?? '')?.kind === 'pointer',
      count: at.blurred.has(i) ? 0 : new Set(all.map((s) => (i < 0 ? s.view : s.values[i]))).size,
    }));
    const open = counts.filter((c) => c.count > 1);
    const numbers = open.filter((c) => !c.isPointer);
    const [worst] = (numbers.length > 0 ? numbers : open).sort((a, b) => b.count - a.count);
    if (!worst) return;
    at.blurred.add(worst.i);
    at.states.clear();
    at.fresh = [];
    for (const state of all) add(at, blurredAt(at, state));
  }
  const blurredAt = ({ blurred }: Place, state: State): State =>
    blurred.size === 0
      ? state
      : {
          values: state.values.map((v, i) => (blurred.has(i) ? ANYTHING : v)),
          view: blurred.has(-1) ? steps.memory.withoutWords(state.view) : state.view,
        };

  function arrive(number: number, view: View): void {
    const point = graph.points[number - 1];
    const at = atPoint.get(number) ?? place(point ? [point.node] : [], point?.live ?? []);
    atPoint.set(number, at);
    const values = at.slots.map((slot) => frame[slot] as ValueId);
    add(at, blurredAt(at, { values, view }));
  }

  function advance(from: Place): void {
    const states = from.fresh;
    from.fresh = [];
    for (const node of from.nodes)
      for (const { values, view } of states)
        steps.run(
          node,
          view,
          () => {
            for (let i = 0; i < values.length; i++) frame[from.slots[i] as number] = values[i] as ValueId;
          },
          arrive,
        );
    for (const cell of steps.memory.takeRead()) {
      const known = readers.get(cell) ?? new Set();
      readers.set(cell, known.add(from));
    }
    for (const cell of steps.memory.takeGrown())
      for (const reader of readers.get(cell) ?? []) {
        reader.fresh = [...reader.states.values()];
        waiting.add(reader);
      }
  }

  add(idle, { values: steps.memory.own.map((o) => o.initial), view: steps.memory.blank });
  for (const next of waiting) {
    if (expired()) return null;
    waiting.delete(next);
    advance(next);
  }
  return atPoint;
}

function statesIn(
  places: ReadonlyMap<number, Place>,
  steps: ThreadSteps,
  { guards }: Beforehand,
): ThreadStates {
  const { cells } = steps.memory;
  /** Of elements that CPUs have for their own only that of the CPU that ran was used. */
  const standing = new Map(
    [...cells.values()]
      .flatMap((c) => (c.own !== null && c.values.length > 0 ? [[c.key, c] as const] : []))
      .reverse(),
  );
  const termsOf = (cell: Cell): Values => {
    const { anything, values } = standing.get(cell.key) ?? cell;
    return anything ? null : values.map((id) => steps.values.termOf(id) as Term);
  };
  const masks = [...cells.values()].filter((c) => c.mask && !c.anything);

  function statesAt({ names, states }: Place): PointStates {
    const all = [...states.values()];
    const words = new Set(all.flatMap(({ view }) => [...view.known.keys()]));
    const valuesIn = (name: string, cpu: number): ((state: State) => Values) => {
      const position = names.indexOf(name);
      if (position >= 0)
        return ({ values }) => {
          const term = steps.values.termOf(values[position] as ValueId);
          return term ? [term] : null;
        };
      const cell = cells.get(name) as Cell;
      if (cell.mask) return ({ view }) => steps.memory.maskValues(cell, view.held.get(cell) ?? 0, cpu);
      return ({ view }) => {
        const id = view.known.get(cell);
        return id === undefined ? termsOf(cell) : [steps.values.termOf(id) as Term];
      };
    };
    return {
      names: [...names, ...masks.map((c) => c.word), ...[...words].map((c) => c.word)],
      rows(wanted, cpu) {
        const read = wanted.map((name) => valuesIn(name, cpu));
        return all.map((state) => read.map((get) => get(state)));
      },
    };
  }

  return {
    points: new Map([...places].map(([number, place]) => [number, statesAt(place)])),
    found: steps.found,
    words: new Map([...cells.values()].map((cell) => [cell.word, termsOf(cell)])),
    guards: (word) => [...(guards.get(word) ?? [])].filter((lock) => cells.get(lock)?.mask),
  };
}
