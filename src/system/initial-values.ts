/** What words are at the start. */
import type { ExprNode, FieldNode, StructNode } from '../lang/nodes.ts';
import { boundValue, type Program, structNamed } from '../lang/program.ts';
import { storageOf, wordName } from '../lang/words.ts';
import { assert } from '../support/assert.ts';

/** By word name; all other words are 0. A later entry of the program replaces an earlier one. */
export type InitialValues = ReadonlyMap<string, ExprNode>;

export function initialValues(program: Program): InitialValues {
  const map = new Map<string, ExprNode>();
  for (const { place, value } of program.initial) {
    assert(place.pointer.kind === 'address', 'an initial value belongs to a known object');
    const field = storageOf(structNamed(program, place.struct), place.field).name;
    const index = place.index?.kind === 'const' ? { index: Number(place.index.value) } : {};
    map.set(wordName({ struct: place.struct, instance: place.pointer.instance, field, ...index }), value);
  }
  return map;
}

/** Those of a field, object by object and element by element. */
export function valuesOf(
  values: InitialValues,
  { bounds }: Program,
  struct: StructNode,
  field: FieldNode,
): readonly (readonly ExprNode[])[] {
  const zero: ExprNode = { kind: 'const', type: field.type, value: 0n };
  const indices =
    field.length === undefined
      ? [{}]
      : Array.from({ length: boundValue(bounds, field.length) }, (_, index) => ({ index }));
  return Array.from({ length: boundValue(bounds, struct.instances) }, (_, instance) =>
    indices.map(
      (at) => values.get(wordName({ struct: struct.name, instance, field: field.name, ...at })) ?? zero,
    ),
  );
}

/** Of two constants or addresses. */
export function isSameValue(a: ExprNode, b: ExprNode | undefined): boolean {
  if (a.kind === 'const') return b?.kind === 'const' && a.value === b.value;
  return a.kind === 'address' && b?.kind === 'address' && a.struct === b.struct && a.instance === b.instance;
}
