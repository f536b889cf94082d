/**
 * Memory as one CPU meets it while the others may do to it what they like: each look at a shared word gives any of
 * the values that the word is known to take, but for what the CPU can be sure of.
 */
import type { Bits } from '../lang/types.ts';
import type { Setting } from '../semantics/setting.ts';
import type { Term } from '../semantics/terms.ts';
import type { Combinations } from './combinations.ts';
import { EXCLUSIVE, exchanged, MINE, maskFields } from './cpu-masks.ts';
import { ownFields, ownWord } from './own-words.ts';
import { ANYTHING, type TermValues, type ValueId } from './term-values.ts';

/** A shared word, with what it is known to hold. */
export interface Cell {
  readonly word: string;
  /** `struct.field` */
  readonly key: string;
  /** Where the frame has the word, if it belongs to the CPU that runs. */
  readonly own: number | null;
  /** In the order in which they were found. */
  readonly values: ValueId[];
  anything: boolean;
  /** Each CPU has bits of its own in it. */
  readonly mask: boolean;
  /** Locks that every CPU holds exclusively when it stores to the word; null: not known yet. */
  guards: ReadonlySet<Cell> | null;
}

/** What a CPU knows of memory, beside what it may be: it holds as long as the CPU does not step. */
export interface View {
  readonly id: number;
  /** The CPU's own bits in masks, where it has set some. */
  readonly held: ReadonlyMap<Cell, number>;
  /** Words that the CPU has stored to, while it holds a lock without which nobody stores to them. */
  readonly known: ReadonlyMap<Cell, ValueId>;
}

export interface Own {
  /** `struct.field` */
  readonly key: string;
  /** Its position in the frame. */
  readonly slot: number;
  readonly initial: ValueId;
}

/** What is known beforehand, from an earlier attempt. */
export interface Beforehand {
  readonly guards: ReadonlyMap<string, ReadonlySet<string>>;
  readonly spoiled: ReadonlySet<string>;
}

export interface ThreadMemory {
  readonly cells: ReadonlyMap<string, Cell>;
  /** Arrays of which each CPU uses an element of its own. */
  readonly own: readonly Own[];
  /** The cell of a word; `key` is its `struct.field`. */
  cellOf(word: string, bits: Bits, key: string): Cell;
  /** What the CPU reads; null where it cannot get here, as no value fits. */
  look(cell: Cell): ValueId | null;
  put(cell: Cell, value: ValueId): void;
  /** Does something of which nothing is known afterwards but which values words can have. */
  aside(what: () => void): void;
  /** Starts a run with that view. */
  enter(view: View): void;
  /** What the CPU knows once its step is over. */
  leave(): View;
  /** The view of a CPU that has just begun. */
  readonly blank: View;
  /** The same, but for the words that it knows. */
  withoutWords(view: View): View;
  /** Stores take effect together, so that all runs before meet the same choices. */
  settle(): void;
  /** Cells that have been read, or that have grown, since the last call. */
  takeRead(): ReadonlySet<Cell>;
  takeGrown(): ReadonlySet<Cell>;
  /** The values of a mask while a CPU has set these bits of its own, given as those of CPU 0. */
  maskValues(cell: Cell, bits: number, cpu: number): readonly Term[];
  /** What was learned, for another attempt. */
  readonly learned: Beforehand;
}

/** Most values that are told apart in one word. */
const MOST = 16;

/** `frame`: what locals hold, `locals` in number; words that a CPU has for its own are added. */
export function createThreadMemory(
  setting: Setting,
  values: TermValues,
  { choose }: Combinations,
  frame: ValueId[],
  before: Beforehand,
): ThreadMemory {
  const { graph, terms } = setting;
  const { program } = graph;
  const cells = new Map<string, Cell>();
  const own = ownFields(graph).map(({ key, bits }): Own => {
    const slot = frame.push(ANYTHING) - 1;
    return { key, slot, initial: values.of(setting.initial(ownWord(key, 0), bits)) };
  });
  const slots = new Map(own.map(({ key, slot }) => [key, slot]));
  const read = new Set<Cell>();
  const grown = new Set<Cell>();
  const masks = maskFields(graph);
  const guards = new Map<string, Set<string>>();
  const spoiled = new Set<string>(before.spoiled);
  const views = new Map<string, View>();
  const stored = new Map<Cell, Set<ValueId>>();
  /** The words that this run has looked at or stored to. */
  const seen = new Map<Cell, ValueId>();
  /** The words that the CPU has stored to, in this run or earlier. */
  const written = new Map<Cell, ValueId>();
  const held = new Map<Cell, number>();
  const numberOf = (id: ValueId): number => Number(values.termOf(id)?.value ?? 0n);

  function cellOf(word: string, bits: Bits, key: string): Cell {
    const before = cells.get(word);
    if (before) return before;
    const constant = graph.constants.has(key);
    const initial = values.of(setting.initial(word, bits));
    const mask = masks.single.has(key) && !spoiled.has(word);
    const cell: Cell = {
      ...{ word, key, own: slots.get(key) ?? null, values: [initial], anything: false, mask, guards: null },
    };
    if (!constant) cells.set(word, cell);
    return cell;
  }
  /** The values of a mask in which the CPU has these bits. */
  function withBits(cell: Cell, bits: number): readonly ValueId[] {
    return cell.values.filter((id) => (numberOf(id) & MINE) === bits);
  }
  function look(cell: Cell): ValueId | null {
    if (cell.own !== null) return frame[cell.own] as ValueId;
    const before = seen.get(cell);
    if (before !== undefined) return before;
    read.add(cell);
    const options = cell.mask ? withBits(cell, held.get(cell) ?? 0) : cell.values;
    if (options.length === 0) return null;
    const value = cell.anything ? ANYTHING : (options[choose(options.length)] as ValueId);
    seen.set(cell, value);
    return value;
  }
  function put(cell: Cell, value: ValueId): void {
    if (cell.own !== null) frame[cell.own] = value;
    else {
      noteGuards(cell);
      if (cell.mask) putMask(cell, look(cell) ?? ANYTHING, value);
      seen.set(cell, value);
      written.set(cell, value);
    }
    const list = stored.get(cell) ?? new Set();
    stored.set(cell, list.add(value));
  }
  function putMask(cell: Cell, old: ValueId, value: ValueId): void {
    if (value === ANYTHING || ((numberOf(old) ^ numberOf(value)) & ~MINE) !== 0) spoiled.add(cell.word);
    const bits = numberOf(value) & MINE;
    if (bits) held.set(cell, bits);
    else held.delete(cell);
  }
  function noteGuards(cell: Cell): void {
    const now = [...held].flatMap(([lock, bits]) => (bits & EXCLUSIVE ? [lock.word] : []));
    const all = guards.get(cell.word);
    guards.set(cell.word, new Set(all ? now.filter((lock) => all.has(lock)) : now));
  }
  function settle(): void {
    for (const [cell, list] of stored)
      for (const value of withOthers(cell, list)) {
        if (cell.anything || cell.values.includes(value)) continue;
        if (value === ANYTHING || cell.values.length >= MOST) cell.anything = true;
        else cell.values.push(value);
        grown.add(cell);
      }
    stored.clear();
  }
  /** The other CPUs do the same, with bits of their own. */
  function withOthers(cell: Cell, list: ReadonlySet<ValueId>): ReadonlySet<ValueId> {
    if (!masks.all.has(cell.key)) return list;
    const all = new Set(list);
    for (const id of all)
      for (let other = 1; other < program.bounds.cpus && id !== ANYTHING; other++)
        for (let one = 0; one < other; one++)
          all.add(values.of(terms.constant(8, BigInt(exchanged(numberOf(id), one, other)))));
    return all;
  }

  function leave(): View {
    const known = new Map<Cell, ValueId>();
    for (const [cell, value] of written) {
      if (cell.mask || value === ANYTHING) continue;
      for (const guard of guardsOf(cell)) if (held.has(guard)) known.set(cell, value);
    }
    return viewOf(held, known);
  }
  function guardsOf(cell: Cell): ReadonlySet<Cell> {
    if (cell.guards) return cell.guards;
    const locks = [...(before.guards.get(cell.word) ?? [])].flatMap((word) => cells.get(word) ?? []);
    cell.guards = new Set(locks.filter((lock) => lock.mask));
    return cell.guards;
  }
  function viewOf(bits: ReadonlyMap<Cell, number>, known: ReadonlyMap<Cell, ValueId>): View {
    const text = (of: ReadonlyMap<Cell, number>) =>
      [...of]
        .map(([c, v]) => `${c.word} ${v}`)
        .sort()
        .join();
    const key = `${text(bits)}|${text(known)}`;
    const before = views.get(key);
    if (before) return before;
    const view = { id: views.size, held: new Map(bits), known: new Map(known) };
    views.set(key, view);
    return view;
  }

  function take(set: Set<Cell>): ReadonlySet<Cell> {
    const taken = new Set(set);
    set.clear();
    return taken;
  }

  return {
    cells,
    own,
    cellOf,
    look,
    put,
    aside(what) {
      const [looked, had] = [new Map(seen), new Map(written)];
      what();
      const touched = [...written].flatMap(([cell, value]) => (had.get(cell) === value ? [] : [cell]));
      for (const cell of touched) looked.delete(cell);
      for (const cell of touched) had.delete(cell);
      restore(seen, looked);
      restore(written, had);
    },
    enter(view) {
      restore(seen, view.known);
      restore(written, view.known);
      restore(held, view.held);
    },
    leave,
    blank: viewOf(new Map(), new Map()),
    withoutWords: (view) => viewOf(view.held, new Map()),
    settle,
    takeRead: () => take(read),
    takeGrown: () => take(grown),
    maskValues: (cell, bits, cpu) =>
      withBits(cell, bits).map((id) => terms.constant(8, BigInt(exchanged(numberOf(id), 0, cpu)))),
    learned: { guards, spoiled },
  };
}

function restore<K, V>(map: Map<K, V>, contents: ReadonlyMap<K, V>): void {
  map.clear();
  for (const [key, value] of contents) map.set(key, value);
}
