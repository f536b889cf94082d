/** The states that a search has visited, as the table of a certificate. */
import { conjunctToSmt } from '../evidence/invariant-text.ts';
import type { StateTable } from '../evidence/state-table.ts';
import type { Term } from '../semantics/terms.ts';
import type { StateVariable, Transitions } from '../semantics/transitions.ts';
import type { SearchResult } from './explicit.ts';
import { createStateReader } from './state-reader.ts';

/** One variable of the packed states. */
interface Column {
  readonly variable: StateVariable;
  read(state: Int32Array): number;
  /** The packed values that occur. */
  readonly values: Set<number>;
}

/** States in which all CPUs stand at the same points. */
interface Group {
  readonly points: readonly number[];
  readonly states: number[];
}

const AND = 0;
const OR = 1;

/** `domains`: which values each word takes. */
export function listStates(
  system: Transitions,
  result: Pick<SearchResult, 'compiled' | 'states' | 'visited'>,
): { readonly table: StateTable; readonly domains: readonly Term[] } {
  const { graph, terms, state, variables } = system;
  const reader = createStateReader(system, result.compiled);
  const cpus = state.pcs.map((_, cpu) => cpu);
  const packed = new Int32Array(result.compiled.layout.cells);
  const columns = variables.flatMap((variable): Column[] => {
    const read = reader.readLive(variable);
    return read ? [{ variable, read, values: new Set() }] : [];
  });
  const words = columns.filter(({ variable }) => variable.kind.is === 'word');
  const locals = cpus.map(
    (cpu) =>
      new Map(
        columns.flatMap((column) => {
          const { kind } = column.variable;
          return kind.is === 'local' && kind.cpu === cpu ? [[kind.name, column] as const] : [];
        }),
      ),
  );
  const localsAt = (cpu: number, point: number): readonly Column[] =>
    (graph.points[point - 1]?.live ?? []).flatMap((name) => locals[cpu]?.get(name) ?? []);

  const groups = groupStates();
  const seen = cpus.map(() => new Map<number, Map<Column, Set<number>>>());
  for (const group of groups) noteValues(group);

  const literals = new Map<string, number>();
  const nodes = new Map<string, number>();
  const numbers = new Map<Column, Map<number, number>>();

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
    const tables = points.map((point, cpu) => {
      const known = seen[cpu]?.get(point);
      if (known) return [...known];
      const made = new Map([...words, ...localsAt(cpu, point)].map((c) => [c, new Set<number>()] as const));
      seen[cpu]?.set(point, made);
      return [...made];
    });
    for (const n of states) {
      result.visited.read(n, packed);
      for (const table of tables) for (const [column, values] of table) values.add(column.read(packed));
      for (const column of words) column.values.add(column.read(packed));
    }
  }

  function literal(column: Column, value: number): number {
    const known = numbers.get(column) ?? new Map<number, number>();
    numbers.set(column, known);
    const before = known.get(value);
    if (before !== undefined) return before;
    const { term } = column.variable;
    const number = literals.size;
    literals.set(conjunctToSmt(terms.eq(term, reader.termOf(column.variable, value))), number);
    known.set(value, number);
    return number;
  }
  /** The number of a part; null where it says nothing. */
  function node(kind: number, parts: readonly number[]): number | null {
    if (parts.length <= 1) return parts[0] ?? null;
    const key = `${kind},${parts.join()}`;
    const number = nodes.get(key) ?? -1 - nodes.size;
    nodes.set(key, number);
    return number;
  }
  const oneOf = (column: Column, values: Iterable<number>): number | null =>
    node(
      OR,
      [...values].sort((a, b) => a - b).map((value) => literal(column, value)),
    );

  /** What is said of one object goes together: much of that is said in many places. */
  function byObject(said: readonly { readonly column: Column; readonly part: number }[]): number[] {
    const objects = new Map<string, number[]>();
    for (const { column, part } of said) {
      const { kind } = column.variable;
      const object = kind.is === 'word' ? kind.name.replace(/\..*$/, '') : kind.is;
      const list = objects.get(object) ?? [];
      objects.set(object, list);
      list.push(part);
    }
    return [...objects.values()].map((parts) => node(AND, parts) as number);
  }

  /** What is the same in all states; of a word that never changes that need not be said. */
  function factsAt(of: ReadonlyMap<Column, ReadonlySet<number>>): number[] {
    const said = [...of].flatMap(([column, values]) => {
      const [value, ...more] = values;
      if (value === undefined || more.length > 0 || column.values.size === 1) return [];
      return [{ column, part: literal(column, value) }];
    });
    return byObject(said);
  }

  /** Which values go together in the states of a group, of what is not the same wherever one of its CPUs is there. */
  function together({ points, states }: Group): number | null {
    const open = (column: Column) =>
      points.every((point, cpu) => seen[cpu]?.get(point)?.get(column)?.size !== 1);
    const all = [...points.flatMap((point, cpu) => localsAt(cpu, point)), ...words].filter(open);
    const rows = states.map((n) => {
      result.visited.read(n, packed);
      return all.map((column) => column.read(packed));
    });
    return combinations(rows, [...all.keys()], all);
  }
  function combinations(
    rows: readonly (readonly number[])[],
    positions: readonly number[],
    all: readonly Column[],
  ): number | null {
    const [first] = rows;
    const isFixed = (i: number) => rows.every((row) => row[i] === first?.[i]);
    const fixed = positions.filter(isFixed);
    const [branch, ...rest] = positions.filter((i) => !fixed.includes(i));
    const literals = fixed.map((i) => {
      const column = all[i] as Column;
      return { column, part: literal(column, first?.[i] as number) };
    });
    const same = node(AND, byObject(literals));
    if (branch === undefined) return same;
    const byValue = new Map<number, (readonly number[])[]>();
    for (const row of rows) {
      const value = row[branch] as number;
      const list = byValue.get(value);
      if (list) list.push(row);
      else byValue.set(value, [row]);
    }
    const byRest = new Map<number | null, number[]>();
    for (const [value, some] of [...byValue].sort(([a], [b]) => a - b)) {
      const beyond = combinations(some, rest, all);
      byRest.set(beyond, [...(byRest.get(beyond) ?? []), value]);
    }
    const branches = [...byRest].map(([beyond, values]) => {
      const here = oneOf(all[branch] as Column, values) as number;
      return beyond === null ? here : (node(AND, [here, beyond]) as number);
    });
    const either = node(OR, branches) as number;
    return same === null ? either : node(AND, [same, either]);
  }

  function domainOf({ variable, values }: Column): Term {
    const { term } = variable;
    if (term.bits === 1 && values.size === 2) return terms.true_;
    return terms.or(...[...values].map((value) => terms.eq(term, reader.termOf(variable, value))));
  }

  const places = cpus.map((cpu) =>
    Array.from({ length: graph.points.length + 1 }, (_, point) => {
      const of = seen[cpu]?.get(point);
      return of ? factsAt(of) : null;
    }),
  );
  const nothing = (): number => {
    const key = `${AND},`;
    const number = nodes.get(key) ?? -1 - nodes.size;
    nodes.set(key, number);
    return number;
  };
  const entries = new Map<number, number[]>();
  for (const group of groups) {
    const part = together(group) ?? nothing();
    const list = entries.get(part) ?? [];
    entries.set(part, list);
    list.push(...group.points);
  }
  const table = {
    literals: [...literals.keys()],
    nodes: [...nodes.keys()].map((key) => (key === `${AND},` ? [AND] : key.split(',').map(Number))),
    at: places,
    together: [...entries].map(([part, points]) => [part, ...points]),
  };
  return { table, domains: words.map(domainOf).filter((t) => t !== terms.true_) };
}
