/** Which CPU's next step commutes with all that the others may still do. */
import type { Graph, NodeId } from '../system/graph.ts';
import type { Schedule } from './final-states.ts';
import { conflict, createFootprints, type Footprint } from './footprints.ts';

/** Where a CPU is: at a control point, about to start an operation, or at the end of all. */
export type Standing =
  | { readonly at: 'point'; readonly node: NodeId }
  | { readonly at: 'start'; readonly operation: number }
  | { readonly at: 'end' };

/** The CPUs of which each alone may be considered, if it can step at all. */
export type LoneSteps = (standing: readonly Standing[]) => readonly number[];

/** What follows a death may come at any time. */
export function createLoneSteps(
  graph: Graph,
  { operations, deaths, late }: Pick<Schedule, 'operations' | 'deaths' | 'late'>,
): LoneSteps {
  const numberOf = new Map(graph.entries.map((e, i) => [e.operation, i]));
  const entry = (operation: number) => graph.entries[operation]?.node as NodeId;
  const ofCpu = (cpu: number) => [
    ...operations.filter((o) => o.cpu === cpu).map((o) => entry(o.operation)),
    ...deaths.slice(cpu, cpu + 1).map(entry),
  ];
  const prints = createFootprints(
    graph,
    Array.from({ length: graph.program.bounds.cpus }, (_, cpu) => ofCpu(cpu)),
  );
  /** By CPU and standing, each as a number: its future, with a number of its own. */
  const futures = new Map<number, { readonly number: number; readonly print: Footprint }>();
  const pointNumbers = new Map(graph.points.map(({ node }, i) => [node, i]));
  const places = graph.points.length + graph.entries.length + 1;
  const placeOf = (s: Standing): number =>
    s.at === 'point'
      ? (pointNumbers.get(s.node) as number)
      : s.at === 'start'
        ? graph.points.length + s.operation
        : places - 1;
  const known = new Map<number, boolean>();

  const operationOf = (s: Standing): number =>
    s.at === 'start'
      ? s.operation
      : (numberOf.get((s.at === 'point' && graph.nodes[s.node]?.site.calls[0]) || '') ?? -1);

  function futureOf(cpu: number, s: Standing) {
    const key = cpu * places + placeOf(s);
    const before = futures.get(key);
    if (before) return before;
    const own = operations.filter((o) => o.cpu === cpu);
    const at = own.findIndex((o) => o.operation === operationOf(s));
    const later = own.slice(at + 1).map((o) => o.operation);
    const death = deaths[cpu];
    const print = prints.union([
      ...(s.at === 'point'
        ? [prints.future(s.node)]
        : s.at === 'start'
          ? [prints.future(entry(s.operation))]
          : []),
      ...[...later, ...(death === undefined ? [] : [death])].map((o) => prints.future(entry(o))),
    ]);
    const made = { number: futures.size, print };
    futures.set(key, made);
    return made;
  }

  /** The step at `node` has nothing to do with all that another CPU may still do. */
  function isApart(node: NodeId, other: number, { number, print }: ReturnType<typeof futureOf>): boolean {
    const key = number * graph.nodes.length + node;
    const before = known.get(key);
    if (before !== undefined) return before;
    const apart = !conflict(prints.step(node, other), print);
    known.set(key, apart);
    return apart;
  }

  function choose(standing: readonly Standing[]): readonly number[] {
    const alone: number[] = [];
    standing.forEach((s, cpu) => {
      if (s.at === 'end') return;
      const node = s.at === 'point' ? s.node : entry(s.operation);
      const free = standing.every(
        (other, c) =>
          c === cpu || (other.at === 'end' && !late.includes(c)) || isApart(node, c, futureOf(c, other)),
      );
      if (free) alone.push(cpu);
    });
    return alone;
  }

  const chosen = new Map<number, readonly number[]>();
  return (standing) => {
    const key = standing.reduce((all, s) => all * places + placeOf(s), 0);
    const before = chosen.get(key);
    if (before) return before;
    const alone = choose(standing);
    chosen.set(key, alone);
    return alone;
  };
}
