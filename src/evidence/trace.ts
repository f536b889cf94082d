/** A run of a program that shows something: what was executed, step by step, and what came of it. */
import type { Addresses } from '../lang/addresses.ts';
import type { Program } from '../lang/program.ts';
import type { Finding, LockEdge } from './interpreter.ts';
import type { Change, Read } from './memory.ts';

/** Which part of a property a trace shows, where it shows one part of several. */
export interface Shown {
  /** A property's identifier; `reach:TARGET` for something that is possible. */
  readonly property: string;
  /** For `lock-order`: the edge of the cycle that this trace gives. */
  readonly edge?: LockEdge;
  /** For `no-data-race`: which of its races. */
  readonly race?: Race;
}

/** Two accesses, one of them a store, that nothing keeps apart. */
export interface Race {
  /** `STRUCT.FIELD` of the word. */
  readonly field: string;
  /** The functions that make the accesses, in the order of their names. */
  readonly functions: readonly string[];
}

export interface Trace {
  readonly program: Program;
  readonly addresses: Addresses;
  readonly shown: Shown;
  readonly steps: readonly TraceStep[];
  /** What CPUs are about to do at the end: those that cannot go on, or the two that race; none in other traces. */
  readonly waiting: readonly Waiting[];
  /** One sentence without a full stop: what the last step shows. */
  readonly says: string;
}

/** What the interpreter did from one pause to the next. */
export interface TraceStep {
  readonly cpu: number;
  /** The CPU was idle and enters this operation, up to its first pause; null in all other steps. */
  readonly started: string | null;
  /** The answer to a choice, from 0. */
  readonly choice: number | null;
  /** The functions it is in, outermost first. */
  readonly calls: readonly string[];
  /** How many of them, from the outermost, are the very calls of this CPU's last step. */
  readonly kept: number;
  /** In the listing of the innermost function, from 1. */
  readonly line: number;
  readonly text: string;
  /** The place accessed, as it is written in the statement; null for primitives, choices and starts. */
  readonly access: string | null;
  readonly reads: readonly Read[];
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
  readonly ended: 'no' | 'returned' | 'not-enabled' | 'oops';
}

/** A CPU that stands before a statement that waits, or one that races. */
export interface Waiting {
  readonly cpu: number;
  readonly calls: readonly string[];
  readonly kept: number;
  readonly line: number;
  readonly text: string;
  /** The lock that it waits for, as a word; null if it waits for something else, or does not wait. */
  readonly lock: string | null;
  /** The word that it is about to access, and how; null if it waits. */
  readonly racing: { readonly word: string; readonly store: boolean } | null;
}

/** One step of a search: which CPU, what it starts if it is idle, and its answers to the choices. */
export interface Move {
  readonly cpu: number;
  readonly operation: string | null;
  readonly choices: readonly number[];
  /**
   * How many pauses of the interpreter the step executes; -1, in the last move of a trace: until it shows
   * what it is to show.
   */
  readonly pauses: number;
}
