/** The states that a search has visited, as the table of a certificate. */
import type { StateTable } from '../evidence/state-table.ts';
import type { Term } from '../semantics/terms.ts';
import type { Transitions } from '../semantics/transitions.ts';
import { domainConjuncts } from './domains.ts';
import type { SearchResult } from './explicit.ts';
import { createStateReader } from './state-reader.ts';
import { type Column, createParts } from './table-parts.ts';

/** States in which all CPUs stand at the same points. */
interface Group {
  readonly points: readonly number[];
  readonly states: number[];
}

/** Which packed values variables have where one CPU is at one point. */
type ValuesThere = Map<Column, Set<number>>;

/** `domains`: which values each word takes. */
export function listStates(
  system: Transitions,
  result: Pick<SearchResult, 'compiled' | 'states' | 'visited'>,
): { readonly table: StateTable; readonly domains: readonly Term[] } {
  const { graph, state, variables } = system;
  const reader = createStateReader(system, result.compiled);
  const parts = createParts(system, reader);
  const cpus = state.pcs.map((_, cpu) => cpu);
  const packed = new Int32Array(result.compiled.layout.cells);
  const columns = variables.flatMap((variable): Column[] => {
    const read = reader.readLive(variable);
    return read ? [{ variable, read, values: new Set() }] : [];
  });
  const words = columns.filter(({ variable }) => variable.kind.is === 'word');
  const localsOf = cpus.map((cpu) => {
    const own = columns.flatMap((column) => {
      const { kind } = column.variable;
      return kind.is === 'local' && kind.cpu === cpu ? [[kind.name, column] as const] : [];
    });
    return new Map(own);
  });
  const localsAt = (cpu: number, point: number): readonly Column[] =>
    (graph.points[point - 1]?.live ?? []).flatMap((name) => localsOf[cpu]?.get(name) ?? []);
  const seen = cpus.map(() => new Map<number, ValuesThere>());

  function groupStates(): readonly Group[] {
    const pcs = columns.filter(({ variable }) => variable.kind.is === 'pc');
    const found = new Map<string, Group>();
    for (let n = 0; n < result.states; n++) {
      result.visited.read(n, packed);
      const points = pcs.map((pc) => pc.read(packed));
      const key = points.join();
      const group = found.get(key) ?? { points, states: [] };
      found.set(key, group);
      group.states.push(n);
    }
    return [...found.values()];
  }

  function noteValues({ points, states }: Group): void {
    const there = points.map((point, cpu) => {
      const known = seen[cpu]?.get(point);
      if (known) return [...known];
      const made = new Map([...words, ...localsAt(cpu, point)].map((c) => [c, new Set<number>()] as const));
      seen[cpu]?.set(point, made);
      return [...made];
    });
    for (const n of states) {
      result.visited.read(n, packed);
      for (const list of there) for (const [column, values] of list) values.add(column.read(packed));
      for (const column of words) column.values.add(column.read(packed));
    }
  }

  /** What is the same in all states; of a word that never changes that need not be said. */
  function factsOf(there: ValuesThere): readonly number[] {
    const said = [...there].flatMap(([column, values]) => {
      const [value, ...more] = values;
      const isFact = value !== undefined && more.length === 0 && column.values.size !== 1;
      return isFact ? [parts.literal(column, value)] : [];
    });
    return parts.byObject(said);
  }

  /** Which values go together in the states of a group, of what is not the same wherever one of its CPUs is there. */
  function together({ points, states }: Group): number {
    const isOpen = (column: Column) =>
      points.every((point, cpu) => seen[cpu]?.get(point)?.get(column)?.size !== 1);
    const open = [...points.flatMap((point, cpu) => localsAt(cpu, point)), ...words].filter(isOpen);
    const rows = states.map((n) => {
      result.visited.read(n, packed);
      return open.map((column) => column.read(packed));
    });
    return combinations(rows, [...open.keys()]);

    /** What is the same in all rows, and for each value of what is not, what goes with it. */
    function combinations(some: readonly (readonly number[])[], positions: readonly number[]): number {
      const [first = []] = some;
      const isSame = (i: number) => some.every((row) => row[i] === first[i]);
      const same = positions.filter(isSame);
      const [branch, ...rest] = positions.filter((i) => !same.includes(i));
      const literals = same.map((i) => parts.literal(open[i] as Column, first[i] as number));
      const said = parts.all(parts.byObject(literals));
      if (branch === undefined) return said;
      const byValue = new Map<number, (readonly number[])[]>();
      for (const row of some) {
        const list = byValue.get(row[branch] as number);
        if (list) list.push(row);
        else byValue.set(row[branch] as number, [row]);
      }
      const byRest = new Map<number, number[]>();
      for (const [value, these] of [...byValue].sort(([a], [b]) => a - b)) {
        const beyond = combinations(these, rest);
        byRest.set(beyond, [...(byRest.get(beyond) ?? []), value]);
      }
      const branches = [...byRest].map(([beyond, values]) =>
        parts.all([parts.oneOf(open[branch] as Column, values), beyond]),
      );
      return parts.all([said, parts.any(branches)]);
    }
  }

  const domainOf = ({ variable, values }: Column) =>
    [variable.term, [...values].map((value) => reader.termOf(variable, value))] as const;

  const groups = groupStates();
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
  return {
    table: { ...parts.written(), at, together: [...entries].map(([part, points]) => [part, ...points]) },
    domains: domainConjuncts(system, new Map(words.map(domainOf))),
  };
}
