/**
 * Values as small numbers: the identifiers of constants and addresses among the SMT terms, and ANYTHING. An operator
 * on two of them is looked up after the first time. What the terms leave open, such as a sum with an address, is
 * ANYTHING.
 */
import type { BinaryOperator, Conversion, UnaryOperator } from '../lang/nodes.ts';
import type { Bits } from '../lang/types.ts';
import type { Term, Terms } from '../semantics/terms.ts';

/** A term's identifier, or ANYTHING. */
export type ValueId = number;

export const ANYTHING: ValueId = -1;

export interface TermValues {
  readonly true_: ValueId;
  readonly false_: ValueId;
  of(term: Term): ValueId;
  /** null: anything. */
  termOf(id: ValueId): Term | null;
  binary(op: BinaryOperator): (a: ValueId, b: ValueId) => ValueId;
  unary(op: UnaryOperator): (a: ValueId) => ValueId;
  convert(how: Conversion, to: Bits): (a: ValueId) => ValueId;
}

/** More terms than there can be in memory. */
const LIMIT = 2 ** 26;

export function createTermValues(terms: Terms): TermValues {
  const known: Term[] = [];
  const memos = new Map<string, Map<number, ValueId>>();

  function of(term: Term): ValueId {
    if (term.kind !== 'const' && term.kind !== 'address') return ANYTHING;
    known[term.id] = term;
    return term.id;
  }
  const termAt = (id: ValueId): Term => known[id] as Term;
  function memoOf(key: string): Map<number, ValueId> {
    const memo = memos.get(key) ?? new Map<number, ValueId>();
    memos.set(key, memo);
    return memo;
  }
  function remembered(key: string, compute: (a: Term) => Term): (a: ValueId) => ValueId {
    const memo = memoOf(key);
    return (a) => {
      if (a === ANYTHING) return ANYTHING;
      const before = memo.get(a);
      if (before !== undefined) return before;
      const result = of(compute(termAt(a)));
      memo.set(a, result);
      return result;
    };
  }

  return {
    true_: of(terms.true_),
    false_: of(terms.false_),
    of,
    termOf: (id) => (id === ANYTHING ? null : termAt(id)),
    binary(op) {
      const memo = memoOf(op);
      return (a, b) => {
        if (a === ANYTHING || b === ANYTHING) return ANYTHING;
        const key = a * LIMIT + b;
        const before = memo.get(key);
        if (before !== undefined) return before;
        const result = of(terms.binary(op, termAt(a), termAt(b)));
        memo.set(key, result);
        return result;
      };
    },
    unary: (op) => remembered(op, (a) => terms.unary(op, a)),
    convert: (how, to) => remembered(`${how} ${to}`, (a) => terms.convert(how, to, a)),
  };
}
