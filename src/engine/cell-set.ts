/**
 * Cells one after the other, found by an open-addressing hash table of 32-bit entries. What of an entry the number
 * of a state does not need is a tag of its hash, so that nearly all comparisons are of equal states. All lies in
 * memory that threads share: one of them adds, and others look up what was there when they were last told. Of these they
 * may miss some while the table grows where it is; but what they find they have compared, cell by cell, with cells that
 * do not change any more.
 */

/** States in one piece of memory, and the most that are inserted together. */
const CHUNK = 1 << 16;
export const BATCH = 512;
/** The table is doubled when more of it is used. */
const FULL = 0.7;

/** Where a set keeps what is in it, and how much that is. */
export interface CellMemory {
  readonly table: Int32Array;
  readonly chunks: readonly Int32Array[];
  readonly size: number;
}

export interface CellSet {
  readonly size: number;
  readonly bytes: number;
  readonly memory: CellMemory;
  /** Looks up in the memory of another set from now on; nothing may be inserted then. */
  use(memory: CellMemory): void;
  clear(): void;
  /** The number of the state that begins at a cell of an array, new or not. */
  insertAt(states: Int32Array, at: number): number;
  insertAll(states: Int32Array, count: number): Int32Array;
  /** The same, but negative where the state is not in the set. */
  findAt(states: Int32Array, at: number): number;
  findAll(states: Int32Array, count: number): Int32Array;
  /** Copies state `n` into an array from a cell on. */
  readAt(n: number, target: Int32Array, at: number): void;
}

/** How much larger a table can grow where it is, and how large: address space is set aside for that, not memory. */
const GROWTH = 64;
const MOST_BYTES = 2 ** 31;

const BYTES = Int32Array.BYTES_PER_ELEMENT;
const sharedCells = (count: number): Int32Array => new Int32Array(new SharedArrayBuffer(count * BYTES));
const growing = (bytes: number): SharedArrayBuffer =>
  new SharedArrayBuffer(bytes, { maxByteLength: Math.max(bytes, Math.min(bytes * GROWTH, MOST_BYTES)) });

/** An empty set of states of so many cells. */
export function createCellSet(cells: number): CellSet {
  let chunks: Int32Array[] = [];
  let bits = 12;
  let tableMemory = growing(BYTES << bits);
  let table: Int32Array = new Int32Array(tableMemory, 0, 1 << bits);
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

  /** An entry is the state's number and 1 in its low bits, which it never fills, and the tag above. */
  const firstPlace = (h: number): number => Math.imul(h, 0x9e3779b1) >>> (32 - bits);

  /** The state's number, or ~ the place of the table where its entry would be. */
  function find(h: number, states: Int32Array, from: number): number {
    const mask = table.length - 1;
    const tag = h & ~mask;
    let at = firstPlace(h);
    for (let entry = table[at] as number; entry !== 0; entry = table[at] as number) {
      const n = (entry & mask) - 1;
      if (((entry ^ tag) & ~mask) === 0 && n >>> 0 < size && equal(n, states, from)) return n;
      at = (at + 1) & mask;
    }
    return ~at;
  }

  function insertHashed(h: number, states: Int32Array, from: number): number {
    const found = find(h, states, from);
    if (found >= 0) return found;
    const chunk = chunkFor(size);
    const to = (size & (CHUNK - 1)) * cells;
    for (let i = 0; i < cells; i++) chunk[to + i] = states[from + i] as number;
    table[~found] = (h & -table.length) | ++size;
    if (size > table.length * FULL) grow();
    return size - 1;
  }

  /** The first piece grows with what is in it, so that small sets stay small. */
  function chunkFor(n: number): Int32Array {
    const [first] = chunks;
    if (n === 0) chunks.push(sharedCells(64 * cells));
    else if (first && n < CHUNK && n * cells === first.length) {
      const bigger = sharedCells(2 * first.length);
      bigger.set(first);
      chunks[0] = bigger;
    } else if (n >>> 16 === chunks.length) chunks.push(sharedCells(CHUNK * cells));
    return chunks[n >>> 16] as Int32Array;
  }

  function grow(): void {
    bits++;
    const bytes = 2 * table.byteLength;
    if (bytes > tableMemory.maxByteLength) tableMemory = growing(bytes);
    else {
      table.fill(0);
      tableMemory.grow(bytes);
    }
    table = new Int32Array(tableMemory, 0, 1 << bits);
    const mask = table.length - 1;
    for (let n = 0; n < size; n++) {
      const h = hash(chunks[n >>> 16] as Int32Array, (n & (CHUNK - 1)) * cells);
      let at = firstPlace(h);
      while (table[at] !== 0) at = (at + 1) & mask;
      table[at] = (h & ~mask) | (n + 1);
    }
  }

  /** Asks for the memory that lookups need together, before any of it is waited for. */
  function fetch(states: Int32Array, count: number): void {
    const mask = table.length - 1;
    for (let k = 0; k < count; k++) {
      const h = hash(states, k * cells);
      hashes[k] = h;
      fetched[0] = table[firstPlace(h)] as number;
    }
    for (let k = 0; k < count; k++) {
      const n = ((table[firstPlace(hashes[k] as number)] as number) & mask) - 1;
      if (n < 0 || n >= size) continue;
      fetched[0] = (chunks[n >>> 16] as Int32Array)[(n & (CHUNK - 1)) * cells] as number;
    }
  }

  return {
    get size() {
      return size;
    },
    get bytes() {
      return chunks.reduce((sum, chunk) => sum + chunk.byteLength, table.byteLength);
    },
    get memory() {
      return { table, chunks, size };
    },
    use(memory) {
      table = memory.table;
      bits = 31 - Math.clz32(table.length);
      chunks = [...memory.chunks];
      size = memory.size;
    },
    clear() {
      size = 0;
      table.fill(0);
    },
    insertAt: (states, at) => insertHashed(hash(states, at), states, at),
    insertAll(states, count) {
      fetch(states, count);
      for (let k = 0; k < count; k++) numbers[k] = insertHashed(hashes[k] as number, states, k * cells);
      return numbers;
    },
    findAt: (states, at) => find(hash(states, at), states, at),
    findAll(states, count) {
      fetch(states, count);
      for (let k = 0; k < count; k++) numbers[k] = find(hashes[k] as number, states, k * cells);
      return numbers;
    },
    readAt(n, target, to) {
      const chunk = chunks[n >>> 16] as Int32Array;
      const at = (n & (CHUNK - 1)) * cells;
      for (let i = 0; i < cells; i++) target[to + i] = chunk[at + i] as number;
    },
  };
}
