/**
 * Structs: the kernel's memory. `struct()` declares one; the objects of a struct are created by the
 * program, as many as its bounds say.
 */
import type { FieldNode, StructNode } from './nodes.ts';
import type { ArrayOf, Pointer, Type } from './types.ts';

/** A field: a type, an array, or one of these with attributes. */
export type FieldSpec =
  | Type
  | ArrayOf
  | {
      readonly field: Type | ArrayOf;
      readonly aliasOf?: string;
      readonly sparse?: boolean;
      readonly lock?: boolean;
      readonly owner?: boolean;
      /** The option of the programs that have this field. */
      readonly onlyWith?: string;
    };

export interface Struct<S> {
  readonly node: StructNode;
  /** Never present at run time: carries `S` for the compiler. */
  readonly fields?: S;
}

const declared = new Map<string, StructNode>();

/** The struct of that name; fields are looked up when an encoding is built, so structs may be circular. */
export function structByName(name: string): StructNode {
  const node = declared.get(name);
  if (!node) throw new Error(`struct ${name} is not declared`);
  return node;
}

export interface StructOptions {
  /** Number of objects, or the name of the bound that gives it. Default 1. */
  readonly instances?: number | string;
  /** sizeof in bytes; default 64. */
  readonly size?: number;
  /** Alignment in bytes; default 8. */
  readonly align?: number;
  readonly ghost?: boolean;
  readonly mortal?: boolean;
}

/** The hidden field that says whether a mortal object is allocated. */
export const LIVE = 'live';

/** Declares `struct name`. Declaring the same name again replaces it (a user's model may). */
export function struct<S>(
  name: string,
  fields: { readonly [K in keyof S]: FieldSpec },
  options: StructOptions = {},
): Struct<S> {
  const listed = Object.entries<FieldSpec>(fields).map(([field, spec]) => fieldNode(field, spec));
  if (options.mortal) listed.push({ name: LIVE, type: { kind: 'word', bits: 1 } });
  const node: StructNode = {
    name,
    fields: listed,
    instances: options.instances ?? 1,
    size: options.size ?? 64,
    align: options.align ?? 8,
    ghost: options.ghost ?? false,
    mortal: options.mortal ?? false,
  };
  declared.set(name, node);
  return { node };
}

const optionsOfFields = new WeakMap<FieldNode, string>();

/** The option without which a program does not have the field; undefined: each has it. */
export const optionOf = (field: FieldNode): string | undefined => optionsOfFields.get(field);

function fieldNode(name: string, spec: FieldSpec): FieldNode {
  const { field, onlyWith, ...attributes } = 'field' in spec ? spec : { field: spec, onlyWith: undefined };
  const node: FieldNode =
    field.kind === 'array'
      ? { name, type: field.of, length: field.length, ...attributes }
      : { name, type: field, ...attributes };
  if (onlyWith !== undefined) optionsOfFields.set(node, onlyWith);
  return node;
}

/** `struct NAME *`; written with the name, so that structs may refer to each other. */
export function pointer<S>(struct: string | Struct<S>): Pointer<S> {
  return { kind: 'pointer', struct: typeof struct === 'string' ? struct : struct.node.name };
}

/** A fixed array; `length` is a number or the name of a bound. */
export function array<T extends Type>(of: T, length: number | string): ArrayOf<T> {
  return { kind: 'array', of, length };
}

/** A union member: shares the low bits of `member`, as C's little-endian unions do. */
export function unionWith(member: string, field: Type): FieldSpec {
  return { field, aliasOf: member };
}

/** An array that reads as 0 past its end, as the kernel's xarray does. */
export function sparse(field: ArrayOf): FieldSpec {
  return { field, sparse: true };
}
