/**
 * Words of 32 and 64 bits in the explicit search. Each number that occurs gets a small id, and each
 * operator is a table over ids that is filled the first time that two operands meet: the search compares
 * and computes with small integers, and the arithmetic is exact at the machine's width all the same.
 */

import type { BinaryOperator, Conversion, UnaryOperator } from '../lang/nodes.ts';
import { bitsOf, type Type } from '../lang/types.ts';
import { evaluateBinary, evaluateConversion, evaluateUnary } from '../system/fold.ts';

/** More different numbers occur than an id can name: the search cannot go on. */
export class TooManyValues extends Error {}

/** A number has no id yet, and who asks may give it none. */
export class UnknownValue extends Error {}

/** The numbers in the order of their ids, in memory that threads share, and how many there are. */
export interface SharedNumbers {
  readonly numbers: BigUint64Array;
  readonly count: Int32Array;
}

export interface Values {
  readonly shared: SharedNumbers;
  /** How many ids there can be. */
  readonly capacity: number;
  idOf(value: bigint): number;
  valueOf(id: number): bigint;
  /** `op` on two ids; gives an id, or 0 and 1 for a comparison. */
  binary(op: BinaryOperator, bits: number): (a: number, b: number) => number;
  unary(op: UnaryOperator, bits: number): (a: number) => number;
  /** From and to ids where the width is 32 or 64, plain numbers where it is 1 or 8. */
  convert(how: Conversion, from: number, to: number): (a: number) => number;
}

const comparisons: ReadonlySet<BinaryOperator> = new Set(['eq', 'ne', 'ult', 'ule', 'slt', 'sle']);

/**
 * `idBits`: 8 or 16. Id 0 is the number 0. Of `given` ids, which another thread gives out, no new ones are made:
 * UnknownValue is thrown instead.
 */
export function createValues(idBits: 8 | 16, given?: SharedNumbers): Values {
  const capacity = 2 ** idBits;
  const shared = given ?? {
    numbers: new BigUint64Array(new SharedArrayBuffer(capacity * BigUint64Array.BYTES_PER_ELEMENT)),
    count: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
  };
  const { numbers, count } = shared;
  const ids = new Map<bigint, number>();

  function idOf(value: bigint): number {
    const known = ids.get(value);
    if (known !== undefined) return known;
    if (given) return idGiven(value);
    if (ids.size === capacity) throw new TooManyValues(`more than ${capacity} different words occur`);
    numbers[ids.size] = value;
    ids.set(value, ids.size);
    Atomics.store(count, 0, ids.size);
    return ids.size - 1;
  }
  function idGiven(value: bigint): number {
    const known = Atomics.load(count, 0);
    while (ids.size < known) ids.set(numbers[ids.size] as bigint, ids.size);
    const id = ids.get(value);
    if (id === undefined) throw new UnknownValue(`${value} has not occurred yet`);
    return id;
  }
  const numberOf = (id: number): bigint => numbers[id] as bigint;
  if (!given) idOf(0n);

  function memo1(compute: (a: number) => number): (a: number) => number {
    const table = new Int32Array(capacity).fill(-1);
    return (a) => {
      const known = table[a] as number;
      if (known >= 0) return known;
      const result = compute(a);
      table[a] = result;
      return result;
    };
  }

  function memo2(compute: (a: number, b: number) => number): (a: number, b: number) => number {
    const none = new Int32Array(capacity).fill(-1);
    const rows = Array.from({ length: capacity }, () => none);
    function computed(a: number, b: number): number {
      const result = compute(a, b);
      if (rows[a] === none) rows[a] = none.slice();
      (rows[a] as Int32Array)[b] = result;
      return result;
    }
    return (a, b) => {
      const known = (rows[a] as Int32Array)[b] as number;
      return known >= 0 ? known : computed(a, b);
    };
  }

  const isId = (bits: number): boolean => bits >= 32;
  const decode = (bits: number, a: number): bigint => (isId(bits) ? numberOf(a) : BigInt(a));
  const encode = (bits: number, value: bigint): number => (isId(bits) ? idOf(value) : Number(value));

  return {
    shared,
    capacity,
    idOf,
    valueOf: numberOf,
    binary(op, bits) {
      const result = comparisons.has(op) ? 1 : bits;
      return memo2((a, b) => encode(result, evaluateBinary(op, bits, decode(bits, a), decode(bits, b))));
    },
    unary: (op, bits) =>
      memo1((a) => encode(op === 'lnot' ? 1 : bits, evaluateUnary(op, bits, decode(bits, a)))),
    convert: (how, from, to) => memo1((a) => encode(to, evaluateConversion(how, from, to, decode(from, a)))),
  };
}

/** Words of this type are ids; others are the numbers themselves. */
export const isWide = (type: Type): boolean => bitsOf(type) >= 32;

/** A number of this type as states have it. */
export const packed = (values: Values, type: Type, value: bigint): number =>
  isWide(type) ? values.idOf(value) : Number(value);
