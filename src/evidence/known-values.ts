/** What formulas say of variables, each by itself. */
import { type Formula, isJunction, type Junction } from '../semantics/formula.ts';
import type { Term, Terms } from '../semantics/terms.ts';

/** The values that variables may have; of others nothing is known. */
export type KnownValues = ReadonlyMap<Term, ReadonlySet<Term>>;

/** What a formula says of them; parts that it has in several places are looked at once. */
export function knownValues(terms: Terms, root: Formula): KnownValues {
  const done = new Map<Formula, KnownValues>();

  function of(f: Formula): KnownValues {
    const before = done.get(f);
    if (before) return before;
    const known = isJunction(f) ? ofJunction(f) : ofTerm(f);
    done.set(f, known);
    return known;
  }

  function ofJunction({ junction, parts }: Junction): KnownValues {
    if (junction === 'not') return new Map();
    const each = parts.map(of);
    return junction === 'and' ? all(each) : any(each);
  }

  function ofTerm(t: Term): KnownValues {
    const [a, b] = t.args;
    if (t.kind === 'variable') return new Map([[t, new Set([terms.true_])]]);
    if (t.kind !== 'app' || !a) return new Map();
    if (t.symbol === 'not')
      return a.kind === 'variable' ? new Map([[a, new Set([terms.false_])]]) : new Map();
    if (t.symbol === 'and') return all(t.args.map(of));
    if (t.symbol === 'or') return any(t.args.map(of));
    if (t.symbol !== '=' || !b) return new Map();
    const [variable, value] = a.kind === 'variable' ? [a, b] : [b, a];
    return variable.kind === 'variable' && value.rigid ? new Map([[variable, new Set([value])]]) : new Map();
  }

  return of(root);
}

/** All of them hold: each may say more of a variable than the others. */
function all(each: readonly KnownValues[]): KnownValues {
  const found = new Map<Term, ReadonlySet<Term>>();
  for (const known of each)
    for (const [variable, values] of known) {
      const before = found.get(variable);
      if (!before || values.size < before.size) found.set(variable, values);
    }
  return found;
}

/** One of them holds: what all speak of has the values that some say. */
function any(each: readonly KnownValues[]): KnownValues {
  const [first, ...more] = each;
  const found = new Map([...(first ?? [])].map(([variable, values]) => [variable, new Set(values)]));
  for (const known of more)
    for (const [variable, values] of found) {
      const others = known.get(variable);
      if (!others) found.delete(variable);
      else for (const value of others) values.add(value);
    }
  return found;
}
