/** What can be said of a property in a scenario, and on what evidence. */
import type { Certificate } from './certificate.ts';
import type { Trace } from './trace.ts';

/**
 * `proved` and `unreachable` carry a certificate that a fresh solver accepted; `violated` and `reached`
 * traces that the interpreter replayed: one, or one for each two functions that race, or for each edge of a cycle of
 * `lock-order`. `bounded`: no violation within `depth` steps, or in every state of the finite instance; `unknown`: cut
 * short. Both say why.
 */
export type Verdict =
  | { readonly verdict: 'proved' | 'unreachable'; readonly certificate: Certificate }
  | { readonly verdict: 'violated' | 'reached'; readonly traces: readonly Trace[] }
  | { readonly verdict: 'bounded' | 'unknown'; readonly reason: string };

/** A verdict with how it came about. What does not apply is null. */
export interface Outcome {
  readonly property: string;
  readonly verdict: Verdict;
  readonly engine: string;
  /** Name and version of the solver that answered. */
  readonly solver: string | null;
  /** The bound in steps, or k. */
  readonly depth: number | null;
  readonly states: number | null;
  readonly seconds: number;
}

/** Steps until a property is shown: of a cycle of locks all traces are needed, of others each is enough. */
export function stepsShowing(property: string, traces: readonly Trace[]): number {
  const lengths = traces.map((t) => t.steps.length);
  return property === 'lock-order' ? Math.max(...lengths) : Math.min(...lengths);
}
