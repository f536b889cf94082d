/** Reads the relation that a solver of Horn clauses answers with. */
import type { Term, Terms } from '../semantics/terms.ts';
import type { SExpr } from '../solver/sexpr.ts';

/** What names stand for where a part of the answer stands. */
type Bound = ReadonlyMap<string, { readonly expression: SExpr; readonly bound: Bound }>;

/**
 * The answer says `(= (NAME parameters) body)` somewhere, for all parameters: the body, where these are the terms
 * given. `true` alone: the relation need not exclude anything. null: it says neither, or in other words than those
 * of Boolean logic.
 */
export function readRelation(
  terms: Terms,
  answer: SExpr,
  name: string,
  parameters: readonly Term[],
): Term | null {
  if (answer === 'true') return terms.true_;
  const found = find(answer, new Map());
  if (!found) return null;
  const { arguments: names, body, bound } = found;
  const values = new Map(names.map((n, i) => [n, parameters[i]] as const));
  const done = new Map<SExpr, Term | null>();
  return read(body, bound);

  function find(
    e: SExpr,
    bound: Bound,
  ): { readonly arguments: readonly SExpr[]; readonly body: SExpr; readonly bound: Bound } | null {
    if (typeof e === 'string') {
      const local = bound.get(e);
      return local ? find(local.expression, local.bound) : null;
    }
    const [head, left, right] = e;
    if (head === 'let' && left && right) return find(right, binding(left, bound));
    if (head === '=' && left && right) {
      const [relation, ...names] = typeof left === 'string' ? [left] : left;
      if (relation === name) return { arguments: names, body: right, bound };
    }
    for (const part of e) {
      const inner = find(part, bound);
      if (inner) return inner;
    }
    return null;
  }

  function binding(list: SExpr, bound: Bound): Bound {
    const pairs = typeof list === 'string' ? [] : list;
    const added = pairs.flatMap((pair) => {
      const [symbol, expression] = typeof pair === 'string' ? [] : pair;
      return typeof symbol === 'string' && expression !== undefined
        ? [[symbol, { expression, bound }] as const]
        : [];
    });
    return new Map([...bound, ...added]);
  }

  function read(e: SExpr, bound: Bound): Term | null {
    if (typeof e === 'string') {
      if (e === 'true') return terms.true_;
      if (e === 'false') return terms.false_;
      const local = bound.get(e);
      return local ? read(local.expression, local.bound) : (values.get(e) ?? null);
    }
    // Where an expression stands decides what its names stand for, so that it is read once.
    if (!done.has(e)) done.set(e, readList(e, bound));
    return done.get(e) ?? null;
  }

  function readList(e: readonly SExpr[], bound: Bound): Term | null {
    const [head, ...rest] = e;
    if (head === 'let' && rest[0] && rest[1]) return read(rest[1], binding(rest[0], bound));
    const args = rest.map((part) => read(part, bound));
    if (!args.every((t) => t !== null)) return null;
    const [a, b, c] = args;
    if (head === 'and') return terms.and(...args);
    if (head === 'or') return terms.or(...args);
    if (head === 'not' && a) return terms.not(a);
    if (head === '=>' && a && b) return terms.or(terms.not(a), b);
    if (head === '=' && a && b) return terms.eq(a, b);
    if (head === 'ite' && a && b && c) return terms.or(terms.and(a, b), terms.and(terms.not(a), c));
    return null;
  }
}
