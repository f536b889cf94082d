/** Which part of a state matters. */
import { variablesIn } from '../evidence/local-facts.ts';
import { substitute } from '../semantics/substitute.ts';
import type { Term, Terms } from '../semantics/terms.ts';

/** Variables whose values alone make the goal true, whatever the others are; all, where that cannot be seen. */
export function lifted(terms: Terms, goal: Term, value: (v: Term) => Term | null): ReadonlySet<Term> {
  const kept = new Set(variablesIn(goal));
  const holds = () => substitute(terms, goal, (v) => (kept.has(v) ? (value(v) ?? v) : v)) === terms.true_;
  if (!holds()) return kept;
  for (const v of [...kept]) {
    kept.delete(v);
    if (!holds()) kept.add(v);
  }
  return kept;
}
