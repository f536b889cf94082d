/** Small exclusions: what shows that a combination of values is none of those in a table. */
import type { Term } from '../semantics/terms.ts';
import type { Exclusion, Part } from './exclusion.ts';
import { intersects, type Literal, minimise, type ReachedSet, widen } from './reached-set.ts';

/** Most pairs of values that are taken at a time. */
const PAIRS = 2;

/**
 * What excludes the values: that of one variable alone, or of two, or of as few as dropping others leaves; null where
 * some row has them all. Of `first`, those variables are used that come early.
 */
export function exclusionsOf(
  table: ReachedSet,
  first: readonly Term[],
  value: (variable: Term) => Term | null,
): readonly Exclusion[] | null {
  const literals: Literal[] = [];
  for (const variable of first) {
    const known = table.domains.get(variable);
    const is = value(variable);
    if (!known || !is) continue;
    const literal = known.find((l) => l.value === is);
    if (!literal) return [[outside(variable, known)]];
    if (known.length > 1) literals.push(literal);
  }
  const pairs: (readonly Literal[])[] = [];
  for (let b = 1; b < literals.length && pairs.length < PAIRS; b++)
    for (let a = 0; a < b && pairs.length < PAIRS; a++) {
      const pair = [literals[a] as Literal, literals[b] as Literal] as const;
      if (!intersects(pair[0].states, pair[1].states)) pairs.push(pair);
    }
  if (pairs.length > 0) return pairs.map((pair) => widened(table, pair));
  const part = minimise(table, [...literals].reverse());
  return part && [widened(table, part)];
}

/** The variable has none of the values that it has in the table. */
export function outside(variable: Term, known: readonly Literal[]): Part {
  return { variable, values: new Set(known.map((l) => l.value)), outside: true };
}

function widened(table: ReachedSet, part: readonly Literal[]): Exclusion {
  return widen(table, part).map(({ variable, values }) => ({
    variable,
    values: new Set(values.map((l) => l.value)),
    outside: false,
  }));
}
