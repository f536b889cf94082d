/**
 * Writes an acyclic control-flow graph as nested JavaScript blocks: a node where several ways meet is
 * placed after a labelled block that the ways break out of (the dominator tree gives the nesting).
 */
import type { NodeId } from '../system/graph.ts';

export interface Region {
  readonly entry: NodeId;
  successors(id: NodeId): readonly NodeId[];
  /** A node with one way out: its own code and the node that follows. */
  straight(id: NodeId): { readonly code: string; readonly next: NodeId } | null;
  /** Code of any other node. `go(next)` gives the code that continues at `next`. */
  code(id: NodeId, go: (next: NodeId) => string): string;
}

/** Code of everything reachable from the region's entry. The region must have no cycle. */
export function writeRegion(region: Region): string {
  const order = reversePostorder(region);
  const position = new Map(order.map((id, i) => [id, i]));
  const predecessors = new Map<NodeId, NodeId[]>(order.map((id) => [id, []]));
  for (const id of order) for (const next of region.successors(id)) predecessors.get(next)?.push(id);
  const dominator = immediateDominators(order, position, predecessors);
  const joins = new Map<NodeId, NodeId[]>();
  for (const id of order.slice(1)) {
    if ((predecessors.get(id)?.length ?? 0) < 2) continue;
    const parent = dominator.get(id) as NodeId;
    joins.set(parent, [...(joins.get(parent) ?? []), id]);
  }

  function tree(start: NodeId): string {
    const parts: string[] = [];
    for (let id = start; ; ) {
      const line = region.straight(id);
      if (!line) {
        parts.push(within(id, [...(joins.get(id) ?? [])].reverse()));
        break;
      }
      parts.push(line.code);
      if ((predecessors.get(line.next)?.length ?? 0) > 1) {
        parts.push(`break L${line.next};`);
        break;
      }
      id = line.next;
    }
    return parts.join('\n');
  }
  /** `below`: the joins that `id` dominates, the last to be reached first. */
  function within(id: NodeId, below: readonly NodeId[]): string {
    const [last, ...rest] = below;
    if (last === undefined) return region.code(id, go);
    return `L${last}: {\n${within(id, rest)}\n}\n${tree(last)}`;
  }
  function go(next: NodeId): string {
    return (predecessors.get(next)?.length ?? 0) > 1 ? `break L${next};` : tree(next);
  }
  return tree(region.entry);
}

function reversePostorder(region: Region): NodeId[] {
  const seen = new Set<NodeId>([region.entry]);
  const order: NodeId[] = [];
  const stack = [{ id: region.entry, rest: [...region.successors(region.entry)] }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const child = top.rest.shift();
    if (child === undefined) {
      order.push(top.id);
      stack.pop();
    } else if (!seen.has(child)) {
      seen.add(child);
      stack.push({ id: child, rest: [...region.successors(child)] });
    }
  }
  return order.reverse();
}

/** Cooper, Harvey and Kennedy, "A simple, fast dominance algorithm"; one pass, as there is no cycle. */
function immediateDominators(
  order: readonly NodeId[],
  position: ReadonlyMap<NodeId, number>,
  predecessors: ReadonlyMap<NodeId, readonly NodeId[]>,
): ReadonlyMap<NodeId, NodeId> {
  const dominator = new Map<NodeId, NodeId>();
  const at = (id: NodeId) => position.get(id) as number;
  const common = (a: NodeId, b: NodeId): NodeId => {
    let [x, y] = [a, b];
    while (x !== y) {
      while (at(x) > at(y)) x = dominator.get(x) as NodeId;
      while (at(y) > at(x)) y = dominator.get(y) as NodeId;
    }
    return x;
  };
  for (const id of order.slice(1)) dominator.set(id, (predecessors.get(id) as NodeId[]).reduce(common));
  return dominator;
}
