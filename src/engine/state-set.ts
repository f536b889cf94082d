/**
 * The visited states of a search. A state is kept as the numbers of its parts, each part once: most states
 * share theirs with many others (collapse compression: Holzmann, "State compression in SPIN", 1997).
 */

export interface StateSet {
  /** States so far; they are numbered from 0 in the order of insertion. */
  readonly size: number;
  /** Bytes that the set occupies now. */
  readonly bytes: number;
  /** The state's number, new or not. */
  insert(state: Int32Array): number;
  /**
   * Inserts the `count` states that `states` holds one after the other, and gives the number of each, new or
   * not. The memory that they need is asked for together, before any of it is waited for.
   */
  insertAll(states: Int32Array, count: number): Int32Array;
  /** Copies state `n` into `target`. */
  read(n: number, target: Int32Array): void;
}

/** States in one piece of memory, and the most that are inserted together. */
const CHUNK = 1 << 16;
export const BATCH = 512;
/** The table is doubled when more of it is used. */
const FULL = 0.7;

/** `groups`: how many cells each part of a state has, in order. */
export function createStateSet(groups: readonly number[]): StateSet {
  if (groups.length === 1) return createCellSet(groups[0] as number);
  const count = groups.length;
  const cells = groups.reduce((sum, size) => sum + size, 0);
  const parts = groups.map(createCellSet);
  const whole = createCellSet(count);
  const numbers = new Int32Array(BATCH * count);
  const one = new Int32Array(count);

  function takeApart(states: Int32Array, from: number, to: number): void {
    let at = from;
    for (let g = 0; g < count; g++) {
      numbers[to + g] = (parts[g] as CellSet).insertAt(states, at);
      at += groups[g] as number;
    }
  }

  return {
    get size() {
      return whole.size;
    },
    get bytes() {
      return parts.reduce((sum, part) => sum + part.bytes, whole.bytes);
    },
    insert(state) {
      takeApart(state, 0, 0);
      return whole.insert(numbers);
    },
    insertAll(states, many) {
      for (let k = 0; k < many; k++) takeApart(states, k * cells, k * count);
      return whole.insertAll(numbers, many);
    },
    read(n, target) {
      whole.read(n, one);
      let at = 0;
      for (let g = 0; g < count; g++) {
        (parts[g] as CellSet).readAt(one[g] as number, target, at);
        at += groups[g] as number;
      }
    },
  };
}

interface CellSet extends StateSet {
  /** As `insert` and `read`, of a state that begins at a cell of an array. */
  insertAt(states: Int32Array, at: number): number;
  readAt(n: number, target: Int32Array, at: number): void;
}

/**
 * Cells one after the other, found by an open-addressing hash table of 32-bit entries. What of an entry the
 * number of a state does not need is a tag of its hash, so that nearly all comparisons are of equal states.
 */
function createCellSet(cells: number): CellSet {
  const chunks: Int32Array[] = [];
  let bits = 12;
  let table = new Int32Array(1 << bits);
  let size = 0;
  const hashes = new Int32Array(BATCH);
  const numbers = new Int32Array(BATCH);
  /** Where what is only fetched goes, so that no compiler leaves it out. */
  const fetched = new Int32Array(1);

  function hash(states: Int32Array, at: number): number {
    let h = 0x9e3779b9;
    for (let i = at; i < at + cells; i++) {
      h = Math.imul(h ^ (states[i] as number), 0x85ebca6b);
      h ^= h >>> 15;
    }
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return h ^ (h >>> 16);
  }

  function equal(n: number, states: Int32Array, at: number): boolean {
    const chunk = chunks[n >>> 16] as Int32Array;
    const from = (n & (CHUNK - 1)) * cells;
    for (let i = 0; i < cells; i++) if (chunk[from + i] !== states[at + i]) return false;
    return true;
  }

  /** An entry is the state's number and 1 in its low `bits`, which an entry never fills, and the tag above. */
  function insertHashed(h: number, states: Int32Array, from: number): number {
    const mask = table.length - 1;
    const tag = h & ~mask;
    let at = Math.imul(h, 0x9e3779b1) >>> (32 - bits);
    for (let entry = table[at] as number; entry !== 0; entry = table[at] as number) {
      if (((entry ^ tag) & ~mask) === 0 && equal((entry & mask) - 1, states, from)) return (entry & mask) - 1;
      at = (at + 1) & mask;
    }
    const chunk = chunkFor(size);
    const to = (size & (CHUNK - 1)) * cells;
    for (let i = 0; i < cells; i++) chunk[to + i] = states[from + i] as number;
    table[at] = tag | ++size;
    if (size > table.length * FULL) grow();
    return size - 1;
  }

  /** The first piece grows with what is in it, so that small sets stay small. */
  function chunkFor(n: number): Int32Array {
    const [first] = chunks;
    if (n === 0) chunks.push(new Int32Array(64 * cells));
    else if (first && n < CHUNK && n * cells === first.length) {
      const bigger = new Int32Array(2 * first.length);
      bigger.set(first);
      chunks[0] = bigger;
    } else if (n >>> 16 === chunks.length) chunks.push(new Int32Array(CHUNK * cells));
    return chunks[n >>> 16] as Int32Array;
  }

  function readAt(n: number, target: Int32Array, to: number): void {
    const chunk = chunks[n >>> 16] as Int32Array;
    const at = (n & (CHUNK - 1)) * cells;
    for (let i = 0; i < cells; i++) target[to + i] = chunk[at + i] as number;
  }

  function grow(): void {
    bits++;
    const bigger = new Int32Array(1 << bits);
    const mask = bigger.length - 1;
    for (let n = 0; n < size; n++) {
      const h = hash(chunks[n >>> 16] as Int32Array, (n & (CHUNK - 1)) * cells);
      let at = Math.imul(h, 0x9e3779b1) >>> (32 - bits);
      while (bigger[at] !== 0) at = (at + 1) & mask;
      bigger[at] = (h & ~mask) | (n + 1);
    }
    table = bigger;
  }

  return {
    get size() {
      return size;
    },
    get bytes() {
      return chunks.reduce((sum, chunk) => sum + chunk.byteLength, table.byteLength);
    },
    insert: (state) => insertHashed(hash(state, 0), state, 0),
    insertAll(states, count) {
      const mask = table.length - 1;
      for (let k = 0; k < count; k++) {
        const h = hash(states, k * cells);
        hashes[k] = h;
        fetched[0] = table[Math.imul(h, 0x9e3779b1) >>> (32 - bits)] as number;
      }
      for (let k = 0; k < count; k++) {
        const entry = table[Math.imul(hashes[k] as number, 0x9e3779b1) >>> (32 - bits)] as number;
        if (entry === 0) continue;
        const n = (entry & mask) - 1;
        fetched[0] = (chunks[n >>> 16] as Int32Array)[(n & (CHUNK - 1)) * cells] as number;
      }
      for (let k = 0; k < count; k++) numbers[k] = insertHashed(hashes[k] as number, states, k * cells);
      return numbers;
    },
    read: (n, target) => readAt(n, target, 0),
    insertAt: (states, at) => insertHashed(hash(states, at), states, at),
    readAt,
  };
}
