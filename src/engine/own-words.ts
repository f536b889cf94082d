/** Arrays of which each CPU uses an element of its own, at the position of its number. */

import { storageKey } from '../lang/fields.ts';
import type { ExprNode, Place } from '../lang/nodes.ts';
import { structNamed } from '../lang/program.ts';
import { type Bits, bitsOf } from '../lang/types.ts';
import { eachExpression } from '../lang/walk.ts';
import { instancesOf, storageOf, wordName } from '../lang/words.ts';
import type { Graph, GraphNode } from '../system/graph.ts';
import { expressionsIn } from '../system/points.ts';

/** The word of a CPU in an array of which each CPU uses an element of its own. */
export function ownWord(key: string, cpu: number): string {
  const [struct = '', field = ''] = key.split('.');
  return wordName({ struct, instance: 0, field, index: cpu });
}

/** `struct.field` of arrays that are used at the position of the CPU that runs, and nowhere else. */
export function ownFields({
  nodes,
  program,
}: Graph): readonly { readonly key: string; readonly bits: Bits }[] {
  const own = new Map<string, Bits>();
  const shared = new Set<string>();
  for (const node of nodes)
    for (const place of placesIn(node)) {
      const key = storageKey(program, place);
      const struct = structNamed(program, place.struct);
      const isOwn = instancesOf(program, struct) === 1 && place.index && isCpu(place.index);
      if (isOwn) own.set(key, bitsOf(storageOf(struct, place.field).type));
      else shared.add(key);
    }
  return [...own].flatMap(([key, bits]) => (shared.has(key) ? [] : [{ key, bits }]));
}

const isCpu = (node: ExprNode): boolean =>
  node.kind === 'cpu' || (node.kind === 'convert' && isCpu(node.operand));

function placesIn(node: GraphNode): readonly Place[] {
  const within = expressionsIn(node).flatMap((root) =>
    [...eachExpression(root)].flatMap((e) => (e.kind === 'load' ? [e.place] : [])),
  );
  if (node.op === 'load' || node.op === 'store') return [node.place, ...within];
  if (node.op === 'primitive' || node.op === 'observe')
    return [...node.effects.map((e) => e.place), ...within];
  return within;
}
