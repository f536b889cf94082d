/** Loads whose value is known before anything runs: words that nothing stores to, at known objects. */

import { storageKey } from '../lang/fields.ts';
import type { ExprNode } from '../lang/nodes.ts';
import { boundValue, type Program, structNamed } from '../lang/program.ts';
import { bitsOf, wrap } from '../lang/types.ts';
import { storageOf } from '../lang/words.ts';
import { initialValues } from './initial-values.ts';

export type Load = Extract<ExprNode, { kind: 'load' }>;

/** `constants`: the storages that nothing stores to. The result gives a load's value, or the load itself. */
export function knownLoads(program: Program, constants: ReadonlySet<string>): (load: Load) => ExprNode {
  const values = initialValues(program);
  return (node) => {
    const { place } = node;
    const struct = structNamed(program, place.struct);
    if (place.pointer.kind !== 'address' || !constants.has(storageKey(program, place)) || struct.mortal)
      return node;
    if (place.index && place.index.kind !== 'const') return node;
    const index = place.index?.kind === 'const' ? place.index.value : undefined;
    const storage = storageOf(struct, place.field);
    if (index !== undefined && index >= BigInt(boundValue(program.bounds, storage.length ?? 1))) return node;
    const initial = values.get(
      `${place.struct}[${place.pointer.instance}].${storage.name}${index === undefined ? '' : `[${index}]`}`,
    );
    if (!initial) return { kind: 'const', type: node.type, value: 0n };
    if (initial.kind === 'const')
      return { kind: 'const', type: node.type, value: wrap(node.type, initial.value) };
    return initial.kind === 'address' && bitsOf(node.type) === 64 ? { ...initial, type: node.type } : node;
  };
}
