/** Which CPU's next step commutes with all that the others may still do. */
import type { Graph, NodeId } from '../system/graph.ts';
import type { Schedule } from './final-states.ts';
import { conflict, createFootprints, type Footprint } from './footprints.ts';

/** Where a CPU is: 0: at the end of all; else the number of its control point, or of `aboutTo`. */
export type Standing = number;

/** By CPU: whether it alone may be considered, if it can step at all. Where each stands is given by CPU. */
export type LoneSteps = (standing: readonly Standing[], cpu: number) => boolean;

/** About to start an operation, by its number. */
export const aboutTo = ({ points }: Graph, operation: number): Standing => points.length + 1 + operation;

/** The operation that a CPU is about to start; -1 where it is at the end, or at a point. */
export const startOf = ({ points }: Graph, standing: Standing): number =>
  Math.max(standing - points.length - 1, -1);

/** What follows a death may come at any time. */
export function createLoneSteps(
  graph: Graph,
  { operations, deaths, late }: Pick<Schedule, 'operations' | 'deaths' | 'late'>,
): LoneSteps {
  const { points, entries } = graph;
  const { cpus } = graph.program.bounds;
  const numberOf = new Map(entries.map((e, i) => [e.operation, i]));
  const entry = (operation: number) => entries[operation]?.node as NodeId;
  const ofCpu = (cpu: number) => [
    ...operations.filter((o) => o.cpu === cpu).map((o) => entry(o.operation)),
    ...deaths.slice(cpu, cpu + 1).map(entry),
  ];
  const prints = createFootprints(
    graph,
    Array.from({ length: cpus }, (_, cpu) => ofCpu(cpu)),
  );
  const standings = points.length + entries.length + 1;
  const futures: (Footprint | undefined)[] = [];
  /** By CPU and standing: by another CPU and standing, 1: apart, 2: not. */
  const known: (Uint8Array | undefined)[] = [];

  const nodeOf = (s: Standing): NodeId => points[s - 1]?.node ?? entry(startOf(graph, s));
  const operationOf = (s: Standing): number =>
    s > points.length
      ? startOf(graph, s)
      : (numberOf.get((s > 0 && graph.nodes[nodeOf(s)]?.site.calls[0]) || '') ?? -1);

  function futureOf(cpu: number, s: Standing): Footprint {
    const before = futures[cpu * standings + s];
    if (before) return before;
    const own = operations.filter((o) => o.cpu === cpu);
    const at = own.findIndex((o) => o.operation === operationOf(s));
    const later = own.slice(at + 1).map((o) => o.operation);
    const made = prints.union([
      ...(s > 0 ? [prints.future(nodeOf(s))] : []),
      ...[...later, ...deaths.slice(cpu, cpu + 1)].map((o) => prints.future(entry(o))),
    ]);
    futures[cpu * standings + s] = made;
    return made;
  }

  /** The step of a CPU has nothing to do with all that another may still do. */
  function isApart(cpu: number, s: Standing, other: number, t: Standing): boolean {
    known[cpu * standings + s] ??= new Uint8Array(cpus * standings);
    const row = known[cpu * standings + s] as Uint8Array;
    const at = other * standings + t;
    const before = row[at];
    if (before) return before === 1;
    const done = t === 0 && !late.includes(other);
    const apart = done || !conflict(prints.step(nodeOf(s), other), futureOf(other, t));
    row[at] = apart ? 1 : 2;
    return apart;
  }

  return (standing, cpu) => {
    const here = standing[cpu] as Standing;
    if (here === 0) return false;
    for (let other = 0; other < cpus; other++)
      if (other !== cpu && !isApart(cpu, here, other, standing[other] as Standing)) return false;
    return true;
  };
}
