/** What of a program may be exchanged without a run becoming none. */

import { inAnyOrder } from './any-order.ts';
import type { Graph } from './graph.ts';
import { type CpuSort, interchangeableCpus } from './interchangeable-cpus.ts';
import { interchangeableObjects, type ObjectSort } from './interchangeable-objects.ts';

export interface Symmetry {
  readonly cpus: CpuSort | null;
  readonly objects: readonly ObjectSort[];
  /** The graph to be searched: it has all runs of the given one, and may have more. */
  readonly graph: Graph;
  readonly given: Graph;
}

/**
 * null: nothing may. Objects are looked at where each operation is one step, CPUs where there are several. Where the
 * order of locks matters, objects with locks are told apart.
 */
export function symmetryOf(graph: Graph, lockOrder: boolean): Symmetry | null {
  const cpus = interchangeableCpus(graph);
  if (cpus) return { cpus, objects: [], graph, given: graph };
  const { program, whole } = graph;
  const hasLock = ({ structs }: ObjectSort) =>
    program.structs.some((s) => structs.has(s.name) && s.fields.some((f) => f.lock));
  const objects = whole ? interchangeableObjects(program).filter((o) => !lockOrder || !hasLock(o)) : [];
  return objects.length > 0 ? { cpus, objects, graph: inAnyOrder(graph, objects), given: graph } : null;
}

/** `CPUs`, `files`... */
export const interchangeable = ({ cpus, objects }: Symmetry): readonly string[] => [
  ...(cpus ? ['CPUs'] : []),
  ...objects.map((o) => o.name),
];
