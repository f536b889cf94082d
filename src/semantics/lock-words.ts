/** The words of locks in a packed state. */
import { buried } from '../lang/locks.ts';
import { boundValue } from '../lang/program.ts';
import type { Graph } from '../system/graph.ts';
import { fieldSlot, type Layout } from './layout.ts';
import { readWord, writeWord } from './packed-state.ts';

export interface LockWord {
  readonly number: number;
  readonly name: string;
  /** Where its 8 bits begin in a state. */
  readonly bit: number;
}

/** The lock words of a program in the order of its structs, objects and elements. */
export function lockTable({ program }: Graph, layout: Layout): readonly LockWord[] {
  const list: LockWord[] = [];
  for (const struct of program.structs)
    for (const field of struct.fields) {
      const slot = fieldSlot(layout, struct.name, field.name);
      if (!field.lock || !slot) continue;
      const length = field.length === undefined ? 1 : boundValue(program.bounds, field.length);
      for (let i = 0; i < slot.count; i++)
        list.push({
          number: list.length,
          name: `${struct.name}[${Math.floor(i / length)}].${field.name}${field.length === undefined ? '' : `[${i % length}]`}`,
          bit: slot.base + i * slot.width,
        });
    }
  return list;
}

/** The locks of a CPU whose task died become those of the dead. */
export function undertaker(locks: readonly LockWord[], state: Int32Array): (cpu: number) => void {
  return (cpu) => {
    for (const { bit } of locks) writeWord(state, bit, 8, buried(readWord(state, bit, 8), cpu));
  };
}
