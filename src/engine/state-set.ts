/**
 * The visited states of a search. A state is kept as the numbers of its parts, each part once: most states
 * share theirs with many others (collapse compression: Holzmann, "State compression in SPIN", 1997).
 */
import { BATCH, type CellMemory, type CellSet, createCellSet } from './cell-set.ts';

export interface StateSet {
  /** States so far; they are numbered from 0 in the order of insertion. */
  readonly size: number;
  /** Bytes that the set occupies now. */
  readonly bytes: number;
  /** Where it has its parts, and the states that consist of these: shared memory. */
  readonly memory: readonly CellMemory[];
  /** Looks up in the memory of another such set from now on; nothing may be inserted then. */
  use(memory: readonly CellMemory[]): void;
  /** The state's number, new or not. */
  insert(state: Int32Array): number;
  /**
   * Inserts the `count` states that `states` holds one after the other, and gives the number of each, new or
   * not. The memory that they need is asked for together, before any of it is waited for.
   */
  insertAll(states: Int32Array, count: number): Int32Array;
  /** The same, but negative for those that are not in the set. */
  findAll(states: Int32Array, count: number): Int32Array;
  /** Copies state `n` into `target`. */
  read(n: number, target: Int32Array): void;
}

/** `groups`: how many cells each part of a state has, in order. */
export function createStateSet(groups: readonly number[]): StateSet {
  const count = groups.length;
  const whole = createCellSet(count === 1 ? (groups[0] as number) : count);
  const parts = count === 1 ? [] : groups.map(createCellSet);
  const cells = groups.reduce((sum, size) => sum + size, 0);
  const numbers = new Int32Array(BATCH * count);
  const one = new Int32Array(count);

  /** The states as `whole` has them. */
  function takeApart(
    states: Int32Array,
    many: number,
    number: (part: CellSet, at: number) => number,
  ): Int32Array {
    if (count === 1) return states;
    for (let k = 0; k < many; k++) {
      let at = k * cells;
      for (let g = 0; g < count; g++) {
        numbers[k * count + g] = number(parts[g] as CellSet, at);
        at += groups[g] as number;
      }
    }
    return numbers;
  }

  return {
    get size() {
      return whole.size;
    },
    get bytes() {
      return parts.reduce((sum, part) => sum + part.bytes, whole.bytes);
    },
    get memory() {
      return [...parts, whole].map((set) => set.memory);
    },
    use(memory) {
      for (const [i, set] of [...parts, whole].entries()) set.use(memory[i] as CellMemory);
    },
    insert: (state) =>
      whole.insertAt(
        takeApart(state, 1, (part, at) => part.insertAt(state, at)),
        0,
      ),
    insertAll: (states, many) =>
      whole.insertAll(
        takeApart(states, many, (part, at) => part.insertAt(states, at)),
        many,
      ),
    // No state has a part with a negative number.
    findAll: (states, many) =>
      whole.findAll(
        takeApart(states, many, (part, at) => part.findAt(states, at)),
        many,
      ),
    read(n, target) {
      if (count === 1) return whole.readAt(n, target, 0);
      whole.readAt(n, one, 0);
      let at = 0;
      for (let g = 0; g < count; g++) {
        (parts[g] as CellSet).readAt(one[g] as number, target, at);
        at += groups[g] as number;
      }
    },
  };
}
