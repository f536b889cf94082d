/** Where steps can end. */
import type { NamedStep, Transitions } from '../semantics/transitions.ts';
import { type GraphNode, successors } from '../system/graph.ts';
import { postorderUpTo } from '../system/points.ts';

/** By control point, 0 for idle: the steps, of those given, that can lead there. */
export function stepsInto(
  { graph, setting }: Transitions,
  steps: readonly NamedStep[],
): ReadonlyMap<number, ReadonlySet<NamedStep>> {
  const into = new Map<number, Set<NamedStep>>();
  for (const step of steps)
    for (const id of postorderUpTo(graph.nodes, successors(graph.nodes[step.node] as GraphNode), (n) =>
      setting.pointAt.has(n),
    )) {
      const point = graph.nodes[id]?.op === 'end' ? 0 : setting.pointAt.get(id);
      if (point !== undefined) into.set(point, (into.get(point) ?? new Set()).add(step));
    }
  return into;
}
