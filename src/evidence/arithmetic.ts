/** What the operators mean, over unbounded integers cut to the type's width: replay's own table. */
import { match } from 'ts-pattern';
import type { BinaryOperator, Conversion, UnaryOperator } from '../lang/nodes.ts';

const bool = (b: boolean): bigint => (b ? 1n : 0n);

/** `a op b` for operands of `bits` bits; comparisons give 0 or 1. `land` and `lor` are not evaluated here. */
export function binaryValue(
  op: Exclude<BinaryOperator, 'land' | 'lor'>,
  bits: number,
  a: bigint,
  b: bigint,
): bigint {
  const cut = (n: bigint) => BigInt.asUintN(bits, n);
  const signed = (n: bigint) => BigInt.asIntN(bits, n);
  const tooFar = b >= BigInt(bits);
  return match(op)
    .with('add', () => cut(a + b))
    .with('sub', () => cut(a - b))
    .with('mul', () => cut(a * b))
    .with('band', () => a & b)
    .with('bor', () => a | b)
    .with('bxor', () => a ^ b)
    .with('shl', () => (tooFar ? 0n : cut(a << b)))
    .with('shr', () => (tooFar ? 0n : a >> b))
    .with('sar', () => cut(signed(a) >> (tooFar ? BigInt(bits) : b)))
    .with('eq', () => bool(a === b))
    .with('ne', () => bool(a !== b))
    .with('ult', () => bool(a < b))
    .with('ule', () => bool(a <= b))
    .with('slt', () => bool(signed(a) < signed(b)))
    .with('sle', () => bool(signed(a) <= signed(b)))
    .exhaustive();
}

export function unaryValue(op: UnaryOperator, bits: number, a: bigint): bigint {
  return match(op)
    .with('bnot', () => BigInt.asUintN(bits, ~a))
    .with('neg', () => BigInt.asUintN(bits, -a))
    .with('lnot', () => bool(a === 0n))
    .exhaustive();
}

export function convertValue(how: Conversion, from: number, to: number, a: bigint): bigint {
  return how === 'sext' ? BigInt.asUintN(to, BigInt.asIntN(from, a)) : BigInt.asUintN(to, a);
}
