/**
 * Where two CPUs wait for each in turn, as synchronize_rcu() waits for readers. For itself a CPU does not have to wait: it
 * is no reader, or waits for ever. So each waits for the other, CPU 0 in the second turn and CPU 1 in the first.
 */
import type { Place } from '../lang/nodes.ts';
import { structNamed } from '../lang/program.ts';
import { wordName } from '../lang/words.ts';
import { type Graph, type GraphNode, type NodeId, successors } from './graph.ts';
import { postorder } from './points.ts';

export interface Turns {
  /** The numbers of the control points: of the turn in which CPU 0 is waited for, and of that for CPU 1. */
  readonly points: readonly (readonly [number, number])[];
  /** The mask of those that are waited for. */
  readonly of: Place;
}

/** Which of its objects a turn's word belongs to. */
export const instanceOf = ({ pointer }: Place): number => (pointer.kind === 'address' ? pointer.instance : 0);

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
  const before = predecessors(graph);
  const points: [number, number][] = [];
  for (const first of turns.filter((t) => t.cpu === 0)) {
    const second = turns.find((t) => t.id === after(graph, first.id, before));
    if (second?.cpu !== 1 || !goesOnUnseen(graph, second.id)) return 'other';
    points.push([first.point, second.point]);
  }
  const words = turns.map(({ of: { struct, field }, of }) =>
    wordName({ struct, instance: instanceOf(of), field }),
  );
  const isOfOne = new Set(words).size === 1;
  const isLasting = !structNamed(graph.program, any.of.struct).mortal;
  return isOfOne && isLasting && 2 * points.length === turns.length ? { points, of: any.of } : 'other';
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

/** How many nodes lead to each. */
function predecessors({ nodes, entries }: Graph): ReadonlyMap<NodeId, number> {
  const count = new Map(entries.map((e) => [e.node, 1]));
  const reachable = postorder(nodes, [...count.keys()]);
  for (const next of reachable.flatMap((id) => successors(nodes[id] as GraphNode)))
    count.set(next, (count.get(next) ?? 0) + 1);
  return count;
}

/** The node that follows, where nothing is done in between and nothing else leads there. */
function after(graph: Graph, id: NodeId, before: ReadonlyMap<NodeId, number>): NodeId | undefined {
  let [next] = successors(graph.nodes[id] as GraphNode);
  while (next !== undefined && before.get(next) === 1 && graph.nodes[next]?.op === 'skip')
    [next] = successors(graph.nodes[next] as GraphNode);
  return next !== undefined && before.get(next) === 1 ? next : undefined;
}

const UNSEEN: ReadonlySet<GraphNode['op']> = new Set(['skip', 'assign', 'branch', 'reach']);

/** Up to where the CPU stops again, there is nothing that another could see, that is chosen, or that can fail. */
function goesOnUnseen(graph: Graph, id: NodeId): boolean {
  const points = new Set(graph.points.map((p) => p.node));
  const stop = (n: NodeId) => n !== id && points.has(n);
  return postorder(graph.nodes, [id], stop).every(
    (n) => n === id || stop(n) || UNSEEN.has((graph.nodes[n] as GraphNode).op),
  );
}
