/** Visited states by where the CPUs stand, in a few bytes a state: there may be many millions. */
import type { SearchResult } from './explicit.ts';
import type { Column } from './table-parts.ts';

/** States in which all CPUs stand at the same points: those at these positions of `order`. */
export interface Group {
  readonly points: readonly number[];
  readonly from: number;
  readonly to: number;
}

export interface Groups {
  /** The numbers of all states, group by group. */
  readonly order: Int32Array;
  readonly groups: readonly Group[];
}

/** `pcs`: the control points of the CPUs, each below `most`. */
export function groupStates(
  { compiled, states, visited }: Pick<SearchResult, 'compiled' | 'states' | 'visited'>,
  pcs: readonly Pick<Column, 'read'>[],
  most: number,
): Groups {
  const packed = new Int32Array(compiled.layout.cells);
  const groupOf = new Int32Array(states);
  /** For each CPU: the number of a group, by that of the CPUs before it and the point where it stands. */
  const numbers = pcs.map(() => new Map<number, number>());
  const found: { readonly points: readonly number[]; size: number }[] = [];
  for (let n = 0; n < states; n++) {
    visited.read(n, packed);
    let number = 0;
    for (let cpu = 0; cpu < pcs.length; cpu++) {
      const known = numbers[cpu] as Map<number, number>;
      const key = number * most + (pcs[cpu] as Column).read(packed);
      number = known.get(key) ?? known.size;
      if (number === known.size) known.set(key, number);
    }
    found[number] ??= { points: pcs.map((pc) => pc.read(packed)), size: 0 };
    (found[number] as { size: number }).size++;
    groupOf[n] = number;
  }
  const groups: Group[] = [];
  for (const { points, size } of found) {
    const from = groups.at(-1)?.to ?? 0;
    groups.push({ points, from, to: from + size });
  }
  const next = Int32Array.from(groups, ({ from }) => from);
  const order = new Int32Array(states);
  for (let n = 0; n < states; n++) {
    const number = groupOf[n] as number;
    const at = next[number] as number;
    order[at] = n;
    next[number] = at + 1;
  }
  return { order, groups };
}
