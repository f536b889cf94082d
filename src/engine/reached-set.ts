/**
 * The reached states of a finished explicit search, seen through the state variables of the SMT system:
 * which values each variable takes, and which combinations of values occur together.
 */

import { boundValue, structNamed } from '../lang/program.ts';
import { storageOf } from '../lang/words.ts';
import type { Slot } from '../semantics/layout.ts';
import { fieldSlot } from '../semantics/layout.ts';
import type { Term } from '../semantics/terms.ts';
import type { StateVariable, Transitions } from '../semantics/transitions.ts';
import type { SearchResult } from './explicit.ts';

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

interface Position {
  readonly slot: Slot;
  readonly index: number;
  /** A local's register holds it only at these points; elsewhere the local is 0. */
  readonly liveAt?: { readonly cpu: number; readonly points: ReadonlySet<number> };
}

export function collectReached(
  system: Transitions,
  result: Pick<SearchResult, 'compiled' | 'states' | 'visited'>,
): ReachedSet {
  const { terms, graph } = system;
  const { program } = graph;
  const { layout, values, addresses } = result.compiled;
  const symbols = new Map([...addresses].map(([object, address]) => [address, `&${object}`]));
  const size = result.states;
  const cells = Math.ceil(size / 32);
  const readers = system.variables.map((v) => ({ v, at: positionOf(v) }));
  const domains = new Map<Term, Map<number, Literal>>(system.variables.map((v) => [v.term, new Map()]));

  function positionOf(v: StateVariable): Position | null {
    const { kind } = v;
    if (kind.is === 'pc') return { slot: layout.pc, index: kind.cpu };
    if (kind.is === 'local') {
      const slot = layout.registers[layout.registerOf.get(kind.name) ?? -1];
      const live = graph.points.flatMap((p, i) => (p.live.includes(kind.name) ? [i + 1] : []));
      return slot ? { slot, index: kind.cpu, liveAt: { cpu: kind.cpu, points: new Set(live) } } : null;
    }
    const [, struct = '', instance = '', field = '', index = '0'] =
      /^(.*)\[(\d+)\]\.([^[]*)(?:\[(\d+)\])?$/.exec(kind.name) ?? [];
    const storage = storageOf(structNamed(program, struct), field);
    const slot = fieldSlot(layout, struct, storage.name);
    if (!slot) return null;
    const length = storage.length === undefined ? 1 : boundValue(program.bounds, storage.length);
    return { slot, index: Number(instance) * length + Number(index) };
  }

  function termOf(v: StateVariable, packed: number): Term {
    const bits = v.term.bits;
    const value = bits >= 32 && v.kind.is !== 'pc' ? values.valueOf(packed) : BigInt(packed);
    const symbol = bits === 64 ? symbols.get(value) : undefined;
    if (symbol === undefined) return terms.constant(bits, value);
    const [, struct = '', instance = '0'] = /^&(.*)\[(\d+)\]$/.exec(symbol) ?? [];
    return system.setting.address(struct, Number(instance));
  }

  const state = new Int32Array(layout.cells);
  function packedAt(slot: Slot, index: number): number {
    const bit = slot.base + index * slot.stride;
    return ((state[bit >>> 5] as number) >>> (bit & 31)) & (2 ** slot.width - 1);
  }
  for (let n = 0; n < size; n++) {
    result.visited.read(n, state);
    for (const { v, at } of readers) {
      if (!at) continue;
      const { liveAt } = at;
      const dead = liveAt && !liveAt.points.has(packedAt(layout.pc, liveAt.cpu));
      const packed = dead ? 0 : packedAt(at.slot, at.index);
      const domain = domains.get(v.term) as Map<number, Literal>;
      let literal = domain.get(packed);
      if (!literal) {
        literal = { variable: v.term, value: termOf(v, packed), states: new Uint32Array(cells) };
        domain.set(packed, literal);
      }
      literal.states[n >>> 5] = (literal.states[n >>> 5] as number) | (1 << (n & 31));
    }
  }
  const lists = new Map([...domains].map(([variable, domain]) => [variable, [...domain.values()]]));
  return {
    size,
    domains: lists,
  };
}

/** Whether the sets have a state in common. */
export function intersects(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < a.length; i++) if ((a[i] as number) & (b[i] as number)) return true;
  return false;
}

function intersection(a: Uint32Array, b: Uint32Array): Uint32Array {
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

function widen(reached: ReachedSet, part: readonly Literal[]): Cube {
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
function minimise(reached: ReachedSet, literals: readonly Literal[]): readonly Literal[] | null {
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
