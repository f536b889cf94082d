/** Terms built again with other variables. */
import type { BinaryOperator, Conversion } from '../lang/nodes.ts';
import { assert } from '../support/assert.ts';
import { operators, type Term, type Terms } from './terms.ts';

/** The term with its variables replaced, but for those in cases. */
export function substitute(terms: Terms, root: Term, by: (variable: Term) => Term): Term {
  const done = new Map<Term, Term>();
  const visit = (t: Term): Term => {
    if (t.kind === 'variable') return by(t);
    if (t.kind !== 'app') return t;
    const known = done.get(t);
    if (known) return known;
    const args = t.args.map(visit);
    const result = rebuild(terms, t, args);
    done.set(t, result);
    return result;
  };
  return visit(root);
}

const binaryOf = new Map(Object.entries(operators).map(([op, symbol]) => [symbol, op as BinaryOperator]));
const conversions: readonly (readonly [RegExp, Conversion])[] = [
  [/^\(_ extract/, 'trunc'],
  [/^\(_ sign_extend/, 'sext'],
  [/^\(_ zero_extend/, 'zext'],
];

function rebuild(terms: Terms, t: Term, args: readonly Term[]): Term {
  const [a, b, c] = args as [Term, Term, Term];
  if (t.symbol === 'and') return terms.and(...args);
  if (t.symbol === 'or') return terms.or(...args);
  if (t.symbol === 'not') return terms.not(a);
  if (t.symbol === '=') return terms.eq(a, b);
  if (t.symbol === 'ite') return terms.ite(a, b, c);
  if (t.symbol === 'bvneg') return terms.unary('neg', a);
  if (t.symbol === 'bvnot') return terms.unary('bnot', a);
  const conversion = conversions.find(([pattern]) => pattern.test(t.symbol));
  if (conversion) return terms.convert(conversion[1], t.bits, a);
  const op = binaryOf.get(t.symbol);
  assert(op !== undefined, `${t.symbol} can be built again`);
  return terms.binary(op, a, b);
}
