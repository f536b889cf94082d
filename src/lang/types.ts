/**
 * The types of the model language: machine words and pointers, at C's widths.
 *
 * A word has 1, 8, 32 or 64 bits and no sign: signedness belongs to the operator (`slt`, `sext`), as in
 * the machine. A pointer is a 64-bit word that remembers which struct C says it points to.
 */

export type Bits = 1 | 8 | 32 | 64;

export interface Word<B extends Bits = Bits> {
  readonly kind: 'word';
  readonly bits: B;
}

/** `struct NAME *`. `S` is the TypeScript interface that lists the struct's fields. */
export interface Pointer<S = unknown> {
  readonly kind: 'pointer';
  readonly struct: string;
  /** Never present at run time: carries `S` for the compiler. */
  readonly fields?: S;
}

export type Type = Word | Pointer;

/** A fixed array of words or pointers inside a struct; its length is a number or the name of a bound. */
export interface ArrayOf<T extends Type = Type> {
  readonly kind: 'array';
  readonly of: T;
  readonly length: number | string;
}

export type Bool = Word<1>;
export type U8 = Word<8>;
export type U32 = Word<32>;
export type U64 = Word<64>;

export const bool: Bool = { kind: 'word', bits: 1 };
export const u8: U8 = { kind: 'word', bits: 8 };
export const u32: U32 = { kind: 'word', bits: 32 };
export const u64: U64 = { kind: 'word', bits: 64 };

/** `int`: 32 bits; compare with the signed operators. */
export const int: U32 = u32;

/** Width in bits of a value of this type. */
export function bitsOf(type: Type): Bits {
  return type.kind === 'pointer' ? 64 : type.bits;
}

export function sameType(a: Type, b: Type): boolean {
  return a.kind === 'pointer'
    ? b.kind === 'pointer' && a.struct === b.struct
    : b.kind === 'word' && a.bits === b.bits;
}

/** The value reduced to the type's width, as storing into it does. */
export function wrap(type: Type, value: bigint): bigint {
  return BigInt.asUintN(bitsOf(type), value);
}

export function typeName(type: Type): string {
  if (type.kind === 'pointer') return `struct ${type.struct} *`;
  return { 1: 'bool', 8: 'u8', 32: 'int', 64: 'unsigned long' }[type.bits];
}
