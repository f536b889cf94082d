/** What of a program may be exchanged without a run becoming none. */

import { lockFields } from '../lang/fields.ts';
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

/** Nodes in which an order is left open: a step has no room for many more choices. */
const MOST_CHOSEN = 32;

/** What is asked of a search that tells apart what nothing else does. */
export interface Asked {
  /** Which locks are taken while which are held, by name. */
  readonly lockOrder?: boolean;
  /** Which code is run: of a loop that ends with the first of several objects, it depends on which that is. */
  readonly reach?: boolean;
}

/** null: nothing may. Objects are looked at where each operation is one step, CPUs where there are several. */
export function symmetryOf(graph: Graph, { lockOrder = false, reach = false }: Asked = {}): Symmetry | null {
  const { program, whole } = graph;
  const locks = lockFields(program.structs);
  const cpus = interchangeableCpus(graph);
  if (cpus && !(lockOrder && [...cpus.own].some((key) => locks.has(key))))
    return { cpus, objects: [], graph, given: graph };
  const hasLock = ({ structs }: ObjectSort) => [...locks].some((key) => structs.has(key.split('.')[0] ?? ''));
  const objects =
    whole && !reach ? interchangeableObjects(program).filter((o) => !lockOrder || !hasLock(o)) : [];
  if (objects.length === 0) return null;
  const any = inAnyOrder(graph, objects);
  const chosen = any.nodes.length - graph.nodes.length;
  return chosen > MOST_CHOSEN ? null : { cpus: null, objects, graph: any, given: graph };
}

/** `CPUs`, `files`... */
export const interchangeable = ({ cpus, objects }: Symmetry): readonly string[] => [
  ...(cpus ? ['CPUs'] : []),
  ...objects.map((o) => o.name),
];
