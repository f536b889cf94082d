/** An inductive invariant and the scripts that show it; see check-certificate for how it is believed. */

import type { StateTable } from './state-table.ts';

/** One stand-alone SMT-LIB 2 script with one check, which must answer `unsat`. */
export interface Script {
  /** `initial`, `control`, or the step that it is about, e.g. `CPU 0: write fault`. */
  readonly name: string;
  readonly text: string;
}

/** A script that is too long to be kept with many others: it is made anew, and known by the digest of its text. */
export interface ScriptDigest {
  readonly name: string;
  readonly sha256: string;
}

export interface Certificate {
  readonly format: 'pagedeed-certificate';
  readonly version: 1;
  /** Scenario or model that it is about: what it takes to make it anew, and the hash to know it by. */
  readonly program: {
    readonly name: string;
    readonly bounds: Readonly<Record<string, number>>;
    readonly policy: Readonly<Record<string, string>>;
    /** The properties of which it has the predicates. */
    readonly predicates: readonly string[];
    readonly hash: string;
  };
  readonly properties: readonly string[];
  /** How often each loop is unrolled, where not once; that no run goes round more often is proved, too. */
  readonly rounds: Readonly<Record<string, number>>;
  /** For `lock-order`: every lock is taken while holding earlier ones of this list only. */
  readonly lockOrder: readonly string[];
  /** The invariant over the state's words: each conjunct as an SMT-LIB term, and C-like for a reader. */
  readonly invariant: readonly { readonly smt: string; readonly text: string }[];
  /** Part of the invariant, where there is one. */
  readonly states?: StateTable;
  /** Where there is a table of states, the digests of scripts. */
  readonly scripts: readonly (Script | ScriptDigest)[];
}

/**
 * What a proof can be made of again in less time than it takes to find one. Nothing of it is believed: an
 * invariant that does not suffice, or no longer, is passed over.
 */
export interface StoredInvariant {
  readonly properties: readonly string[];
  readonly rounds: Readonly<Record<string, number>>;
  readonly lockOrder: readonly string[];
  /** SMT-LIB terms. */
  readonly invariant: readonly string[];
  readonly states?: StateTable;
}
