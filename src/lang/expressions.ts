/**
 * Typed handles over expression nodes. A handle of pointer type has one property for each field of the
 * struct, so that `page.mapping` in an encoding reads as `page->mapping` does in C.
 */
import type { BinaryOperator, ExprNode, Place } from './nodes.ts';
import { structByName } from './structs.ts';
import {
  type ArrayOf,
  type Bits,
  type Bool,
  bool,
  type Pointer,
  sameType,
  type Type,
  typeName,
  u8,
  u64,
  type Word,
  wrap,
} from './types.ts';

export const NODE: unique symbol = Symbol('node');

/** The language refuses a tree when it is built: thrown with the offending construct named. */
export class ModelError extends Error {}

export interface ExprOf<T extends Type = Type> {
  readonly [NODE]: ExprNode;
  /** Never present at run time: carries `T` for the compiler. */
  readonly type?: T;
}

type FieldHandle<F> = F extends ArrayOf<infer T> ? ArrayHandle<T> : F extends Type ? Expr<F> : never;

/** What can be written for a value of type T. */
export type Expr<T extends Type = Type> = ExprOf<T> &
  (T extends Pointer<infer S> ? { readonly [K in keyof S]: FieldHandle<S[K]> } : unknown);

export interface ArrayHandle<T extends Type> {
  /** The element at `index`, which counts from 0. */
  at(index: Operand): Expr<T>;
}

/** A value, or a literal that takes the other operand's type. */
export type Operand<T extends Type = Type> = ExprOf<T> | number | bigint;

// biome-ignore lint/suspicious/noExplicitAny: operands of any type meet here; the checks are at run time.
type Any = any;

/** Wraps a node in a handle; pointers get a property for each field. */
export function handle<T extends Type>(node: ExprNode): Expr<T> {
  const base = { [NODE]: node };
  const type = node.type;
  if (type.kind !== 'pointer') return base as Any;
  return new Proxy(base, {
    get(target, key) {
      if (typeof key === 'symbol') return key === NODE ? target[NODE] : undefined;
      return fieldOf(node, type.struct, key);
    },
  }) as Any;
}

function fieldOf(pointer: ExprNode, structName: string, name: string): unknown {
  const field = structByName(structName).fields.find((f) => f.name === name);
  if (!field) throw new ModelError(`struct ${structName} has no field ${name}`);
  const place: Place = { struct: structName, field: name, type: field.type, pointer, access: 'plain' };
  if (field.length === undefined) return handle({ kind: 'load', type: field.type, place });
  return {
    at: (index: Operand) =>
      handle({
        kind: 'load',
        type: field.type,
        place: { ...place, index: literal(index, { kind: 'word', bits: 64 }) },
      }),
  };
}

export function isExpr(value: unknown): value is ExprOf {
  return typeof value === 'object' && value !== null && NODE in value;
}

/** The node of an operand; a literal becomes a constant of `type`. */
export function literal(operand: Operand, type: Type): ExprNode {
  if (typeof operand === 'object') return operand[NODE];
  return { kind: 'const', type, value: wrap(type, BigInt(operand)) };
}

/** The place that a load expression names, for stores and lock primitives. */
export function placeOf(expr: ExprOf): Place {
  const node = expr[NODE];
  if (node.kind !== 'load') throw new ModelError('expected pointer->field');
  return node.place;
}

/** A named constant, printed by its name: `constant('EBUSY', int, 16)`. */
export function constant<T extends Type>(name: string, type: T, value: number | bigint): Expr<T> {
  return handle({ kind: 'const', type, value: wrap(type, BigInt(value)), name });
}

/** A literal of a given type, where no other operand fixes it. */
export function value<T extends Type>(type: T, n: number | bigint): Expr<T> {
  return handle({ kind: 'const', type, value: wrap(type, BigInt(n)) });
}

export const true_: Expr<Bool> = constant('true', bool, 1);
export const false_: Expr<Bool> = constant('false', bool, 0);

/** The number of the CPU that executes, counted from 0. */
export const smp_processor_id: Expr<Word<8>> = handle({ kind: 'cpu', type: u8 });

/** READ_ONCE: the load does not race. */
export function READ_ONCE<T extends Type>(expr: ExprOf<T>): Expr<T> {
  const place = placeOf(expr);
  return handle({ kind: 'load', type: place.type, place: { ...place, access: 'marked' } });
}

function binary<T extends Type>(op: BinaryOperator, a: Operand, b: Operand, result?: Type): Expr<T> {
  const given = isExpr(a) ? a[NODE].type : isExpr(b) ? b[NODE].type : undefined;
  if (!given) throw new ModelError(`${op}: one operand must not be a literal`);
  const left = literal(a, given);
  const right = literal(b, given);
  if (!sameType(left.type, right.type))
    throw new ModelError(`${op}: operands are ${typeName(left.type)} and ${typeName(right.type)}`);
  return handle({ kind: 'binary', type: result ?? given, op, left, right });
}

export const add = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<T> => binary('add', a, b);
export const sub = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<T> => binary('sub', a, b);
export const mul = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<T> => binary('mul', a, b);
export const band = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<T> => binary('band', a, b);
export const bor = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<T> => binary('bor', a, b);
export const bxor = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<T> => binary('bxor', a, b);
/** Shifts by the width or more give 0 (`sar`: the sign), as SMT-LIB has it; C leaves them undefined. */
export const shl = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<T> => binary('shl', a, b);
export const shr = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<T> => binary('shr', a, b);
export const sar = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<T> => binary('sar', a, b);
export const eq = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<Bool> => binary('eq', a, b, bool);
export const ne = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<Bool> => binary('ne', a, b, bool);
export const ult = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<Bool> => binary('ult', a, b, bool);
export const ule = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<Bool> => binary('ule', a, b, bool);
export const ugt = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<Bool> => binary('ult', b, a, bool);
export const uge = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<Bool> => binary('ule', b, a, bool);
export const slt = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<Bool> => binary('slt', a, b, bool);
export const sle = <T extends Type>(a: Operand<T>, b: Operand<T>): Expr<Bool> => binary('sle', a, b, bool);

/** C's truth: a word or pointer is true when it is not zero. */
export function truth(expr: ExprOf): ExprNode {
  const node = expr[NODE];
  if (node.type.kind === 'word' && node.type.bits === 1) return node;
  const zero: ExprNode = { kind: 'const', type: node.type, value: 0n };
  return { kind: 'binary', type: bool, op: 'ne', left: node, right: zero };
}

function chain(op: 'land' | 'lor', operands: readonly ExprOf[]): Expr<Bool> {
  const [first, ...rest] = operands.map(truth);
  if (!first) return op === 'land' ? true_ : false_;
  return handle(
    rest.reduce<ExprNode>((left, right) => ({ kind: 'binary', type: bool, op, left, right }), first),
  );
}

/** `&&`: stops at the first false operand, and what stands after it is not evaluated. */
export const and = (...operands: readonly ExprOf[]): Expr<Bool> => chain('land', operands);
/** `||`: stops at the first true operand. */
export const or = (...operands: readonly ExprOf[]): Expr<Bool> => chain('lor', operands);
/** `!`. */
export function not(operand: ExprOf): Expr<Bool> {
  return handle({ kind: 'unary', type: bool, op: 'lnot', operand: truth(operand) });
}
/** `a => b`, for properties. */
export const implies = (a: ExprOf, b: ExprOf): Expr<Bool> => or(not(a), b);

export function bnot<T extends Type>(a: ExprOf<T>): Expr<T> {
  return handle({ kind: 'unary', type: a[NODE].type, op: 'bnot', operand: a[NODE] });
}
export function neg<T extends Type>(a: ExprOf<T>): Expr<T> {
  return handle({ kind: 'unary', type: a[NODE].type, op: 'neg', operand: a[NODE] });
}

/** `test ? then : otherwise`; only the chosen side is evaluated. */
export function cond<T extends Type>(test: ExprOf, then: Operand<T>, otherwise: Operand<T>): Expr<T> {
  const given = isExpr(then) ? then[NODE].type : isExpr(otherwise) ? otherwise[NODE].type : u64;
  const [a, b] = [literal(then, given), literal(otherwise, given)];
  if (!sameType(a.type, b.type))
    throw new ModelError(`?: sides are ${typeName(a.type)} and ${typeName(b.type)}`);
  return handle({ kind: 'conditional', type: given, test: truth(test), then: a, otherwise: b });
}

function convert<T extends Type>(how: 'zext' | 'sext' | 'trunc' | 'cast', type: T, expr: ExprOf): Expr<T> {
  return handle({ kind: 'convert', type, how, operand: expr[NODE] });
}

/** Widens with zeros, or narrows by dropping high bits. */
export function toWord<B extends Bits>(type: Word<B>, expr: ExprOf): Expr<Word<B>> {
  const from = expr[NODE].type;
  const bits = from.kind === 'pointer' ? 64 : from.bits;
  if (from.kind === 'pointer') return convert('cast', type, expr);
  if (bits === type.bits) return handle(expr[NODE]);
  return convert(bits < type.bits ? 'zext' : 'trunc', type, expr);
}
/** Widens a signed word. */
export const signExtend = <B extends Bits>(type: Word<B>, expr: ExprOf): Expr<Word<B>> =>
  convert('sext', type, expr);
/** `(struct T *)expr`: the same 64 bits. */
export const cast = <T extends Type>(type: T, expr: ExprOf): Expr<T> => convert('cast', type, expr);
