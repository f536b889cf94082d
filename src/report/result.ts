/** One cell of a check, as it is reported; `--json` prints these as they are (results.schema.json). */

export type VerdictWord = 'proved' | 'violated' | 'bounded' | 'unknown' | 'reached' | 'unreachable' | 'n/a';

/** What does not apply is null. */
export interface Result {
  readonly scenario: string;
  readonly bounds: Readonly<Record<string, number>>;
  readonly policy: Readonly<Record<string, string>>;
  readonly property: string;
  readonly verdict: VerdictWord;
  readonly claimed: VerdictWord | null;
  /** Why it is no more than `bounded`, `unknown` or `n/a`. */
  readonly reason: string | null;
  readonly engine: string | null;
  readonly solver: string | null;
  /** The bound in steps, or k. */
  readonly depth: number | null;
  /** Of the trace. */
  readonly steps: number | null;
  readonly states: number | null;
  /** Taken to decide it, now or, where it is `cached`, in an earlier run. */
  readonly seconds: number;
  readonly cached: boolean;
  /** Paths of the files written. */
  readonly evidence: readonly string[];
  readonly abstractions: readonly string[];
}

/** Whether a verdict answers the question. */
export function isConclusive({ verdict }: Result): boolean {
  return verdict !== 'bounded' && verdict !== 'unknown';
}

/** A conclusive verdict is not the one claimed, or what nobody claimed is wrong. */
export function isWrong(result: Result): boolean {
  if (!isConclusive(result)) return false;
  if (result.claimed !== null) return result.verdict !== result.claimed;
  return result.verdict === 'violated' || result.verdict === 'unreachable';
}

/** It is not known whether the claim holds: `unknown`, or `bounded` where more was claimed. */
export function isOpen(result: Result): boolean {
  if (result.verdict === 'unknown') return result.claimed !== 'unknown';
  return result.verdict === 'bounded' && result.claimed !== null && result.claimed !== 'bounded';
}

/** The object that `--json` prints. */
export function resultsJson(version: string, results: readonly Result[]): string {
  return `${JSON.stringify({ pagedeed: version, schema: 1, results }, null, 2)}\n`;
}
