/** An inductive invariant and the scripts that show it; see check-certificate for how it is believed. */

/** One stand-alone SMT-LIB 2 script; every `check-sat` in it must answer `unsat`. */
export interface Script {
  /** e.g. `initial`, `preserved by write fault`, `implies the properties`. */
  readonly name: string;
  readonly text: string;
}

export interface Certificate {
  readonly format: 'pagedeed-certificate';
  readonly version: 1;
  /** Scenario or model that it is about, with its bounds. */
  readonly program: {
    readonly name: string;
    readonly bounds: Readonly<Record<string, number>>;
    readonly hash: string;
  };
  readonly properties: readonly string[];
  /** The invariant over the state's words, each conjunct an SMT-LIB term, and the same C-like. */
  readonly invariant: readonly { readonly smt: string; readonly text: string }[];
  readonly scripts: readonly Script[];
}
