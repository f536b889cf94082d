/**
 * The reached states of a finished explicit search, seen through the state variables of the SMT system:
 * which values each variable takes, and which combinations of values occur together.
 */

import type { Term } from '../semantics/terms.ts';
import type { Transitions } from '../semantics/transitions.ts';
import type { SearchResult } from './explicit.ts';
import { createStateReader } from './state-reader.ts';

/** One value of one variable, and in which states it has it (bit n: state n). */
export interface Literal {
  readonly variable: Term;
  readonly value: Term;
  readonly states: Uint32Array;
}

export interface ReachedSet {
  readonly size: number;
  /** By variable: its values in the reached states. */
  readonly domains: ReadonlyMap<Term, readonly Literal[]>;
}

/** The values of each variable in reached states. */
export const domainsOf = ({ domains }: ReachedSet): ReadonlyMap<Term, readonly Term[]> =>
  new Map([...domains].map(([variable, literals]) => [variable, literals.map((l) => l.value)]));

/** Reads one variable of a packed state, and says what a packed value of it stands for. */
export interface Column {
  readonly variable: Term;
  read(state: Int32Array): number;
  termOf(packed: number): Term;
}

export function collectReached(
  system: Transitions,
  result: Pick<SearchResult, 'compiled' | 'states' | 'visited'>,
): ReachedSet {
  const reader = createStateReader(system, result.compiled);
  const state = new Int32Array(result.compiled.layout.cells);
  return collectRows(
    system.variables.map((v) => ({
      variable: v.term,
      read: reader.read(v) ?? (() => 0),
      termOf: (packed) => reader.termOf(v, packed),
    })),
    result.states,
    (n) => {
      result.visited.read(n, state);
      return state;
    },
  );
}

/** `row(n)`: the n-th of so many states. */
export function collectRows(
  columns: readonly Column[],
  size: number,
  row: (n: number) => Int32Array,
): ReachedSet {
  const cells = Math.ceil(size / 32);
  const domains = columns.map(() => new Map<number, Literal>());
  for (let n = 0; n < size; n++) {
    const state = row(n);
    for (const [i, { variable, read, termOf }] of columns.entries()) {
      const packed = read(state);
      const domain = domains[i] as Map<number, Literal>;
      let literal = domain.get(packed);
      if (!literal) {
        literal = { variable, value: termOf(packed), states: new Uint32Array(cells) };
        domain.set(packed, literal);
      }
      literal.states[n >>> 5] = (literal.states[n >>> 5] as number) | (1 << (n & 31));
    }
  }
  return { size, domains: new Map(columns.map((c, i) => [c.variable, [...(domains[i]?.values() ?? [])]])) };
}

/** Whether the sets have a state in common. */
export function intersects(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < a.length; i++) if ((a[i] as number) & (b[i] as number)) return true;
  return false;
}

export function intersection(a: Uint32Array, b: Uint32Array): Uint32Array {
  const both = new Uint32Array(a.length);
  for (let i = 0; i < a.length; i++) both[i] = (a[i] as number) & (b[i] as number);
  return both;
}

function union(a: Uint32Array, b: Uint32Array): Uint32Array {
  const either = new Uint32Array(a.length);
  for (let i = 0; i < a.length; i++) either[i] = (a[i] as number) | (b[i] as number);
  return either;
}

/** A combination that no reached state has: each variable has one of its values. */
export type Cube = readonly { readonly variable: Term; readonly values: readonly Literal[] }[];

/**
 * Small parts of an unreached state that no reached state shares, each variable then widened to all values
 * that keep it so: all pairs, or, where no pair will do, what three orders of dropping leave. Null: the state
 * is a reached one.
 */
export function generalise(reached: ReachedSet, state: readonly Literal[]): readonly Cube[] | null {
  const varying = state.filter((l) => (reached.domains.get(l.variable)?.length ?? 0) > 1);
  const pairs = varying.flatMap((a, i) =>
    varying.slice(i + 1).flatMap((b) => (intersects(a.states, b.states) ? [] : [[a, b]])),
  );
  if (pairs.length > 0) return pairs.map((pair) => widen(reached, pair));
  const parts = [varying, [...varying].reverse(), shuffled(varying)].flatMap((order) => {
    const part = minimise(reached, order);
    return part ? [part] : [];
  });
  return parts.length > 0 ? parts.map((part) => widen(reached, part)) : null;
}

/** The states with one of these values. */
export function unionOf({ size }: ReachedSet, literals: readonly Literal[]): Uint32Array {
  const all = new Uint32Array(Math.ceil(size / 32));
  for (const { states } of literals)
    for (let i = 0; i < all.length; i++) all[i] = (all[i] as number) | (states[i] as number);
  return all;
}

export function widen(reached: ReachedSet, part: readonly Literal[]): Cube {
  const cube: { variable: Term; values: readonly Literal[] }[] = part.map((l) => ({
    variable: l.variable,
    values: [l],
  }));
  for (const [i, { variable }] of cube.entries()) {
    const rest = cube.filter((_, j) => j !== i).map((p) => p.values.map((v) => v.states).reduce(union));
    const others = rest.reduce(intersection, all(reached));
    const values = (reached.domains.get(variable) ?? []).filter((l) => !intersects(others, l.states));
    cube[i] = { variable, values };
  }
  return cube;
}

function all(reached: ReachedSet): Uint32Array {
  return new Uint32Array(Math.ceil(reached.size / 32)).fill(0xffffffff);
}

/** Drops literals as long as the rest has no reached state in common; null where all of them have one. */
export function minimise(reached: ReachedSet, literals: readonly Literal[]): readonly Literal[] | null {
  const suffix: Uint32Array[] = [];
  for (let i = literals.length, set = all(reached); i >= 0; i--) {
    suffix[i] = set;
    const next = literals[i - 1];
    if (next) set = intersection(set, next.states);
  }
  if (suffix[0]?.some((cell) => cell !== 0)) return null;
  const kept: Literal[] = [];
  let prefix = all(reached);
  for (const [i, literal] of literals.entries()) {
    if (!intersects(prefix, suffix[i + 1] as Uint32Array)) continue;
    kept.push(literal);
    prefix = intersection(prefix, literal.states);
  }
  return kept;
}

/** A fixed permutation: the same input is always mixed the same way. */
function shuffled<T>(list: readonly T[]): T[] {
  const result = [...list];
  let seed = 0x2545f491;
  for (let i = result.length - 1; i > 0; i--) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const j = seed % (i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
