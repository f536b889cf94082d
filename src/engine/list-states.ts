/** The states that a search has visited, as the table of a certificate. */
import type { StateTable } from '../evidence/state-table.ts';
import type { Term } from '../semantics/terms.ts';
import type { StateVariable, Transitions } from '../semantics/transitions.ts';
import { domainConjuncts } from './domains.ts';
import type { SearchResult } from './explicit.ts';
import { type Group, groupStates } from './state-groups.ts';
import { createStateReader } from './state-reader.ts';
import { type Column, createParts, type Said } from './table-parts.ts';

/** What is seen of one CPU at one point. */
interface There {
  readonly columns: readonly Column[];
  readonly first: Int32Array;
  /** Columns that have had their first value in all states so far. */
  same: readonly number[];
}

/** `domains`: which values each word takes. */
export function listStates(
  system: Transitions,
  result: Pick<SearchResult, 'compiled' | 'states' | 'visited'>,
): { readonly table: StateTable; readonly domains: readonly Term[] } {
  const { graph, state, variables } = system;
  const { visited } = result;
  const reader = createStateReader(system, result.compiled);
  const parts = createParts(system, reader);
  const cpus = state.pcs.map((_, cpu) => cpu);
  const packed = new Int32Array(result.compiled.layout.cells);
  const columns = variables.flatMap((variable): Column[] => {
    const read = reader.readLive(variable);
    return read ? [{ variable, read, object: objectOf(variable) }] : [];
  });
  const words = columns.filter(({ variable }) => variable.kind.is === 'word');
  const valuesOf = words.map(() => new Set<number>());
  const localsOf = cpus.map((cpu) => {
    const own = columns.flatMap((column) => {
      const { kind } = column.variable;
      return kind.is === 'local' && kind.cpu === cpu ? [[kind.name, column] as const] : [];
    });
    return new Map(own);
  });
  const localsAt = (cpu: number, point: number): readonly Column[] =>
    (graph.points[point - 1]?.live ?? []).flatMap((name) => localsOf[cpu]?.get(name) ?? []);
  const seen = cpus.map(() => new Map<number, There>());
  const pcs = columns.filter(({ variable }) => variable.kind.is === 'pc');
  const { order, groups } = groupStates(result, pcs, graph.points.length + 1);

  /** Begins with the state in `packed`. */
  function thereOf(cpu: number, point: number): There {
    const known = seen[cpu]?.get(point);
    if (known) return known;
    const here = [...words, ...localsAt(cpu, point)];
    const first = Int32Array.from(here, ({ read }) => read(packed));
    const made = { columns: here, first, same: [...here.keys()] };
    seen[cpu]?.set(point, made);
    return made;
  }

  function noteValues({ points, from, to }: Group): void {
    visited.read(order[from] as number, packed);
    const all = points.map((point, cpu) => thereOf(cpu, point));
    const last = new Int32Array(words.length).fill(-1);
    for (let i = from; i < to; i++) {
      visited.read(order[i] as number, packed);
      for (const there of all) {
        const stays = (c: number) => there.columns[c]?.read(packed) === there.first[c];
        if (!there.same.every(stays)) there.same = there.same.filter(stays);
      }
      for (let w = 0; w < words.length; w++) {
        const value = (words[w] as Column).read(packed);
        if (value !== last[w]) valuesOf[w]?.add(value);
        last[w] = value;
      }
    }
  }

  /** What is the same in all states; of a word that never changes that need not be said. */
  function factsOf({ columns: here, first, same }: There): readonly number[] {
    const said = same.flatMap((c) =>
      valuesOf[c]?.size === 1 ? [] : [parts.literal(here[c] as Column, first[c] as number)],
    );
    return parts.byObject(said);
  }

  /** Which values go together in the states of a group, of what is not the same wherever one of its CPUs is there. */
  function together({ points, from, to }: Group): number {
    const same = new Set(
      points.flatMap((point, cpu) => {
        const there = seen[cpu]?.get(point);
        return there?.same.map((c) => there.columns[c]) ?? [];
      }),
    );
    const open = [...points.flatMap((point, cpu) => localsAt(cpu, point)), ...words].filter(
      (c) => !same.has(c),
    );
    const width = open.length;
    /** The values of `open`, state by state. */
    const rows = new Int32Array((to - from) * width);
    for (let i = from; i < to; i++) {
      visited.read(order[i] as number, packed);
      for (let c = 0; c < width; c++) rows[(i - from) * width + c] = (open[c] as Column).read(packed);
    }
    return combinations(
      Array.from({ length: to - from }, (_, i) => i * width),
      [...open.keys()],
    );

    /** What is the same in all rows (these begin there), and for each value of what is not, what goes with it. */
    function combinations(some: readonly number[], positions: readonly number[]): number {
      const [first = 0] = some;
      const isSame = (c: number) => some.every((row) => rows[row + c] === rows[first + c]);
      const said: Said[] = [];
      const rest = positions.filter((c) => {
        if (!isSame(c)) return true;
        said.push(parts.literal(open[c] as Column, rows[first + c] as number));
        return false;
      });
      const common = parts.all(parts.byObject(said));
      const [branch, ...beyond] = rest;
      if (branch === undefined) return common;
      const byValue = new Map<number, number[]>();
      for (const row of some) {
        const value = rows[row + branch] as number;
        const list = byValue.get(value);
        if (list) list.push(row);
        else byValue.set(value, [row]);
      }
      const byRest = new Map<number, number[]>();
      for (const [value, these] of [...byValue].sort(([a], [b]) => a - b)) {
        const goes = combinations(these, beyond);
        const values = byRest.get(goes);
        if (values) values.push(value);
        else byRest.set(goes, [value]);
      }
      const branches = [...byRest].map(([goes, values]) =>
        parts.all([parts.oneOf(open[branch] as Column, values), goes]),
      );
      return parts.all([common, parts.any(branches)]);
    }
  }

  for (const group of groups) noteValues(group);
  const at = cpus.map((cpu) =>
    Array.from({ length: graph.points.length + 1 }, (_, point) => {
      const there = seen[cpu]?.get(point);
      return there ? factsOf(there) : null;
    }),
  );
  const entries = new Map<number, number[]>();
  for (const group of groups) {
    const part = together(group);
    const list = entries.get(part) ?? [];
    entries.set(part, list);
    list.push(...group.points);
  }
  const domains = words.map(
    ({ variable }, w) =>
      [variable.term, [...(valuesOf[w] ?? [])].map((value) => reader.termOf(variable, value))] as const,
  );
  return {
    table: { ...parts.written(), at, together: [...entries].map(([part, points]) => [part, ...points]) },
    domains: domainConjuncts(system, new Map(domains)),
  };
}

/** What a variable belongs to: much of what is said of one object is said in many places. */
function objectOf({ kind }: StateVariable): string {
  return kind.is === 'word' ? kind.name.replace(/\..*$/, '') : kind.is;
}
