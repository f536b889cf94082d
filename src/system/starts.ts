/**
 * The ways in which an operation can start: one for each combination of the choices that it begins with, its
 * nodes up to the next control point copied with those choices as constants. Small operations only: the
 * choices of others stay choices.
 */
import type { ExprNode } from '../lang/nodes.ts';
import { rewriteExpression, rewritePlace } from '../lang/rewrite.ts';
import { fold } from './fold.ts';
import { type Action, type Graph, type GraphNode, type NodeId, successors } from './graph.ts';
import { isSameValue } from './initial-values.ts';
import { knownLoads } from './known-words.ts';
import { postorder } from './points.ts';

export interface Start {
  /** The operation's number in the program. */
  readonly operation: number;
  /** The answers to its first choices. */
  readonly choices: readonly number[];
  readonly node: NodeId;
}

/** Nodes that the copies of one operation may have together. */
const MOST_NODES = 5000;

export interface Separated {
  readonly graph: Graph;
  /** In the order of operations and choices. */
  readonly starts: readonly Start[];
  /** Of which node of the original graph a node is a copy; itself where it is none. */
  readonly originOf: (id: NodeId) => NodeId;
}

export function separateStarts(graph: Graph): Separated {
  const nodes = [...graph.nodes];
  const origins = new Map<NodeId, NodeId>();
  const cuts = new Map(graph.cuts);
  const points = new Set(graph.points.map((p) => p.node));
  const known = knownLoads(graph.program, graph.constants);
  const starts = graph.entries.flatMap(({ node: entry }, operation): readonly Start[] => {
    const order = [...postorder(graph.nodes, [entry], (id) => points.has(id))].reverse();
    const first = points.has(entry) ? [] : firstChoices(graph, entry, points);
    const count = first.reduce((product, choose) => product * choose.values.length, 1);
    if (first.length === 0 || count * order.length > MOST_NODES)
      return [{ operation, choices: [], node: entry }];
    return combinations(first.map((c) => c.values.length)).map((choices) => {
      const answers = new Map(first.map(({ id }, i) => [id, choices[i] as number]));
      return { operation, choices, node: copy(order, answers) };
    });
  });

  /** `order`: the nodes that a step from the first of them can come to, each after all that lead to it. */
  function copy(order: readonly NodeId[], answers: ReadonlyMap<NodeId, number>): NodeId {
    const constants = new Map<NodeId, ReadonlyMap<string, ExprNode>>([[order[0] as NodeId, new Map()]]);
    const copies = new Map<NodeId, Action>();
    for (const id of order) {
      const before = constants.get(id);
      if (before === undefined || points.has(id)) continue;
      const action = withConstants(graph.nodes[id] as GraphNode, before, answers.get(id));
      copies.set(id, action);
      const after = constantsAfter(action, before);
      for (const next of successors(action)) constants.set(next, common(constants.get(next), after));
    }
    const number = new Map([...copies.keys()].map((id, i) => [id, nodes.length + i]));
    const to = (id: NodeId) => number.get(id) ?? id;
    for (const [id, action] of copies) {
      const cut = graph.cuts.get(id);
      if (cut !== undefined) cuts.set(nodes.length, cut);
      origins.set(nodes.length, id);
      const { site, pause } = graph.nodes[id] as GraphNode;
      nodes.push({ ...redirected(action, to), site, pause });
    }
    return to(order[0] as NodeId);
  }

  function withConstants(
    node: Action,
    constants: ReadonlyMap<string, ExprNode>,
    answer: number | undefined,
  ): Action {
    const change = (e: ExprNode): ExprNode => {
      if (e.kind === 'local') return constants.get(e.name) ?? e;
      return e.kind === 'load' ? known(e) : fold(e, graph.program);
    };
    const of = (e: ExprNode) => rewriteExpression(e, change);
    switch (node.op) {
      case 'choose':
        if (answer === undefined) return node;
        return { op: 'assign', local: node.local, value: node.values[answer] as ExprNode, next: node.next };
      case 'assign':
        return { ...node, value: of(node.value) };
      case 'load': {
        const place = rewritePlace(node.place, change);
        const value = known({ kind: 'load', type: place.type, place });
        if (value.kind === 'load') return { ...node, place };
        return { op: 'assign', local: node.local, value, next: node.next };
      }
      case 'store':
        return { ...node, place: rewritePlace(node.place, change), value: of(node.value) };
      case 'branch': {
        const test = of(node.test);
        if (test.kind !== 'const') return { ...node, test };
        return { op: 'skip', next: test.value ? node.then : node.otherwise };
      }
      case 'assume':
      case 'finding':
        return { ...node, test: of(node.test) };
      case 'observe':
        return {
          ...node,
          when: node.when && of(node.when),
          effects: node.effects.map((e) => ({ place: rewritePlace(e.place, change), value: of(e.value) })),
        };
      default:
        // A primitive is a control point, or else shows what it does with its own words in a trace.
        return node;
    }
  }

  return { graph: { ...graph, nodes, cuts }, starts, originOf: (id) => origins.get(id) ?? id };
}

type Choose = Extract<Action, { op: 'choose' }> & { readonly id: NodeId };

/** The choices that every run from here comes to, unless an assumption fails first. */
function firstChoices(graph: Graph, entry: NodeId, points: ReadonlySet<NodeId>): readonly Choose[] {
  const found: Choose[] = [];
  for (let id = entry; !points.has(id); ) {
    const node = graph.nodes[id] as GraphNode;
    if (node.op === 'choose') found.push({ ...node, id });
    else if (node.op !== 'assign' && node.op !== 'skip' && node.op !== 'reach' && node.op !== 'assume') break;
    id = node.next;
  }
  return found;
}

/** All lists of numbers below these counts, the last number changing fastest. */
function combinations(counts: readonly number[]): readonly (readonly number[])[] {
  return counts.reduce<readonly (readonly number[])[]>(
    (lists, count) => lists.flatMap((list) => Array.from({ length: count }, (_, i) => [...list, i])),
    [[]],
  );
}

function constantsAfter(
  action: Action,
  before: ReadonlyMap<string, ExprNode>,
): ReadonlyMap<string, ExprNode> {
  if (action.op !== 'assign' && action.op !== 'load' && action.op !== 'choose') return before;
  const after = new Map(before);
  after.delete(action.local);
  if (action.op === 'assign' && (action.value.kind === 'const' || action.value.kind === 'address'))
    after.set(action.local, action.value);
  return after;
}

/** What two ways to a node have in common. */
function common(
  a: ReadonlyMap<string, ExprNode> | undefined,
  b: ReadonlyMap<string, ExprNode>,
): ReadonlyMap<string, ExprNode> {
  if (a === undefined || a === b) return b;
  return new Map([...a].filter(([local, value]) => isSameValue(value, b.get(local))));
}

function redirected(action: Action, to: (id: NodeId) => NodeId): Action {
  if (action.op === 'end') return action;
  if (action.op === 'branch') return { ...action, then: to(action.then), otherwise: to(action.otherwise) };
  return { ...action, next: to(action.next) };
}
