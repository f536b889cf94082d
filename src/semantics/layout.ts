/**
 * Where each word of the state lies in a packed state of the explicit search: an array of 32-bit cells.
 * Every field has a power of two of bits, so that no word straddles two cells.
 */

import { boundValue } from '../lang/program.ts';
import { bitsOf, type Type } from '../lang/types.ts';
import { instancesOf } from '../lang/words.ts';
import { type Graph, runningCpus } from '../system/graph.ts';

/** `width` bits each, the first from bit `base` on, each `stride` bits after the one before. */
export interface Slot {
  readonly base: number;
  readonly width: number;
  readonly stride: number;
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
  /** The first of the cells that hold the control point and the registers of CPU 0, and nothing else. */
  readonly own: number;
  /** Cells in a state. */
  readonly cells: number;
  /**
   * The same, part by part: what the CPUs share in several parts, then each CPU's own. Those of a part tend to
   * change together, and not with others.
   */
  readonly groups: readonly number[];
}

/** Bits that a value of this type takes in a state; wide words are ids. */
export function packedWidth(type: Type, idBits: 8 | 16): number {
  const bits = bitsOf(type);
  return bits >= 32 ? idBits : bits;
}

export function layOut(graph: Graph, idBits: 8 | 16): Layout {
  const { program } = graph;
  const cpus = runningCpus(graph);
  const wanted: Wanted[] = [];
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
  const slots = new Map<string, Slot>();
  const shared = placeFrom(0, wanted, (w, base) => {
    slots.set(w.key, { base, width: w.width, stride: w.width, count: w.count });
  });
  const { registerOf, widths } = allocateRegisters(graph, idBits);
  const own = [
    { key: 'pc', width: pcWidth(graph.points.length), count: 1 },
    ...widths.map((width, i) => ({ key: `register ${i}`, width, count: 1 })),
  ];
  const ownCells = placeFrom(0, own, () => undefined);
  placeFrom(shared * 32, own, (w, base) => {
    slots.set(w.key, { base, width: w.width, stride: ownCells * 32, count: cpus });
  });
  return {
    fields: slots,
    pc: slots.get('pc') as Slot,
    registers: widths.map((_, i) => slots.get(`register ${i}`) as Slot),
    registerOf,
    own: shared,
    cells: shared + cpus * ownCells,
    groups: [...inParts(shared), ...Array.from({ length: cpus }, () => ownCells)].filter((size) => size > 0),
  };
}

/** Where there is no control point but the idle one, there is nothing to remember. */
function pcWidth(points: number): number {
  if (points === 0) return 0;
  if (points < 2 ** 8) return 8;
  return points < 2 ** 16 ? 16 : 32;
}

interface Wanted {
  readonly key: string;
  readonly width: number;
  readonly count: number;
}

/** Gives everything its place from `bit` on, the widest first, so that no cell is straddled; the cells it takes. */
function placeFrom(bit: number, wanted: readonly Wanted[], place: (w: Wanted, base: number) => void): number {
  let next = bit;
  for (const w of [...wanted].sort((a, b) => b.width - a.width)) {
    place(w, next);
    next += w.width * w.count;
  }
  return Math.ceil((next - bit) / 32);
}

/** Cells that are not worth taking apart: it takes longer than it saves. */
const SMALL = 5;

/** As many parts as each has cells, about. */
function inParts(cells: number): readonly number[] {
  const parts = cells <= SMALL ? 1 : Math.ceil(Math.sqrt(cells));
  return Array.from(
    { length: parts },
    (_, i) => Math.floor(((i + 1) * cells) / parts) - Math.floor((i * cells) / parts),
  );
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
