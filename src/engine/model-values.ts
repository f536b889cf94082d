/** A solver's model as values that states have. */
import { substitute } from '../semantics/substitute.ts';
import type { Term, Terms } from '../semantics/terms.ts';
import type { Value } from '../solver/value.ts';

/**
 * The values of variables in a model in which a goal holds, as constants and addresses; null where the question leaves
 * them open. Of the values that a model gives to a control point (semantics/scripts.ts) one with which the goal holds.
 */
export function valuesIn(
  terms: Terms,
  model: ReadonlyMap<Term, Value>,
  goal: Term,
): (variable: Term) => Term | null {
  const addresses = new Map([...model].flatMap(([t, value]) => (t.kind === 'address' ? [[value, t]] : [])));
  const equal = new Map<Term, Term[]>();
  for (const [atom, value] of model) {
    const [a, b] = atom.args;
    if (atom.symbol !== '=' || !a || !b || value !== true) continue;
    const [v, is] = a.kind === 'variable' ? [a, b] : [b, a];
    const known = equal.get(v);
    if (known) known.push(is);
    else equal.set(v, [is]);
  }
  const chosen = new Map<Term, Term>();
  const current = (v: Term): Term | null => {
    const value = model.get(v);
    if (value === undefined) return chosen.get(v) ?? equal.get(v)?.[0] ?? null;
    if (typeof value === 'boolean') return value ? terms.true_ : terms.false_;
    return (addresses.get(value) as Term | undefined) ?? terms.constant(v.bits, BigInt(value));
  };
  for (const [v, several] of equal) {
    if (several.length === 1) continue;
    const holdsWith = (is: Term) =>
      substitute(terms, goal, (x) => (x === v ? is : (current(x) ?? x))) === terms.true_;
    chosen.set(v, several.find(holdsWith) ?? (several[0] as Term));
  }
  return current;
}
