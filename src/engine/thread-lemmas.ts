/**
 * What is taken to hold of several CPUs: of shared words wherever CPUs are, of words and a CPU's own locals while it
 * is at a point, and of these while two CPUs are at points.
 */
import { variablesIn } from '../evidence/local-facts.ts';
import type { Term, Terms } from '../semantics/terms.ts';
import { isAt, type StateVariable, type Transitions } from '../semantics/transitions.ts';
import { MINE, maskFields } from './cpu-masks.ts';
import { admits, type Exclusion, keyOf } from './exclusion.ts';
import type { Literal, ReachedSet } from './reached-set.ts';
import type { Stand, ThreadRows } from './thread-rows.ts';

export interface Lemma {
  readonly term: Term;
  readonly exclusion: Exclusion;
}

/** A lemma while CPUs are at some of these points. */
export interface JointLemma extends Lemma {
  readonly stands: ReadonlyMap<number, ReadonlySet<number>>;
}

export interface ThreadLemmas {
  /** Which values a word has. */
  readonly domains: ReadonlyMap<Term, Term>;
  readonly everywhere: Map<Term, Lemma>;
  readonly joint: JointLemma[];
  /** What is taken at a point beside the values of live locals. */
  at(cpu: number, point: number): ReadonlyMap<Term, Lemma>;
  /** All that is known while the CPU is at a point; of locks, too, which values they have. */
  factsAt(cpu: number, point: number): readonly Term[];
  /** Takes it at a point. */
  add(cpu: number, point: number, lemma: Lemma): void;
  /** Drops what a state refutes. False: it has a value that nothing was known to have. */
  withdraw(points: readonly number[], value: (variable: Term) => Term | null): boolean;
  /** What is known at points, of all that mentions a word. */
  about(word: Term): readonly (Stand & { readonly fact: Term })[];
  /** No two CPUs are at these points together, as far as locks and single words tell. */
  apart(a: Stand, b: Stand): boolean;
  /** A CPU is at one of these points. */
  isAmong(cpu: number, points: ReadonlySet<number>): Term;
  /** The whole invariant. */
  all(): readonly Term[];
}

export function lemmaOf(terms: Terms, exclusion: Exclusion): Lemma {
  const parts = exclusion.map(({ variable, values, outside }) => {
    const one = terms.or(...[...values].map((value) => terms.eq(variable, value)));
    return outside ? terms.not(one) : one;
  });
  return { exclusion, term: terms.not(terms.and(...parts)) };
}

/** The values that a live local or a lock has at a point, and the fact that it has one of these. */
interface Values {
  readonly variable: Term;
  readonly values: ReadonlySet<Term>;
  readonly fact: Term;
}

export function createThreadLemmas(system: Transitions, rows: ThreadRows): ThreadLemmas {
  const { terms, graph, state } = system;
  const valuesOf = (variable: Term, literals: readonly Literal[]): Values => ({
    variable,
    values: new Set(literals.map((l) => l.value)),
    fact:
      variable.bits === 1 && literals.length === 2
        ? terms.true_
        : terms.or(...literals.map((l) => terms.eq(variable, l.value))),
  });
  const inTable = (table: ReachedSet, variable: Term) =>
    valuesOf(variable, table.domains.get(variable) ?? []);
  const words = rows.words();
  const variables = new Map(system.variables.map((v) => [v.term.symbol, v]));
  const ofWords = new Map([...words.domains.keys()].map((word) => [word, inTable(words, word)] as const));
  const domains = new Map(
    system.variables.flatMap((v) => {
      if (v.kind.is !== 'word') return [];
      const domain = ofWords.get(v.term)?.fact ?? terms.eq(v.term, v.initial);
      return domain === terms.true_ ? [] : [[v.term, domain] as const];
    }),
  );
  const masks = maskFields(graph).all;
  const locks = system.variables.flatMap(({ term, kind }) =>
    kind.is === 'word' && masks.has(keyOf(kind.name)) && words.domains.has(term) ? [term] : [],
  );
  const places = new Map<number, Map<Term, Lemma>>();
  /** null: no CPU is ever there. */
  const standing = new Map<number, readonly Values[] | null>();
  const key = (cpu: number, point: number) => point * state.pcs.length + cpu;
  const everywhere = new Map<Term, Lemma>();
  const joint: JointLemma[] = [];

  function localsAt(cpu: number, point: number): readonly StateVariable[] {
    const live = graph.points[point - 1]?.live ?? [];
    return live.flatMap((name) => variables.get(`cpu${cpu}.${name}`) ?? []);
  }
  /** The values of a lock that differ from those at the point in what other CPUs hold at most. */
  function heldAt(table: ReachedSet, lock: Term, cpu: number): readonly Literal[] {
    const mine = BigInt(MINE << cpu);
    const held = new Set(table.domains.get(lock)?.map((l) => l.value.value & mine));
    return (words.domains.get(lock) ?? []).filter((l) => held.has(l.value.value & mine));
  }
  /** The values of live locals, and whether the CPU holds locks. */
  function valuesAt(cpu: number, point: number): readonly Values[] | null {
    const known = standing.get(key(cpu, point));
    if (known !== undefined) return known;
    const table = rows.at(cpu, point);
    const all =
      table &&
      [
        ...localsAt(cpu, point).map(({ term }) => inTable(table, term)),
        ...locks.flatMap((lock) => {
          const held = heldAt(table, lock, cpu);
          return held.length === words.domains.get(lock)?.length ? [] : [valuesOf(lock, held)];
        }),
      ].filter(({ fact }) => fact !== terms.true_);
    standing.set(key(cpu, point), all);
    return all;
  }
  const knownAt = (cpu: number, point: number): readonly Term[] =>
    valuesAt(cpu, point)?.map(({ fact }) => fact) ?? [terms.false_];
  function at(cpu: number, point: number): Map<Term, Lemma> {
    const list = places.get(key(cpu, point)) ?? new Map<Term, Lemma>();
    places.set(key(cpu, point), list);
    return list;
  }
  const factsAt = (cpu: number, point: number) => [...knownAt(cpu, point), ...at(cpu, point).keys()];
  const mentions = new Map<Term, (Stand & { readonly fact: Term })[]>();
  function index(cpu: number, point: number, fact: Term): void {
    for (const word of variablesIn(fact)) {
      const list = mentions.get(word);
      if (list) list.push({ cpu, point, fact });
      else mentions.set(word, [{ cpu, point, fact }]);
    }
  }
  for (const cpu of state.pcs.keys())
    for (let point = 0; point <= graph.points.length; point++)
      for (const fact of knownAt(cpu, point)) index(cpu, point, fact);

  const allowed = new Map<number, ReadonlyMap<Term, ReadonlySet<Term>>>();
  /** The values that locks, and words by themselves, can have at a point, where that is known. */
  function allowedAt({ cpu, point }: Stand): ReadonlyMap<Term, ReadonlySet<Term>> {
    const known = allowed.get(key(cpu, point));
    if (known) return known;
    const all = new Map(valuesAt(cpu, point)?.map(({ variable, values }) => [variable, values] as const));
    for (const { exclusion } of at(cpu, point).values()) {
      const [part, more] = exclusion;
      if (!part || more) continue;
      const before = all.get(part.variable) ?? words.domains.get(part.variable)?.map((l) => l.value) ?? [];
      all.set(part.variable, new Set([...before].filter((value) => !admits(part, value))));
    }
    allowed.set(key(cpu, point), all);
    return all;
  }
  function drop(cpu: number, point: number, fact: Term): void {
    at(cpu, point).delete(fact);
    allowed.delete(key(cpu, point));
    for (const word of variablesIn(fact)) {
      const others = mentions.get(word)?.filter((m) => m.cpu !== cpu || m.point !== point || m.fact !== fact);
      mentions.set(word, others ?? []);
    }
  }
  const made = new WeakMap<ReadonlySet<number>, Map<number, Term>>();
  function isAmong(cpu: number, points: ReadonlySet<number>): Term {
    const known = made.get(points) ?? new Map<number, Term>();
    made.set(points, known);
    const term = known.get(cpu) ?? terms.or(...[...points].map((point) => isAt(system, { cpu, point })));
    known.set(cpu, term);
    return term;
  }

  return {
    domains,
    everywhere,
    joint,
    at,
    factsAt,
    add(cpu, point, lemma) {
      at(cpu, point).set(lemma.term, lemma);
      allowed.delete(key(cpu, point));
      index(cpu, point, lemma.term);
    },
    withdraw(points, value) {
      const refuted = ({ exclusion }: Lemma) =>
        exclusion.every((part) => {
          const is = value(part.variable);
          return is !== null && admits(part, is);
        });
      const isNew = (variable: Term, values: ReadonlySet<Term>) => {
        const is = value(variable);
        return is !== null && !values.has(is);
      };
      if ([...ofWords.values()].some(({ variable, values }) => isNew(variable, values))) return false;
      for (const [cpu, point] of points.entries()) {
        const known = valuesAt(cpu, point);
        if (!known || known.some(({ variable, values }) => isNew(variable, values))) return false;
        for (const lemma of at(cpu, point).values()) if (refuted(lemma)) drop(cpu, point, lemma.term);
      }
      for (const lemma of everywhere.values()) if (refuted(lemma)) everywhere.delete(lemma.term);
      for (const [i, lemma] of joint.entries())
        if ([...lemma.stands].every(([cpu, at]) => at.has(points[cpu] as number)) && refuted(lemma))
          joint[i] = { ...lemma, stands: new Map([...lemma.stands].map(([cpu]) => [cpu, new Set()])) };
      return true;
    },
    about: (word) => mentions.get(word) ?? [],
    apart(a, b) {
      const theirs = allowedAt(b);
      return [...allowedAt(a)].some(([word, values]) => {
        const others = theirs.get(word);
        return others !== undefined && ![...values].some((value) => others.has(value));
      });
    },
    isAmong,
    all() {
      const points = Array.from({ length: graph.points.length + 1 }, (_, point) => point);
      const conjuncts = state.pcs.flatMap((_, cpu) => {
        const where = new Map<Term, number[]>();
        for (const point of points)
          for (const fact of factsAt(cpu, point)) {
            const list = where.get(fact) ?? [];
            where.set(fact, list);
            list.push(point);
          }
        return [...where].map(([fact, here]) => terms.or(terms.not(isAmong(cpu, new Set(here))), fact));
      });
      const together = joint.map(({ stands, term }) =>
        terms.or(...[...stands].map(([cpu, here]) => terms.not(isAmong(cpu, here))), term),
      );
      return [...domains.values(), ...everywhere.keys(), ...conjuncts, ...together].filter(
        (t) => t !== terms.true_,
      );
    },
  };
}
