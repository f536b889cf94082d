/**
 * How often runs switch between CPUs: for each state the fewest switches of the shortest runs to it, and with
 * which CPUs such runs end. Nothing is kept where there is one CPU.
 */

export interface Switches {
  readonly bytes: number;
  /** Where they are kept: memory that threads share. */
  readonly memory: readonly Uint16Array[];
  /** Reads in the memory of others from now on; nothing may be noted then. */
  use(memory: readonly Uint16Array[]): void;
  count(state: number): number;
  /** What a run has after a step of the CPU whose bit is given from the state. */
  after(state: number, bit: number): number;
  /** With which CPUs the runs end that have this many after the step: a mask. */
  lastBefore(state: number, bit: number): number;
  /** The entry of a state that such a step leads to, as far as the step tells; the CPU's bit there may be another. */
  entryAfter(state: number, bit: number, bitThere?: number): number;
  /** A shortest run to the state has this entry. */
  note(state: number, entry: number): void;
}

const CHUNK = 1 << 16;
/** A state's entry is its count and, in the low bits, the mask of the last CPUs. */
const CPU_BITS = 4;
const MOST = 0xffff >>> CPU_BITS;

/** The entry of a state that has two; 0 is none. */
export function betterEntry(a: number, b: number): number {
  if (a >>> CPU_BITS === b >>> CPU_BITS) return a | b;
  if (a === 0 || b === 0) return a | b;
  return Math.min(a, b);
}

export function createSwitches(cpus: number): Switches {
  if (cpus === 1)
    return {
      ...{ bytes: 0, memory: [], use() {}, note() {} },
      ...{ count: () => 0, after: () => 0, lastBefore: () => 1, entryAfter: () => 0 },
    };
  const all = (1 << cpus) - 1;
  let chunks: Uint16Array[] = [];
  const entry = (state: number): number => chunks[state >>> 16]?.[state & (CHUNK - 1)] ?? 0;
  const lastOf = (state: number): number => entry(state) & (2 ** CPU_BITS - 1) || all;
  const after = (state: number, bit: number): number =>
    Math.min(MOST, (entry(state) >>> CPU_BITS) + (lastOf(state) & bit ? 0 : 1));
  return {
    get bytes() {
      return chunks.length * CHUNK * 2;
    },
    get memory() {
      return chunks;
    },
    use(memory) {
      chunks = [...memory];
    },
    count: (state) => entry(state) >>> CPU_BITS,
    after,
    lastBefore: (state, bit) => (lastOf(state) & bit ? bit : lastOf(state)),
    entryAfter: (state, bit, bitThere = bit) => (after(state, bit) << CPU_BITS) | bitThere,
    note(state, noted) {
      while (chunks.length <= state >>> 16)
        chunks.push(new Uint16Array(new SharedArrayBuffer(CHUNK * Uint16Array.BYTES_PER_ELEMENT)));
      const chunk = chunks[state >>> 16] as Uint16Array;
      const at = state & (CHUNK - 1);
      chunk[at] = betterEntry(chunk[at] as number, noted);
    },
  };
}
