/**
 * Conjunctions and disjunctions of terms that are no terms themselves: of these there may be millions, each looked at
 * once, so that they are neither kept nor found again, and simplified only as far as constants go.
 */
import type { Term, Terms } from './terms.ts';

export interface Junction {
  readonly junction: 'and' | 'or' | 'not';
  readonly parts: readonly Formula[];
}

/** Junctions may share parts: what is shared is gone through, and written, once. */
export type Formula = Term | Junction;

export const isJunction = (f: Formula): f is Junction => 'junction' in f;

export function join(terms: Terms, junction: 'and' | 'or', list: readonly Formula[]): Formula {
  const [decisive, neutral] = junction === 'and' ? [terms.false_, terms.true_] : [terms.true_, terms.false_];
  if (list.includes(decisive)) return decisive;
  const parts = [...new Set(list)].filter((f) => f !== neutral);
  const [first = neutral] = parts;
  return parts.length <= 1 ? first : { junction, parts };
}

export function negate(terms: Terms, f: Formula): Formula {
  return isJunction(f) ? { junction: 'not', parts: [f] } : terms.not(f);
}

/** The formula with its terms replaced; `done`: what of its parts has been replaced before, or is known. */
export function mapped(
  terms: Terms,
  root: Formula,
  meaning: (t: Term) => Term,
  done: Map<Formula, Formula> = new Map(),
): Formula {
  const visit = (f: Formula): Formula => {
    const known = done.get(f);
    if (known) return known;
    const result = isJunction(f) ? again(f) : meaning(f);
    done.set(f, result);
    return result;
  };
  const again = ({ junction, parts }: Junction): Formula => {
    const replaced = parts.map(visit);
    return junction === 'not' ? negate(terms, replaced[0] as Formula) : join(terms, junction, replaced);
  };
  return visit(root);
}

/** The formula as a term. */
export function asTerm(terms: Terms, f: Formula): Term {
  if (!isJunction(f)) return f;
  const parts = f.parts.map((part) => asTerm(terms, part));
  return f.junction === 'not' ? terms.not(parts[0] as Term) : terms[f.junction](...parts);
}

/** The terms in it, each once. */
export function termsIn(roots: readonly Formula[]): readonly Term[] {
  const seen = new Set<Formula>(roots);
  for (const f of seen) if (isJunction(f)) for (const part of f.parts) seen.add(part);
  return [...seen].filter((f): f is Term => !isJunction(f));
}
