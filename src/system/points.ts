/** Which nodes are control points, and which locals must be remembered there. */
import type { ExprNode, Place } from '../lang/nodes.ts';
import { structNamed } from '../lang/program.ts';
import { eachExpression, placeExpressions } from '../lang/walk.ts';
import { storageOf } from '../lang/words.ts';
import { type Action, type Graph, type GraphNode, type NodeId, successors } from './graph.ts';

/** The expressions that an action evaluates. */
export function expressionsIn(action: Action): readonly ExprNode[] {
  switch (action.op) {
    case 'assign':
      return [action.value];
    case 'load':
      return placeExpressions(action.place);
    case 'store':
      return [...placeExpressions(action.place), action.value];
    case 'primitive':
      return [
        ...(action.until ? [action.until] : []),
        ...action.demands.map((d) => d.holds),
        ...action.effects.flatMap((e) => [...placeExpressions(e.place), e.value]),
        ...(action.lock ? placeExpressions(action.lock.place) : []),
      ];
    case 'observe':
      return [
        ...(action.when ? [action.when] : []),
        ...action.effects.flatMap((e) => [...placeExpressions(e.place), e.value]),
      ];
    case 'branch':
    case 'assume':
    case 'finding':
      return [action.test];
    default:
      return [];
  }
}

function localsRead(action: Action): readonly string[] {
  const names: string[] = [];
  for (const root of expressionsIn(action))
    for (const node of eachExpression(root)) if (node.kind === 'local') names.push(node.name);
  return names;
}

const localWritten = (action: Action): string | null =>
  action.op === 'assign' || action.op === 'load' || action.op === 'choose' ? action.local : null;

/**
 * Nodes reachable from the roots, each after all that can follow it where the graph has no cycle. Where it is to
 * `stop`, the way ends, but for a root, at which it begins.
 */
export function postorder(
  nodes: readonly GraphNode[],
  roots: readonly NodeId[],
  stop: (id: NodeId) => boolean = () => false,
): readonly NodeId[] {
  return inPostorder(nodes, roots, (id, root) => id !== root && stop(id));
}

/** The same, where a way may also end at a root. */
export function postorderUpTo(
  nodes: readonly GraphNode[],
  roots: readonly NodeId[],
  stop: (id: NodeId) => boolean,
): readonly NodeId[] {
  return inPostorder(nodes, roots, stop);
}

function inPostorder(
  nodes: readonly GraphNode[],
  roots: readonly NodeId[],
  stop: (id: NodeId, root: NodeId) => boolean,
): readonly NodeId[] {
  const seen = new Set<NodeId>();
  const order: NodeId[] = [];
  for (const root of roots) {
    const stack: { id: NodeId; rest: NodeId[] }[] = [];
    const push = (id: NodeId) => {
      if (seen.has(id)) return;
      seen.add(id);
      const node = nodes[id] as GraphNode;
      stack.push({ id, rest: stop(id, root) ? [] : [...successors(node)] });
    };
    push(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const child = top.rest.shift();
      if (child !== undefined) push(child);
      else {
        order.push(top.id);
        stack.pop();
      }
    }
  }
  return order;
}

/** Whether another CPU could see, or change, what this node reads or writes; that its object lives included. */
function isShared(node: GraphNode, graph: Graph): boolean {
  if (!node.pause) return false;
  const shared = (place: Place) => {
    const struct = structNamed(graph.program, place.struct);
    return struct.mortal || !graph.constants.has(`${struct.name}.${storageOf(struct, place.field).name}`);
  };
  if (node.op === 'load' || node.op === 'store') return shared(node.place);
  return node.op === 'primitive';
}

/** Live locals at the entry of each reachable node, as a set of names. */
function liveness(
  nodes: readonly GraphNode[],
  order: readonly NodeId[],
): ReadonlyMap<NodeId, ReadonlySet<string>> {
  const live = new Map<NodeId, Set<string>>(
    order.map((id) => [id, new Set(localsRead(nodes[id] as GraphNode))]),
  );
  for (let changed = true; changed; ) {
    changed = false;
    for (const id of order) {
      const node = nodes[id] as GraphNode;
      const here = live.get(id) as Set<string>;
      const before = here.size;
      const written = localWritten(node);
      for (const next of successors(node))
        for (const name of live.get(next) ?? []) if (name !== written) here.add(name);
      if (here.size !== before) changed = true;
    }
  }
  return live;
}

/** Loop heads that can come round to themselves with no other point between: there a step must end. */
function headsWithoutPoint(
  nodes: readonly GraphNode[],
  loopHeads: ReadonlySet<NodeId>,
  isPoint: (id: NodeId) => boolean,
): ReadonlySet<NodeId> {
  const chosen = new Set<NodeId>();
  for (const head of loopHeads) {
    const seen = new Set<NodeId>();
    const stack = [...successors(nodes[head] as GraphNode)];
    for (let id = stack.pop(); id !== undefined && !seen.has(head); id = stack.pop()) {
      if (seen.has(id) || isPoint(id) || chosen.has(id)) continue;
      seen.add(id);
      stack.push(...successors(nodes[id] as GraphNode));
    }
    if (seen.has(head)) chosen.add(head);
  }
  return chosen;
}

/** Chooses the control points, drops assignments that nobody reads, and finds what each point remembers. */
export function finish(graph: Graph, loopHeads: ReadonlySet<NodeId>): Graph {
  const order = postorder(
    graph.nodes,
    graph.entries.map((e) => e.node),
  );
  const live = liveness(graph.nodes, order);
  const isAccess = (id: NodeId) => !graph.whole && isShared(graph.nodes[id] as GraphNode, graph);
  const heads = headsWithoutPoint(graph.nodes, loopHeads, isAccess);
  const isPoint = (id: NodeId) => heads.has(id) || isAccess(id);
  const reachable = [...order].sort((a, b) => b - a);
  const nodes = graph.nodes.map((node): GraphNode => {
    if (node.op !== 'assign' || live.get(node.next)?.has(node.local)) return node;
    return { op: 'skip', next: node.next, pause: node.pause, site: node.site };
  });
  const points = reachable
    .filter(isPoint)
    .map((node) => ({ node, live: [...(live.get(node) ?? [])].sort() }));
  return { ...graph, nodes, points, live };
}
