/**
 * Where each word of the state lies in a packed state of the explicit search: an array of 32-bit cells.
 * Every field has a power of two of bits, so that no word straddles two cells.
 */

import { boundValue } from '../lang/program.ts';
import { bitsOf, type Type } from '../lang/types.ts';
import { instancesOf } from '../lang/words.ts';
import { type Graph, runningCpus } from '../system/graph.ts';

/** `width` bits each, one after the other from bit `base`. */
export interface Slot {
  readonly base: number;
  readonly width: number;
  readonly count: number;
}

export interface Layout {
  /** By `struct.field`: objects first, then array elements. */
  readonly fields: ReadonlyMap<string, Slot>;
  /** The control point of each CPU. */
  readonly pc: Slot;
  /** A CPU's remembered locals: `registers` by width class, `count` = CPUs x registers. */
  readonly registers: readonly Slot[];
  /** Which register a local of a point uses. */
  readonly registerOf: ReadonlyMap<string, number>;
  /** Cells in a state. */
  readonly cells: number;
}

/** Bits that a value of this type takes in a state; wide words are ids. */
export function packedWidth(type: Type, idBits: 8 | 16): number {
  const bits = bitsOf(type);
  return bits >= 32 ? idBits : bits;
}

export function layOut(graph: Graph, idBits: 8 | 16): Layout {
  const { program } = graph;
  const cpus = runningCpus(graph);
  const wanted: { key: string; width: number; count: number }[] = [];
  for (const struct of program.structs)
    for (const field of struct.fields) {
      const key = `${struct.name}.${field.name}`;
      if (field.aliasOf !== undefined || graph.constants.has(key) || graph.unread.has(key)) continue;
      const length = field.length === undefined ? 1 : boundValue(program.bounds, field.length);
      wanted.push({
        key,
        width: packedWidth(field.type, idBits),
        count: instancesOf(program, struct) * length,
      });
    }
  const { registerOf, widths } = allocateRegisters(graph, idBits);
  wanted.push({ key: 'pc', width: graph.points.length < 256 ? 8 : 16, count: cpus });
  for (const [i, width] of widths.entries()) wanted.push({ key: `register ${i}`, width, count: cpus });

  const slots = new Map<string, Slot>();
  let bit = 0;
  for (const w of [...wanted].sort((a, b) => b.width - a.width)) {
    slots.set(w.key, { base: bit, width: w.width, count: w.count });
    bit += w.width * w.count;
  }
  const pc = slots.get('pc') as Slot;
  const registers = widths.map((_, i) => slots.get(`register ${i}`) as Slot);
  return { fields: slots, pc, registers, registerOf, cells: Math.ceil(bit / 32) };
}

/** Locals that are never remembered at the same point share a register: greedy colouring, one class a width. */
function allocateRegisters(
  graph: Graph,
  idBits: 8 | 16,
): { registerOf: Map<string, number>; widths: number[] } {
  const conflicts = new Map<string, Set<string>>();
  for (const point of graph.points)
    for (const a of point.live) {
      const set = conflicts.get(a) ?? new Set();
      for (const b of point.live) if (a !== b) set.add(b);
      conflicts.set(a, set);
    }
  const registerOf = new Map<string, number>();
  const widths: number[] = [];
  for (const [local, others] of [...conflicts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const width = packedWidth(graph.locals.get(local) as Type, idBits);
    const taken = new Set([...others].map((o) => registerOf.get(o)));
    let register = widths.findIndex((w, i) => w === width && !taken.has(i));
    if (register < 0) register = widths.push(width) - 1;
    registerOf.set(local, register);
  }
  return { registerOf, widths };
}

/** The slot of a storage field; undefined where the field is constant. */
export function fieldSlot(layout: Layout, struct: string, storage: string): Slot | undefined {
  return layout.fields.get(`${struct}.${storage}`);
}
