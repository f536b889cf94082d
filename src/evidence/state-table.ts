/**
 * The states of several CPUs as a table: for the control points at which CPUs stand together, what holds there. It is
 * an invariant by itself, and so is written in a certificate; with many thousand combinations of control points it
 * is looked up, and only what has to do with a step is ever made a formula.
 */
import { type Formula, join, mapped, termsIn } from '../semantics/formula.ts';
import { substitute } from '../semantics/substitute.ts';
import type { Term } from '../semantics/terms.ts';
import { isAt, type Transitions } from '../semantics/transitions.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { conjunctReader } from './invariant-text.ts';
import { knownValues } from './known-values.ts';
import { variablesIn } from './local-facts.ts';

/**
 * A part is a literal, by its number, or a node, by -1 less its number. The table says that for one entry of
 * `together`, and there for one combination of control points, every CPU stands at its point, what is said of the CPU
 * there holds, and the part of the entry holds.
 */
export interface StateTable {
  /** SMT-LIB terms of truth values. */
  readonly literals: readonly string[];
  /** `[0, ...parts]`: all of them hold; `[1, ...parts]`: one of them does. They are earlier nodes, or literals. */
  readonly nodes: readonly (readonly number[])[];
  /** By CPU and control point: parts that all hold while the CPU is there; null where it never is. */
  readonly at: readonly (readonly (readonly number[] | null)[])[];
  /** A part, followed by combinations of control points, one point for each CPU. */
  readonly together: readonly (readonly number[])[];
}

/** Whether what was read from a file has the shape of a table. */
export function isStateTable(x: unknown): x is StateTable {
  const { literals, nodes, at, together } = (x ?? {}) as Record<string, unknown>;
  const isList = (of: (y: unknown) => boolean) => (y: unknown) => Array.isArray(y) && y.every(of);
  const numbers = isList(Number.isInteger);
  return (
    isList((y) => typeof y === 'string')(literals) &&
    isList(numbers)(nodes) &&
    isList(isList((y) => y === null || numbers(y)))(at) &&
    isList(numbers)(together)
  );
}

/** How large it is, for a reader. */
export function saysTable({ at, together, nodes }: StateTable): string {
  const points = together.reduce((sum, entry) => sum + entry.length - 1, 0);
  return `${points / at.length} combinations of control points, ${nodes.length} nodes`;
}

/** Where other CPUs may stand, and what holds then. */
export interface Row {
  /** One of these combinations: a point for each CPU, the one that looks among them. */
  readonly points: readonly (readonly number[])[];
  readonly holds: Formula;
}

/** The table as one CPU sees it at a control point. */
export interface View {
  /** Which values variables have there, each by itself. */
  readonly facts: readonly Term[];
  /** One of the rows holds besides; they do not say again what is the same in all of them, nor what locals of others are. */
  readonly rows: readonly Row[];
}

export interface TableViews {
  /** All that the table says of a state in which variables have these values. */
  of(value: (variable: Term) => Term): Formula;
  /** Null where the CPU never is. */
  at(cpu: number, point: number): View | null;
  /**
   * That a step of the CPU from a state of the table, which ends at that point, ends in one, too: `value` gives what
   * variables have then, and leaves what stays. Other CPUs stay where they are, and so do their locals.
   */
  thereafter(cpu: number, point: number, value: (variable: Term) => Term): Formula;
}

/** Rows with the same parts, these by number. */
interface Group {
  readonly points: (readonly number[])[];
  readonly parts: readonly number[];
}

/** Errors: PagedeedError PD0401 where the table is corrupt. */
export function readStateTable(system: Transitions, table: StateTable): TableViews {
  const { terms, state } = system;
  const cpus = state.pcs.length;
  const read = conjunctReader(system);
  const literals = table.literals.map(read);
  const nodes: Formula[] = [];
  const refuse = (what: string): never => {
    throw new PagedeedError({ code: 'PD0401', message: `the table of states has ${what}`, place: 'states' });
  };
  const part = (n: number): Formula =>
    (n >= 0 ? literals[n] : nodes[-1 - n]) ?? refuse(`no part of the number ${n}`);
  for (const [kind, ...parts] of table.nodes) {
    if (kind !== 0 && kind !== 1) refuse('a node that is neither and nor or');
    nodes.push(join(terms, kind === 0 ? 'and' : 'or', parts.map(part)));
  }
  if (table.at.length !== cpus) refuse(`the points of ${table.at.length} CPUs, not of ${cpus}`);
  for (const parts of table.at.flat()) parts?.forEach(part);
  const partsAt = (cpu: number, point: number) => table.at[cpu]?.[point];
  const combinations = table.together.map(([holds = Number.NaN, ...points]) => {
    part(holds);
    if (points.length % cpus !== 0) refuse('a combination that lacks a CPU');
    for (const [k, point] of points.entries())
      if (!partsAt(k % cpus, point)) refuse(`the control point ${point}, of which nothing is said`);
    return Array.from({ length: points.length / cpus }, (_, i) => points.slice(i * cpus, (i + 1) * cpus));
  });

  const localsOf = state.locals.map((of) => new Set(of.values()));
  /** What is said of each CPU where words take part: of its locals alone, no other CPU's step changes anything. */
  const outside = table.at.map((points, cpu) =>
    points.map((parts) =>
      parts?.filter((n) =>
        termsIn([part(n)]).some((t) => [...variablesIn(t)].some((v) => !localsOf[cpu]?.has(v))),
      ),
    ),
  );
  const groups = state.pcs.map((_, cpu) => groupsBy(cpu));

  /** By control point of a CPU. */
  function groupsBy(cpu: number): readonly (readonly Group[])[] {
    const found = table.at[cpu]?.map(() => new Map<string, Group>()) ?? [];
    for (const [i, some] of combinations.entries())
      for (const points of some) {
        const here = points[cpu] as number;
        const others = points.flatMap((point, other) =>
          other === cpu ? [] : (outside[other]?.[point] ?? []),
        );
        const parts = [...others, table.together[i]?.[0] as number];
        const key = parts.join();
        const group = found[here]?.get(key) ?? { points: [], parts };
        found[here]?.set(key, group);
        group.points.push(points);
      }
    return found.map((byParts) => [...byParts.values()]);
  }

  const factsAt = (cpu: number, point: number): Formula =>
    join(terms, 'and', (partsAt(cpu, point) ?? []).map(part));

  /** `value`: what variables have, where no fact gives them one. */
  function rowsAt(cpu: number, point: number, value: (variable: Term) => Term): readonly Row[] {
    const given = knownValues(terms, factsAt(cpu, point));
    const meaning = (t: Term) =>
      substitute(terms, t, (v) => {
        const [only, ...more] = given.get(v) ?? [];
        return only && more.length === 0 ? only : value(v);
      });
    const known = new Map<Formula, Formula>();
    return (groups[cpu]?.[point] ?? []).map(({ points, parts }) => ({
      points,
      holds: join(
        terms,
        'and',
        parts.map((n) => mapped(terms, part(n), meaning, known)),
      ),
    }));
  }
  return {
    of(value) {
      const known = new Map<Formula, Formula>();
      const then = (f: Formula) => mapped(terms, f, (t) => substitute(terms, t, value), known);
      const rows = combinations.flatMap((some, i) =>
        some.map((points) => {
          const places = points.map((point, cpu) => then(isAt(system, { cpu, point })));
          const facts = points.map((point, cpu) => then(factsAt(cpu, point)));
          return join(terms, 'and', [...places, ...facts, then(part(table.together[i]?.[0] as number))]);
        }),
      );
      return join(terms, 'or', rows);
    },
    at(cpu, point) {
      if (!partsAt(cpu, point)) return null;
      const rows = groups[cpu]?.[point] ?? [];
      const anywhere = join(
        terms,
        'or',
        rows.map(({ parts }) => join(terms, 'and', parts.map(part))),
      );
      const known = knownValues(terms, join(terms, 'and', [factsAt(cpu, point), anywhere]));
      const facts = [...known].map(([v, some]) => terms.or(...[...some].map((x) => terms.eq(v, x))));
      return { facts, rows: rowsAt(cpu, point, (v) => v) };
    },
    thereafter(cpu, point, value) {
      if (!partsAt(cpu, point)) return terms.false_;
      const then = mapped(terms, factsAt(cpu, point), (t) => substitute(terms, t, value));
      return join(terms, 'and', [then, oneOf(system, cpu, rowsAt(cpu, point, value), value)]);
    },
  };
}

/** One of the rows holds, and the others stand where it says; `value` may say where that is. */
export function oneOf(
  system: Transitions,
  cpu: number,
  rows: readonly Row[],
  value: (variable: Term) => Term = (v) => v,
): Formula {
  const { terms, state } = system;
  const stand = (points: readonly number[]) =>
    join(
      terms,
      'and',
      state.pcs.flatMap((_, other) =>
        other === cpu
          ? []
          : [substitute(terms, isAt(system, { cpu: other, point: points[other] as number }), value)],
      ),
    );
  const each = rows.map(({ points, holds }) =>
    join(terms, 'and', [join(terms, 'or', points.map(stand)), holds]),
  );
  return join(terms, 'or', each);
}
