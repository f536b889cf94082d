/** What compiled code is to those who run it: how its steps end, what it reports, and what it consists of. */
import type { Addresses } from '../lang/addresses.ts';
import type { NodeId } from '../system/graph.ts';
import type { Choices } from './choices.ts';
import type { Layout } from './layout.ts';
import type { LockWord } from './lock-words.ts';
import type { Values } from './values.ts';

/** How a step function ended; what is not SUCCESSOR may have CHANGED the state all the same. */
export const NO_SUCCESSOR = 0;
export const SUCCESSOR = 1;
export const BLOCKED = 2;
export const CHANGED = 4;

/** Causes of a finding: what the node itself states, an index past the end, and the node's first demand. */
export const STATED = -1;
export const PAST_END = -2;
export const DEMANDED = -3;

/** What the compiled code reports while it runs; each is told at most what it needs to find the place again. */
export interface Listener {
  /** A property failed at a node; `cause` is the id of the pointer that is no object, or one of the above. */
  finding(node: NodeId, cause: number): void;
  /** A judged predicate failed at a node, or (node -1) when all CPUs are idle. */
  judged(property: number, node: NodeId): void;
  reached(target: number): void;
  /** Lock `taken` is acquired while `held` is held. */
  ordered(held: number, taken: number, node: NodeId): void;
}

export interface Compiled {
  readonly layout: Layout;
  readonly values: Values;
  /** The scratch state that steps change in place. */
  readonly state: Int32Array;
  /** The packed initial state. */
  readonly initial: Int32Array;
  /** By operation, in the program's order. */
  readonly starts: readonly ((cpu: number) => number)[];
  /** The same steps, apart for what operations choose first. */
  readonly ways: readonly Way[];
  /**
   * Runs all ways in turn, noting in `current` which. `told(how it ended)` is called after each that did not
   * leave the state as it was, and has to restore it; `open(way)` instead of each that may come to choices.
   */
  readonly runWays: (cpu: number, told: (ended: number) => void, open: (way: number) => void) => void;
  readonly current: { way: number };
  /** By control point; index 0 (idle) is unused. */
  readonly resumes: readonly ((cpu: number) => number)[];
  /** By control point: the plain access that a CPU is about to make there, if it is about to make one. */
  readonly accesses: readonly (PlainAccess | null)[];
  readonly choices: Choices;
  /** Pauses of the last step that ran, as the interpreter counts them. */
  readonly pauses: { count: number };
  readonly targets: readonly string[];
  readonly lockWords: readonly LockWord[];
  /** Whether the predicate with this number holds in `state`. */
  readonly predicates: readonly (() => boolean)[];
  /** Whether somebody on no CPU may let go of what CPUs wait for in `state`. */
  readonly elsewhere: () => boolean;
  /** Addresses of the objects, as the values have them. */
  readonly addresses: Addresses;
}

/** A way to start an operation. */
export interface Way {
  readonly operation: number;
  /** The answers to its first choices. */
  readonly choices: readonly number[];
  readonly run: (cpu: number) => number;
  /** It may come to choices that are still open. */
  readonly chooses: boolean;
}

export interface PlainAccess {
  /** `STRUCT.FIELD` of the storage. */
  readonly field: string;
  readonly store: boolean;
  /** Which word of the field's it is, 0 and up; -1 where the pointer names no object, or the index no element. */
  word(cpu: number): number;
}
