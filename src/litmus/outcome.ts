/** A final state of a test, as user space and a debugger see it. */
import type { Owner, Result, SignalName } from './test.ts';

export interface Signal {
  readonly name: SignalName;
  /** The page of the task's mapping at the address; null for a signal without one, or an address outside. */
  readonly page: { readonly file: string; readonly page: number } | null;
  /** The failed page was present there; null for a signal without an address. */
  readonly right: boolean | null;
  readonly lsb: number | null;
}

/** What a task has present at a page of its mapping. */
export interface Present {
  readonly file: string;
  readonly page: number;
  /** A block's name, the zero page, or a private copy. */
  readonly what: string;
}

export interface TaskOutcome {
  readonly task: string;
  /** One for each operation. */
  readonly results: readonly Result[];
  readonly signals: readonly Signal[];
  /** The function in which it died, and how. */
  readonly oops: { readonly in: string; readonly says: string } | null;
  /** The function in which it waits for ever, and for what. */
  readonly hangs: { readonly in: string; readonly for: string } | null;
  readonly present: readonly Present[];
}

export interface BlockOutcome {
  readonly block: string;
  /** Null: the mapping is none of the test's files; `shown` has it anyway. */
  readonly owner: Owner | null;
  readonly shown: string;
  readonly refs: number;
  readonly poisoned: boolean;
  /** Of the last failure of this block. */
  readonly recorded: 'Recovered' | 'Failed' | null;
}

export interface Outcome {
  readonly tasks: readonly TaskOutcome[];
  readonly blocks: readonly BlockOutcome[];
  /** Functions in which a WARN_ON fired, sorted. */
  readonly warnings: readonly string[];
  /** The filesystem was shut down. */
  readonly shutdown: boolean;
  /** mf_mutex is held for good: the machine handles no failure any more. */
  readonly failuresBlocked: boolean;
}
