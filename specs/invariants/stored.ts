/**
 * Invariants found before, by scenario: they save the search, and are checked like any other. Without them
 * the verdicts are the same. `npm run invariants` finds them anew.
 */

interface Stored {
  readonly properties: readonly string[];
  readonly rounds: Readonly<Record<string, number>>;
  readonly lockOrder: readonly string[];
  /** SMT-LIB terms over the state's words. */
  readonly invariant: readonly string[];
}

export const storedInvariants: Readonly<Record<string, Stored>> = {};
