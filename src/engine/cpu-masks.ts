/**
 * Words in which each CPU has bits of its own: bit i, and bit 4+i for exclusive locks (src/lang/locks.ts), and the
 * mask of RCU readers. What a CPU has set there nobody else changes, as long as all keep to it.
 */

import { storageKey } from '../lang/fields.ts';
import { structNamed } from '../lang/program.ts';
import { eachExpression } from '../lang/walk.ts';
import { instancesOf, storageOf } from '../lang/words.ts';
import type { Graph } from '../system/graph.ts';

/** The bits of CPU 0. */
export const MINE = 0x11;
export const EXCLUSIVE = 0x10;

/** The value with the bits of two CPUs exchanged. */
export function exchanged(value: number, a: number, b: number): number {
  const [from, to] = [MINE << a, MINE << b];
  const moved = (((value & from) >> a) << b) | (((value & to) >> b) << a);
  return (value & ~(from | to)) | moved;
}

export interface MaskFields {
  /** `struct.field` of the 8-bit words that are locks, or to which values made of the CPU's number are stored. */
  readonly all: ReadonlySet<string>;
  /** Those of which there is one. Those of many objects go with pointers to these: to follow them multiplies states. */
  readonly single: ReadonlySet<string>;
}

export function maskFields({ program, nodes }: Graph): MaskFields {
  const masks = new Set<string>();
  const single = new Set<string>();
  for (const node of nodes) {
    const stores =
      node.op === 'store' ? [node] : node.op === 'primitive' || node.op === 'observe' ? node.effects : [];
    for (const { place, value } of stores) {
      const struct = structNamed(program, place.struct);
      const storage = storageOf(struct, place.field);
      const isMask = storage.lock || [...eachExpression(value)].some((e) => e.kind === 'cpu');
      if (!isMask || storage.type.kind !== 'word' || storage.type.bits !== 8) continue;
      const key = storageKey(program, place);
      masks.add(key);
      if (instancesOf(program, struct) === 1 && storage.length === undefined) single.add(key);
    }
  }
  return { all: masks, single };
}
