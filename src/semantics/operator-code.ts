/** Code for operators: on numbers where words are narrow, by tables of `values.ts` where they are ids. */
import type { BinaryOperator, Conversion } from '../lang/nodes.ts';
import { bitsOf, type Type } from '../lang/types.ts';
import type { CodeContext } from './code-context.ts';
import { isWide, packed } from './values.ts';

/** A value of another type made from one. */
export function convert(
  { environment, values }: CodeContext,
  how: Conversion,
  from: Type,
  to: Type,
  code: string,
): string {
  const [a, b] = [bitsOf(from), bitsOf(to)];
  if (a === b) return code;
  return `${environment.named(`${how}_${a}_${b}`, () => values.convert(how, a, b))}(${code})`;
}

/** The operator on two operands of a type. */
export function operate(
  { environment, values }: CodeContext,
  op: BinaryOperator,
  type: Type,
  a: string,
  b: string,
): string {
  if (op === 'land') return `(${a} && ${b})`;
  if (op === 'lor') return `(${a} || ${b})`;
  const bits = bitsOf(type);
  if (op === 'eq') return `(${a} === ${b} ? 1 : 0)`;
  if (op === 'ne') return `(${a} !== ${b} ? 1 : 0)`;
  if (!isWide(type)) {
    const mask = bits === 1 ? 1 : 255;
    const simple: Partial<Record<BinaryOperator, string>> = {
      add: `(${a} + ${b} & ${mask})`,
      sub: `(${a} - ${b} & ${mask})`,
      band: `(${a} & ${b})`,
      bor: `(${a} | ${b})`,
      bxor: `(${a} ^ ${b})`,
      ult: `(${a} < ${b} ? 1 : 0)`,
      ule: `(${a} <= ${b} ? 1 : 0)`,
    };
    const code = simple[op];
    if (code) return code;
  }
  return `${environment.named(`${op}_${bits}`, () => values.binary(op, bits))}(${a}, ${b})`;
}

/** A word with its low bits replaced: what a store to a narrower union member does. */
export function insert(context: CodeContext, part: Type, whole: Type, old: string, value: string): string {
  const mask = (1n << BigInt(bitsOf(part))) - 1n;
  const others = packed(context.values, whole, ~mask & ((1n << BigInt(bitsOf(whole))) - 1n));
  const kept = operate(context, 'band', whole, old, String(others));
  return operate(context, 'bor', whole, kept, convert(context, 'zext', part, whole, value));
}
