/**
 * Sampled states as one CPU sees them: at each of its control points, which values of shared words and of its own
 * live locals go together. Small tables, from which it can be told what never occurs.
 */
import type { Term } from '../semantics/terms.ts';
import type { StateVariable, Transitions } from '../semantics/transitions.ts';
import { admits, type Exclusion } from './exclusion.ts';
import { type Column, collectRows, intersection, type ReachedSet, unionOf } from './reached-set.ts';
import type { Sample } from './sample.ts';
import { createStateReader } from './state-reader.ts';
import { createStateSet } from './state-set.ts';

export interface ThreadRows {
  /** The shared words, wherever CPUs are. */
  words(): ReachedSet;
  /** What goes together while the CPU is at a point: words and its live locals; null where it never is. */
  at(cpu: number, point: number): ReachedSet | null;
  /** The same while two CPUs are at points, with the locals of both. */
  both(a: Stand, b: Stand): ReachedSet;
  /** The same while one is at a point and the other at any of some, with the locals of the one. */
  among(here: Stand, cpu: number, points: ReadonlySet<number>): ReachedSet;
  /**
   * The points of two CPUs, as large sets as it finds around these, such that the words never have excluded values
   * while the one is at a point of the first and the other at one of the second.
   */
  rectangle(exclusion: Exclusion, a: Stand, b: Stand): readonly [ReadonlySet<number>, ReadonlySet<number>];
  /** Whether words never have excluded values while the CPUs are at these points. */
  keeps(exclusion: Exclusion, stands: ReadonlyMap<number, ReadonlySet<number>>): boolean;
  /** A sampled state in which CPUs are there, and variables have these values; -1 if there is none. */
  find(stands: readonly Stand[], values: ReadonlyMap<Term, Term>): number;
  /** The control points of the CPUs in a state, and the value of a variable that it has. */
  look(n: number): { readonly points: readonly number[]; value(variable: Term): Term | null };
  /** Takes in the states that were sampled since. */
  update(): void;
}

export interface Stand {
  readonly cpu: number;
  readonly point: number;
}

interface Table {
  /** Sampled states, one for each row. */
  readonly states: number[];
  reached: ReachedSet | null;
}

export function createThreadRows(system: Transitions, sample: Sample): ThreadRows {
  const { layout } = sample.compiled;
  const { cpus } = system.graph.program.bounds;
  const reader = createStateReader(system, sample.compiled);
  const state = new Int32Array(layout.cells);
  const ownCells = layout.pc.stride / 32;
  const sharedCells = layout.cells - cpus * ownCells;
  const columns = new Map<StateVariable, readonly Column[]>();
  const words = system.variables.filter((v) => v.kind.is === 'word');
  const wordColumns = words.flatMap((v) => columnOf(v));
  const locals = new Map(
    system.variables.flatMap((v) =>
      v.kind.is === 'local' ? [[`${v.kind.cpu} ${v.kind.name}`, v] as const] : [],
    ),
  );
  const points = system.variables.flatMap((v) => (v.kind.is === 'pc' ? [reader.readLive(v)] : []));

  function columnOf(v: StateVariable): readonly Column[] {
    const made = columns.get(v);
    if (made) return made;
    const read = reader.readLive(v);
    const column = read
      ? [{ variable: v.term, read, termOf: (packed: number) => reader.termOf(v, packed) }]
      : [];
    columns.set(v, column);
    return column;
  }
  function localColumns({ cpu, point }: Stand): readonly Column[] {
    const live = system.graph.points[point - 1]?.live ?? [];
    return live.flatMap((name) => columnOf(locals.get(`${cpu} ${name}`) as StateVariable));
  }
  const rowOf = (list: readonly number[]) => (n: number) => {
    sample.states.read(list[n] as number, state);
    return state;
  };

  const shared: Table = { states: [], reached: null };
  const sharedSeen = createStateSet([sharedCells]);
  const seen = Array.from({ length: cpus }, () => createStateSet([sharedCells, ownCells]));
  const tables = seen.map(() => new Map<number, Table>());
  const together = new Map<number, number[]>();
  const pairKey = (a: Stand, b: Stand) => ((a.cpu * cpus + b.cpu) * PLACES + a.point) * PLACES + b.point;
  const bothKnown = new Map<number, ReachedSet>();
  const sharedOf: number[] = [];
  const pointsOf: number[][] = seen.map(() => []);
  let taken = 0;

  function update(): void {
    const own = new Int32Array(sharedCells + ownCells);
    bothKnown.clear();
    for (; taken < sample.states.size; taken++) {
      sample.states.read(taken, state);
      const before = sharedSeen.size;
      sharedOf.push(sharedSeen.insert(state));
      if (sharedSeen.size > before) {
        shared.states.push(taken);
        shared.reached = null;
      }
      const at = points.map((read) => read?.(state) ?? 0);
      for (let cpu = 0; cpu < cpus; cpu++) {
        const point = at[cpu] as number;
        pointsOf[cpu]?.push(point);
        own.set(state.subarray(0, sharedCells));
        const from = sharedCells + cpu * ownCells;
        own.set(state.subarray(from, from + ownCells), sharedCells);
        const set = seen[cpu] as ReturnType<typeof createStateSet>;
        const known = set.size;
        set.insert(own);
        if (set.size > known) {
          const table = tables[cpu]?.get(point) ?? { states: [], reached: null };
          table.states.push(taken);
          table.reached = null;
          tables[cpu]?.set(point, table);
        }
        for (let other = cpu + 1; other < cpus; other++) {
          const key = pairKey({ cpu, point }, { cpu: other, point: at[other] as number });
          const list = together.get(key);
          if (list) list.push(taken);
          else together.set(key, [taken]);
        }
      }
    }
  }
  update();

  function sharedTable(): ReachedSet {
    shared.reached ??= collectRows(wordColumns, shared.states.length, rowOf(shared.states));
    return shared.reached;
  }

  /** The sampled states whose words an exclusion is about. */
  function* excludedStates(exclusion: Exclusion): Iterable<number> {
    const excluded = statesOf(sharedTable(), exclusion);
    for (let n = 0; n < sharedOf.length; n++) {
      const s = sharedOf[n] as number;
      if (((excluded[s >>> 5] as number) >>> (s & 31)) & 1) yield n;
    }
  }

  return {
    update,
    words: sharedTable,
    rectangle(exclusion, a, b) {
      const [first, second] = [pointsOf[a.cpu] as number[], pointsOf[b.cpu] as number[]];
      const met = new Map<number, Set<number>>();
      for (const n of excludedStates(exclusion)) {
        const [p, q] = [first[n] as number, second[n] as number];
        met.set(p, (met.get(p) ?? new Set()).add(q));
      }
      const points = [...(tables[a.cpu]?.keys() ?? [])].filter((p) => !met.get(p)?.has(b.point));
      const others = [...(tables[b.cpu]?.keys() ?? [])].filter(
        (q) => !points.some((p) => met.get(p)?.has(q)),
      );
      return [new Set(points), new Set(others)];
    },
    keeps(exclusion, stands) {
      const all = [...stands];
      for (const n of excludedStates(exclusion))
        if (all.every(([cpu, at]) => at.has(pointsOf[cpu]?.[n] as number))) return false;
      return true;
    },
    at(cpu, point) {
      const table = tables[cpu]?.get(point);
      if (!table) return null;
      const columns = [...wordColumns, ...localColumns({ cpu, point })];
      table.reached ??= collectRows(columns, table.states.length, rowOf(table.states));
      return table.reached;
    },
    both(one, other) {
      const [a, b] = one.cpu < other.cpu ? [one, other] : [other, one];
      const key = pairKey(a, b);
      const list = together.get(key) ?? [];
      const columns = [...wordColumns, ...localColumns(a), ...localColumns(b)];
      const known = bothKnown.get(key) ?? collectRows(columns, list.length, rowOf(list));
      bothKnown.set(key, known);
      return known;
    },
    among(here, cpu, others) {
      const list = (pointsOf[here.cpu] as number[]).flatMap((point, n) =>
        point === here.point && others.has(pointsOf[cpu]?.[n] as number) ? [n] : [],
      );
      return collectRows([...wordColumns, ...localColumns(here)], list.length, rowOf(list));
    },
    find([one, other], values) {
      if (!one) return -1;
      const a = other && other.cpu < one.cpu ? other : one;
      const b = other && (a === one ? other : one);
      const list = (b ? together.get(pairKey(a, b)) : tables[a.cpu]?.get(a.point)?.states) ?? [];
      const columns = [...wordColumns, ...localColumns(a), ...(b ? localColumns(b) : [])].flatMap((c) => {
        const value = values.get(c.variable);
        return value ? [{ ...c, value }] : [];
      });
      return (
        list.find((n) => {
          sample.states.read(n, state);
          return columns.every(({ read, termOf, value }) => termOf(read(state)) === value);
        }) ?? -1
      );
    },
    look(n) {
      const copy = new Int32Array(layout.cells);
      sample.states.read(n, copy);
      const at = points.map((read) => read?.(copy) ?? 0);
      const columns = new Map(
        [...wordColumns, ...at.flatMap((point, cpu) => localColumns({ cpu, point }))].map((c) => [
          c.variable,
          c,
        ]),
      );
      return {
        points: at,
        value(variable) {
          const column = columns.get(variable);
          return column ? column.termOf(column.read(copy)) : null;
        },
      };
    },
  };
}

/** The rows that an exclusion is about; those of a table with all its variables. */
function statesOf(table: ReachedSet, exclusion: Exclusion): Uint32Array {
  return exclusion
    .map((part) =>
      unionOf(
        table,
        (table.domains.get(part.variable) ?? []).filter((l) => admits(part, l.value)),
      ),
    )
    .reduce(intersection);
}

/** More than there are control points. */
const PLACES = 1 << 16;
