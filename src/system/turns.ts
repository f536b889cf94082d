/**
 * Where two CPUs wait for each in turn, as synchronize_rcu() waits for readers. For itself a CPU does not have to wait: it
 * is no reader, or waits for ever. So each waits for the other, CPU 0 in the second turn and CPU 1 in the first.
 */
import type { Place } from '../lang/nodes.ts';
import { type Graph, type GraphNode, type NodeId, successors } from './graph.ts';
import { postorder } from './points.ts';

export interface Turns {
  /** The numbers of the control points: of the turn in which CPU 0 is waited for, and of that for CPU 1. */
  readonly points: readonly (readonly [number, number])[];
  /** The mask of those that are waited for. */
  readonly of: Place;
}

interface Turn {
  readonly point: number;
  readonly id: NodeId;
  readonly cpu: number;
  readonly of: Place;
}

/** null: there are none. A word where there are any that are not as described, or not of two CPUs. */
export function findTurns(graph: Graph, cpus: number): Turns | null | 'other' {
  const turns = graph.points.flatMap(({ node }, i): Turn[] => {
    const waits = waitsFor(graph.nodes[node] as GraphNode);
    return waits ? [{ point: i + 1, id: node, ...waits }] : [];
  });
  const [any] = turns;
  if (!any) return null;
  if (cpus !== 2) return 'other';
  const points: [number, number][] = [];
  for (const first of turns.filter((t) => t.cpu === 0)) {
    const second = turns.find((t) => t.id === after(graph, first.id));
    if (second?.cpu !== 1 || !goesOnUnseen(graph, second.id)) return 'other';
    points.push([first.point, second.point]);
  }
  const isOfOne = new Set(turns.map((t) => `${t.of.struct}.${t.of.field}`)).size === 1;
  return isOfOne && 2 * points.length === turns.length ? { points, of: any.of } : 'other';
}

/** `MASK & (1 << CPU)` is waited to be 0, and nothing else done. */
function waitsFor(node: GraphNode): Pick<Turn, 'cpu' | 'of'> | null {
  if (node.op !== 'primitive' || node.effects.length > 0 || node.demands.length > 0 || node.lock) return null;
  const { until } = node;
  if (
    until?.kind !== 'binary' ||
    until.op !== 'eq' ||
    until.right.kind !== 'const' ||
    until.right.value !== 0n
  )
    return null;
  const mask = until.left;
  if (mask.kind !== 'binary' || mask.op !== 'band' || mask.right.kind !== 'const') return null;
  const cpu = [1n, 2n].indexOf(mask.right.value);
  if (cpu < 0 || mask.left.kind !== 'load' || mask.left.place.pointer.kind !== 'address') return null;
  return mask.left.place.index ? null : { cpu, of: mask.left.place };
}

/** The node that follows where nothing is done in between. */
function after(graph: Graph, id: NodeId): NodeId | undefined {
  let [next] = successors(graph.nodes[id] as GraphNode);
  while (next !== undefined && graph.nodes[next]?.op === 'skip')
    [next] = successors(graph.nodes[next] as GraphNode);
  return next;
}

/** Up to where the CPU stops again, nothing happens that another could see, or that is chosen. */
function goesOnUnseen(graph: Graph, id: NodeId): boolean {
  const points = new Set(graph.points.map((p) => p.node));
  const stop = (n: NodeId) => n !== id && points.has(n);
  const seen = new Set<GraphNode['op']>(['observe', 'judge', 'choose', 'finding', 'end']);
  return postorder(graph.nodes, [id], stop).every(
    (n) => stop(n) || !seen.has((graph.nodes[n] as GraphNode).op),
  );
}
