/** What the words of a field are at the start. */
import type { ExprNode, FieldNode, StructNode } from '../lang/nodes.ts';
import { boundValue, type Program } from '../lang/program.ts';
import { storageOf } from '../lang/words.ts';

/** The initial values of a field, object by object and element by element. */
export function initialValues(
  program: Program,
  struct: StructNode,
  field: FieldNode,
): readonly (readonly ExprNode[])[] {
  const objects = boundValue(program.bounds, struct.instances);
  const length = field.length === undefined ? 1 : boundValue(program.bounds, field.length);
  const zero: ExprNode = { kind: 'const', type: field.type, value: 0n };
  const values = Array.from({ length: objects }, () => Array.from({ length }, () => zero));
  for (const { place, value } of program.initial) {
    if (place.struct !== struct.name || storageOf(struct, place.field) !== field) continue;
    if (place.pointer.kind !== 'address') continue;
    const element = place.index?.kind === 'const' ? Number(place.index.value) : 0;
    (values[place.pointer.instance] as ExprNode[])[element] = value;
  }
  return values;
}

/** Of two initial values. */
export function isSameValue(a: ExprNode, b: ExprNode | undefined): boolean {
  if (a.kind === 'const') return b?.kind === 'const' && a.value === b.value;
  return a.kind === 'address' && b?.kind === 'address' && a.struct === b.struct && a.instance === b.instance;
}
