/** A solver's model as values that states have. */
import type { Term, Terms } from '../semantics/terms.ts';
import type { Value } from '../solver/value.ts';

/** The values of variables in a model, as constants and addresses; null where the question leaves them open. */
export function valuesIn(terms: Terms, model: ReadonlyMap<Term, Value>): (variable: Term) => Term | null {
  const addresses = new Map([...model].flatMap(([t, value]) => (t.kind === 'address' ? [[value, t]] : [])));
  const equal = new Map<Term, Term>();
  for (const [atom, value] of model) {
    const [a, b] = atom.args;
    if (atom.symbol !== '=' || !a || !b || value !== true) continue;
    const [v, is] = a.kind === 'variable' ? [a, b] : [b, a];
    equal.set(v, is);
  }
  return (v) => {
    const value = model.get(v);
    if (value === undefined) return equal.get(v) ?? null;
    if (typeof value === 'boolean') return value ? terms.true_ : terms.false_;
    return (addresses.get(value) as Term | undefined) ?? terms.constant(v.bits, BigInt(value));
  };
}
