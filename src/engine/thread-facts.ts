/**
 * What the states of threads say as conjuncts of an invariant: the values of words, the values of locals at each
 * control point, control points where no CPU ever is, and, where that was taken, which values go together.
 */
import type { Term } from '../semantics/terms.ts';
import { isAt, type Transitions } from '../semantics/transitions.ts';
import { ownWord } from './own-words.ts';
import type { PointStates, ThreadStates, Values } from './thread-states.ts';

export interface ThreadFacts {
  /** The values of words. */
  readonly ofWords: ReadonlyMap<Term, Term>;
  /** What holds while the CPU is at a point. */
  at(point: number, cpu: number): readonly Term[];
  /**
   * Takes what shows that a CPU never is in this state at a point: as few names as possible whose values there do not
   * occur, or not together. False where the state is one that occurs.
   */
  exclude(point: number, cpu: number, values: (v: Term) => Term | null): boolean;
  /** Takes that locks are held at a point; false where that is no news. */
  takeLocks(point: number, locks: readonly string[]): boolean;
  /** Whether CPU 0 may have set bits of its own in a lock at a point. */
  mayHold(point: number, lock: string): boolean;
  /** Words of which a CPU was taken to know more at some point than which values they can have. */
  readonly guarded: ReadonlySet<string>;
  /** The locks that keep such a word as it is known; none for others. */
  locksOf(word: Term): readonly string[];
  /** The whole invariant, for all CPUs; what is the same at several points is one conjunct. */
  all(): readonly Term[];
}

export function createThreadFacts(system: Transitions, known: ThreadStates): ThreadFacts {
  const { terms, graph, state } = system;
  const isWord = (name: string): boolean => known.words.has(name);
  const own = new Set(known.points.get(0)?.names.filter((name) => !isWord(name)));
  const bySymbol = new Map(system.variables.map((v) => [v.term.symbol, v.term]));
  const variableOf = (name: string, cpu: number): Term => {
    const symbol = isWord(name) ? name : own.has(name) ? ownWord(name, cpu) : `cpu${cpu}.${name}`;
    return bySymbol.get(symbol) as Term;
  };
  const oneOf = (v: Term, values: readonly Term[]) => terms.or(...values.map((value) => terms.eq(v, value)));
  const ofWords = new Map(
    [...known.words].flatMap(([word, values]) => {
      const v = bySymbol.get(word);
      return v && values ? [[v, oneOf(v, values)] as const] : [];
    }),
  );

  const guarded = new Set<string>();
  /** By point: names whose values are taken, each a set by itself. Locals are always taken. */
  const taken = new Map<number, Set<string>>();
  const together = new Map<number, (readonly string[])[]>();
  const made = new Map<string, readonly Term[]>();
  function forget(point: number): void {
    for (const cpu of state.pcs.keys()) made.delete(`${cpu} ${point}`);
  }

  function about(point: number, cpu: number): readonly Term[] {
    const at = known.points.get(point);
    if (!at) return [terms.false_];
    const alone = at.names.filter((name) => !isWord(name) || taken.get(point)?.has(name));
    const separately = alone.flatMap((name) => {
      const values = union(at.rows([name], cpu).map(([v]) => v ?? null));
      return values ? [oneOf(variableOf(name, cpu), values)] : [];
    });
    const combined = (together.get(point) ?? []).map((names) => {
      const rows = distinct(at.rows(names, cpu));
      const cube = (row: readonly Values[]) =>
        row.flatMap((values, i) => (values ? [oneOf(variableOf(names[i] as string, cpu), values)] : []));
      return terms.or(...rows.map((row) => terms.and(...cube(row))));
    });
    return [...separately, ...combined].filter((fact) => fact !== terms.true_);
  }

  function at(point: number, cpu: number): readonly Term[] {
    const key = `${cpu} ${point}`;
    const facts = made.get(key) ?? about(point, cpu);
    made.set(key, facts);
    return facts;
  }

  function takeLocks(point: number, locks: readonly string[]): boolean {
    const names = taken.get(point) ?? new Set();
    const before = names.size;
    for (const lock of locks) {
      names.add(lock);
      guarded.add(lock);
    }
    taken.set(point, names);
    forget(point);
    return names.size > before;
  }

  return {
    ofWords,
    at,
    takeLocks,
    mayHold(point, lock) {
      const free = terms.constant(8, 0n);
      return (
        known.points
          .get(point)
          ?.rows([lock], 0)
          .some(([values]) => !values?.includes(free)) ?? false
      );
    },
    guarded,
    locksOf({ symbol }) {
      if (!guarded.has(symbol)) return [];
      return known.points.get(0)?.names.includes(symbol) ? [symbol] : known.guards(symbol);
    },
    exclude(point, cpu, values) {
      const states = known.points.get(point);
      const first = (name: string) => (!isWord(name) ? 0 : guarded.has(name) ? 1 : 2);
      const sorted = [...(states?.names ?? [])].sort((a, b) => first(a) - first(b));
      const valued = sorted.flatMap((name) => {
        const value = values(variableOf(name, cpu));
        return value ? [{ name, value }] : [];
      });
      const names = states && smallestClash(states, valued, cpu);
      if (!names) return false;
      if (names.length > 1) together.set(point, [...(together.get(point) ?? []), names]);
      const words = names.filter((name) => isWord(name));
      for (const word of words) if (known.guards(word).length > 0) guarded.add(word);
      takeLocks(point, [...(names.length > 1 ? [] : words), ...words.flatMap((word) => known.guards(word))]);
      return true;
    },
    all() {
      const points = Array.from({ length: graph.points.length + 1 }, (_, point) => point);
      const conjuncts = state.pcs.flatMap((_, cpu) => {
        const where = new Map<Term, Term[]>();
        for (const point of points)
          for (const fact of at(point, cpu)) {
            const list = where.get(fact) ?? [];
            where.set(fact, list);
            list.push(isAt(system, { cpu, point }));
          }
        return [...where].map(([fact, here]) => terms.or(terms.not(terms.or(...here)), fact));
      });
      return [...ofWords.values(), ...conjuncts].filter((t) => t !== terms.true_);
    },
  };
}

interface Valued {
  readonly name: string;
  readonly value: Term;
}

/** As few names as possible of which no state has all these values; null where some state has them all. */
function smallestClash(
  states: PointStates,
  valued: readonly Valued[],
  cpu: number,
): readonly string[] | null {
  const rows = states.rows(
    valued.map((v) => v.name),
    cpu,
  );
  const fits = valued.map(({ value }, i) => rows.map((row) => row[i]?.includes(value) ?? true));
  const clash = (...columns: readonly number[]) => !rows.some((_, r) => columns.every((c) => fits[c]?.[r]));
  const name = (i: number): string => valued[i]?.name as string;
  for (let a = 0; a < valued.length; a++) if (clash(a)) return [name(a)];
  for (let a = 0; a < valued.length; a++)
    for (let b = 0; b < a; b++) if (clash(a, b)) return [name(b), name(a)];
  const kept = new Set(valued.keys());
  if (!clash(...kept)) return null;
  for (const i of valued.keys()) if (clash(...[...kept].filter((k) => k !== i))) kept.delete(i);
  return [...kept].map(name);
}

/** All values; null: anything. */
function union(column: readonly Values[]): Values {
  return column.includes(null) ? null : [...new Set((column as (readonly Term[])[]).flat())];
}

function distinct(rows: readonly (readonly Values[])[]): readonly (readonly Values[])[] {
  const key = (row: readonly Values[]) => row.map((values) => values?.map((t) => t.id).join(' ')).join();
  return [...new Map(rows.map((row) => [key(row), row])).values()];
}
