/**
 * How often runs switch between CPUs: for each state the fewest switches of the shortest runs to it, and with
 * which CPUs such runs end. Nothing is kept where there is one CPU.
 */

export interface Switches {
  readonly bytes: number;
  count(state: number): number;
  /** What a run has after a step of the CPU whose bit is given from the state. */
  after(state: number, bit: number): number;
  /** With which CPUs the runs end that have this many after the step: a mask. */
  lastBefore(state: number, bit: number): number;
  /** A shortest run to the state with so many switches, whose last step is of that CPU. */
  note(state: number, count: number, bit: number): void;
}

const CHUNK = 1 << 16;
/** A state's entry is its count and, in the low bits, the mask of the last CPUs. */
const CPU_BITS = 4;
const MOST = 0xffff >>> CPU_BITS;

export function createSwitches(cpus: number): Switches {
  if (cpus === 1) return { bytes: 0, count: () => 0, after: () => 0, lastBefore: () => 1, note() {} };
  const all = (1 << cpus) - 1;
  const chunks: Uint16Array[] = [];
  const entry = (state: number): number => chunks[state >>> 16]?.[state & (CHUNK - 1)] ?? 0;
  const lastOf = (state: number): number => entry(state) & (2 ** CPU_BITS - 1) || all;
  return {
    get bytes() {
      return chunks.length * CHUNK * 2;
    },
    count: (state) => entry(state) >>> CPU_BITS,
    after: (state, bit) => Math.min(MOST, (entry(state) >>> CPU_BITS) + (lastOf(state) & bit ? 0 : 1)),
    lastBefore: (state, bit) => (lastOf(state) & bit ? bit : lastOf(state)),
    note(state, count, bit) {
      while (chunks.length <= state >>> 16) chunks.push(new Uint16Array(CHUNK));
      const chunk = chunks[state >>> 16] as Uint16Array;
      const at = state & (CHUNK - 1);
      const before = chunk[at] as number;
      if (before === 0 || count < before >>> CPU_BITS) chunk[at] = (count << CPU_BITS) | bit;
      else if (count === before >>> CPU_BITS) chunk[at] = before | bit;
    },
  };
}
