/** Values of variables that never go together. */
import type { Term } from '../semantics/terms.ts';
import type { Transitions } from '../semantics/transitions.ts';
import { exchanged, maskFields } from './cpu-masks.ts';
import { ownFields, ownWord } from './own-words.ts';
import { intersects, type ReachedSet, unionOf } from './reached-set.ts';

/** The variable has one of these values, or, `outside`, none of them. */
export interface Part {
  readonly variable: Term;
  readonly values: ReadonlySet<Term>;
  readonly outside: boolean;
}

/** What never holds together. */
export type Exclusion = readonly Part[];

export const admits = ({ values, outside }: Part, value: Term): boolean => values.has(value) !== outside;

/** Whether no row of a table is excluded; false where the table lacks a variable. */
export function holdsIn(table: ReachedSet, exclusion: Exclusion): boolean {
  let common: Uint32Array | null = null;
  for (const part of exclusion) {
    const literals = table.domains.get(part.variable);
    if (!literals) return false;
    const states = unionOf(
      table,
      literals.filter((l) => admits(part, l.value)),
    );
    if (common === null) common = states;
    else {
      if (!intersects(common, states)) return true;
      common = common.map((cell, i) => cell & (states[i] as number));
    }
  }
  return common?.every((cell) => cell === 0) ?? false;
}

/** `struct.field` of a word's name. */
export const keyOf = (name: string): string => name.replaceAll(/\[\d+\]/g, '');

/** The same exclusion with two CPUs in each other's place. */
export function createMirror(system: Transitions): (exclusion: Exclusion, a: number, b: number) => Exclusion {
  const { terms, graph } = system;
  const bySymbol = new Map(system.variables.map((v) => [v.term.symbol, v.term]));
  const kinds = new Map(system.variables.map((v) => [v.term, v.kind]));
  const masks = maskFields(graph).all;
  const own = ownFields(graph).map(({ key }) => key);

  function mirrored(part: Part, a: number, b: number): Part {
    const kind = kinds.get(part.variable);
    const swap = (cpu: number) => (cpu === a ? b : cpu === b ? a : cpu);
    if (kind?.is === 'local')
      return { ...part, variable: bySymbol.get(`cpu${swap(kind.cpu)}.${kind.name}`) ?? part.variable };
    if (kind?.is !== 'word') return part;
    if (masks.has(keyOf(kind.name))) {
      const swapped = [...part.values].map((value) =>
        terms.constant(value.bits, BigInt(exchanged(Number(value.value), a, b))),
      );
      return { ...part, values: new Set(swapped) };
    }
    for (const key of own)
      for (const cpu of [a, b])
        if (kind.name === ownWord(key, cpu))
          return { ...part, variable: bySymbol.get(ownWord(key, swap(cpu))) ?? part.variable };
    return part;
  }
  return (exclusion, a, b) => exclusion.map((part) => mirrored(part, a, b));
}
