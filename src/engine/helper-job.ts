/** What a search and the threads that help it tell each other. */
import type { CellMemory } from './cell-set.ts';

/** States to take the steps from; what lies in memory that the helper has got before is null. */
export interface Job {
  /** From 1. */
  readonly number: number;
  /** The first state, and the one after the last; all are of one level. */
  readonly from: number;
  readonly to: number;
  /** How many steps it takes to get to these. */
  readonly depth: number;
  /** The first state of the next level. */
  readonly nextLevel: number;
  readonly memory: readonly (Omit<CellMemory, 'chunks'> & {
    readonly chunks: readonly (Int32Array | null)[];
  })[];
  readonly switches: readonly (Uint16Array | null)[];
}

/** The successors that a job may come to. */
export const MOST_SUCCESSORS = 1 << 14;

/** Shared memory for what a helper says. */
export interface Answer {
  /** The state that the helper has not expanded any more; lengths of the next three; how many steps there are. */
  readonly header: Int32Array;
  /** Successors that were not visited, in the order of their occurrence, each once. */
  readonly states: Int32Array;
  /** Their entries in `Switches`. */
  readonly stateEntries: Int32Array;
  /** Numbers of visited states on the next level, each with an entry for it. */
  readonly visitedEntries: Int32Array;
}

/** An answer for states of so many cells. */
export function createAnswer(cells: number): Answer {
  const shared = (count: number) =>
    new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
  return {
    header: shared(4),
    states: shared(MOST_SUCCESSORS * cells),
    stateEntries: shared(MOST_SUCCESSORS),
    visitedEntries: shared(2 * MOST_SUCCESSORS),
  };
}

/** A list with null for what is at the same place of an earlier one. */
export const withoutKnown = <T>(list: readonly T[], before: readonly T[]): readonly (T | null)[] =>
  list.map((each, i) => (each === before[i] ? null : each));

/** The list again. */
export const withKnown = <T>(list: readonly (T | null)[], before: readonly T[]): readonly T[] =>
  list.map((each, i) => each ?? (before[i] as T));
