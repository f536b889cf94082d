/** The visited states of a search: packed cells one after the other, found by an open-addressing hash table. */

export interface StateSet {
  /** States so far; they are numbered from 0 in the order of insertion. */
  readonly size: number;
  /** Bytes that the set occupies now. */
  readonly bytes: number;
  /** The state's number if it is new, -1 if it was there. */
  insert(state: Int32Array): number;
  /** Copies state `n` into `target`. */
  read(n: number, target: Int32Array): void;
}

const CHUNK = 1 << 16;

export function createStateSet(cells: number): StateSet {
  const chunks: Int32Array[] = [];
  let table = new Int32Array(1 << 12);
  let size = 0;

  function hash(state: Int32Array): number {
    let h = 0x9e3779b9;
    for (let i = 0; i < cells; i++) {
      h = Math.imul(h ^ (state[i] as number), 0x85ebca6b);
      h ^= h >>> 15;
    }
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return h ^ (h >>> 16);
  }

  function equal(n: number, state: Int32Array): boolean {
    const chunk = chunks[n >>> 16] as Int32Array;
    const at = (n & (CHUNK - 1)) * cells;
    for (let i = 0; i < cells; i++) if (chunk[at + i] !== state[i]) return false;
    return true;
  }

  function grow(): void {
    const bigger = new Int32Array(table.length * 2);
    const mask = bigger.length - 1;
    const state = new Int32Array(cells);
    for (let n = 0; n < size; n++) {
      read(n, state);
      let at = hash(state) & mask;
      while (bigger[at] !== 0) at = (at + 1) & mask;
      bigger[at] = n + 1;
    }
    table = bigger;
  }

  function read(n: number, target: Int32Array): void {
    const chunk = chunks[n >>> 16] as Int32Array;
    const at = (n & (CHUNK - 1)) * cells;
    for (let i = 0; i < cells; i++) target[i] = chunk[at + i] as number;
  }

  return {
    get size() {
      return size;
    },
    get bytes() {
      return table.byteLength + chunks.length * CHUNK * cells * 4;
    },
    insert(state) {
      const mask = table.length - 1;
      let at = hash(state) & mask;
      for (let entry = table[at] as number; entry !== 0; entry = table[at] as number) {
        if (equal(entry - 1, state)) return -1;
        at = (at + 1) & mask;
      }
      if (size >>> 16 === chunks.length) chunks.push(new Int32Array(CHUNK * cells));
      (chunks[size >>> 16] as Int32Array).set(state, (size & (CHUNK - 1)) * cells);
      table[at] = ++size;
      if (size * 2 > table.length) grow();
      return size - 1;
    },
    read,
  };
}
