/** How the code of a step returns before its end. */
import { type GraphNode, type NodeId, successors } from '../system/graph.ts';
import { postorder } from '../system/points.ts';
import type { CodeContext } from './code-context.ts';
import { CHANGED, NO_SUCCESSOR } from './compiled.ts';

export interface StepExits {
  /** A segment that begins at this node is to be written. */
  enter(from: NodeId): void;
  /** Returns from a node with `ended`, and that the state has changed if a store may come before the node. */
  leave(id: NodeId, ended: number): string;
  /** What the code does where its task dies. */
  oops(id: NodeId): string;
}

/** Exits of the segments of the context's graph, one segment after the other. */
export function stepExits({ graph, pointNumber }: CodeContext): StepExits {
  /** The nodes of the segment being written that come after a store. */
  let stored: ReadonlySet<NodeId> = new Set();

  const leave = (id: NodeId, ended: number) => `return ${stored.has(id) ? ended | CHANGED : ended};`;

  /** A node with several stores counts as after one: its own findings may come between them. */
  function afterStores(from: NodeId): ReadonlySet<NodeId> {
    const after = new Set<NodeId>();
    const order = postorder(graph.nodes, [from], (id) => pointNumber.has(id));
    for (const id of [...order].reverse()) {
      const node = graph.nodes[id] as GraphNode;
      const several = (node.op === 'primitive' || node.op === 'observe') && node.effects.length > 0;
      if (several) after.add(id);
      if (several || node.op === 'store' || after.has(id))
        for (const next of successors(node)) after.add(next);
    }
    return after;
  }

  return {
    enter(from) {
      stored = afterStores(from);
    },
    leave,
    oops: (id) => (graph.program.afterOops ? 'return die(cpu, n);' : leave(id, NO_SUCCESSOR)),
  };
}
