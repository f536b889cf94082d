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
  const places = new Int32Array(BATCH);
  const numbers = new Int32Array(BATCH);
  /** Where what is only fetched goes, so that no compiler leaves it out. */
  const fetched = new Int32Array(BATCH);

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

  /** The first place from `at` on with an entry that has the hash's tag, or with none. */
  function placeFrom(at: number, h: number): number {
    const mask = table.length - 1;
    let place = at;
    while (table[place] !== 0 && ((table[place] as number) ^ h) & ~mask) place = (place + 1) & mask;
    return place;
  }

  /** The state's number, or ~ the place of the table where its entry would be; `at`: where that may be found first. */
  function find(at: number, h: number, states: Int32Array, from: number): number {
    const mask = table.length - 1;
    let place = placeFrom(at, h);
    for (; table[place] !== 0; place = placeFrom((place + 1) & mask, h)) {
      const n = ((table[place] as number) & mask) - 1;
      if (n >>> 0 < size && equal(n, states, from)) return n;
    }
    return ~place;
  }

  function insertHashed(at: number, h: number, states: Int32Array, from: number): number {
    const found = find(at, h, states, from);
    if (found >= 0) return found;
    const chunk = chunkFor(size);
    const to = (size & (CHUNK - 1)) * cells;
    for (let i = 0; i < cells; i++) chunk[to + i] = states[from + i] as number;
    table[~found] = (h & -table.length) | ++size;
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

  /** The table does not grow while states are inserted together: their places were found before. */
  function makeRoom(count: number): void {
    while (size + count > table.length * FULL) grow();
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
    for (let first = 0; first < size; first += BATCH) {
      const count = Math.min(BATCH, size - first);
      fetchPlaces(chunks[first >>> 16] as Int32Array, (first & (CHUNK - 1)) * cells, count);
      for (let k = 0; k < count; k++) {
        let at = places[k] as number;
        while (table[at] !== 0) at = (at + 1) & mask;
        table[at] = ((hashes[k] as number) & ~mask) | (first + k + 1);
      }
    }
  }

  /** Hashes, and asks for the memory of the places together, before any of it is waited for. */
  function fetchPlaces(states: Int32Array, from: number, count: number): void {
    for (let k = 0; k < count; k++) {
      const h = hash(states, from + k * cells);
      hashes[k] = h;
      places[k] = firstPlace(h);
    }
    for (let k = 0; k < count; k++) fetched[k] = table[places[k] as number] as number;
  }

  /** Moves each place to the entry with the hash's tag, or to the first free one, and asks for the state there. */
  function fetchStates(count: number): void {
    const mask = table.length - 1;
    for (let k = 0; k < count; k++) {
      const at = placeFrom(places[k] as number, hashes[k] as number);
      places[k] = at;
      const n = ((table[at] as number) & mask) - 1;
      fetched[k] =
        n < 0 || n >= size ? 0 : ((chunks[n >>> 16] as Int32Array)[(n & (CHUNK - 1)) * cells] as number);
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
    insertAt(states, at) {
      makeRoom(1);
      const h = hash(states, at);
      return insertHashed(firstPlace(h), h, states, at);
    },
    insertAll(states, count) {
      makeRoom(count);
      fetchPlaces(states, 0, count);
      fetchStates(count);
      for (let k = 0; k < count; k++)
        numbers[k] = insertHashed(places[k] as number, hashes[k] as number, states, k * cells);
      return numbers;
    },
    findAt(states, at) {
      const h = hash(states, at);
      return find(firstPlace(h), h, states, at);
    },
    findAll(states, count) {
      fetchPlaces(states, 0, count);
      fetchStates(count);
      for (let k = 0; k < count; k++)
        numbers[k] = find(places[k] as number, hashes[k] as number, states, k * cells);
      return numbers;
    },
    readAt(n, target, to) {
      const chunk = chunks[n >>> 16] as Int32Array;
      const at = (n & (CHUNK - 1)) * cells;
      for (let i = 0; i < cells; i++) target[to + i] = chunk[at + i] as number;
    },
  };
}
