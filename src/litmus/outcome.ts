/** A final state of a test, as user space and a debugger see it. */
import type { Owner, PageOf, Result, SignalName } from './test.ts';

export interface Signal {
  readonly name: SignalName;
  /** The page that the task maps at the address; null for a signal without one, or an address outside. */
  readonly page: PageOf | null;
  /** The mapping that the page is of, as the test writes it; null where there is no page. */
  readonly through: string | null;
  /** The failed page was present there; null for a signal without an address. */
  readonly right: boolean | null;
  readonly lsb: number | null;
}

/** What a task has present at a page of one of its mappings. */
export interface Present {
  readonly file: string;
  readonly page: number;
  /** The mapping, as the test writes it. */
  readonly through: string;
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
