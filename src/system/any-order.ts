/** A graph in which programs go through objects in whatever order, and not in the one that they were given. */

import { storageKey } from '../lang/fields.ts';
import type { ExprNode } from '../lang/nodes.ts';
import { structNamed } from '../lang/program.ts';
import type { Type } from '../lang/types.ts';
import { storageOf } from '../lang/words.ts';
import type { Action, Graph, GraphNode, NodeId } from './graph.ts';
import { initialValues, valuesOf } from './initial-values.ts';
import { namesFirst, type ObjectSort } from './interchangeable-objects.ts';
import { finish } from './points.ts';

/**
 * The graph with what a pointer of an order leads to chosen anew whenever it is read, and so a named object where it is
 * stored: it has all runs of the graph, and more. Each operation is one step.
 */
export function inAnyOrder(graph: Graph, sorts: readonly ObjectSort[]): Graph {
  const { program } = graph;
  const initial = initialValues(program);
  const nodes: GraphNode[] = [...graph.nodes];
  const locals = new Map(graph.locals);
  const order = new Set(sorts.flatMap((s) => [...s.order]));
  const structs = new Set(sorts.flatMap((s) => [...s.structs]));

  function objectsOf(type: Type): readonly ExprNode[] {
    const sort = sorts.find((s) => type.kind === 'pointer' && s.structs.has(type.struct));
    if (type.kind !== 'pointer' || !sort) return [];
    const { struct } = type;
    return Array.from({ length: sort.count }, (_, instance) => ({ kind: 'address', type, struct, instance }));
  }
  function ends(struct: string, field: string, type: Type): readonly ExprNode[] {
    const node = structNamed(program, struct);
    const storage = storageOf(node, field);
    const values = valuesOf(initial, program, node, storage).flat();
    const pastEnd = storage.sparse ? [0n] : [];
    const numbers = new Set([...pastEnd, ...values.flatMap((v) => (v.kind === 'const' ? [v.value] : []))]);
    return [...numbers].map((value) => ({ kind: 'const', type, value }));
  }
  const add = (of: GraphNode, action: Action): NodeId =>
    nodes.push({ ...action, site: of.site, pause: false }) - 1;
  const replace = (id: NodeId, action: Action): void => {
    const { site, pause } = nodes[id] as GraphNode;
    nodes[id] = { ...action, site, pause };
  };

  for (const [id, node] of graph.nodes.entries()) {
    if (node.op === 'load' && order.has(storageKey(program, node.place))) {
      const { struct, field, type } = node.place;
      const values = [...objectsOf(type), ...ends(struct, field, type)];
      const { local, next } = node;
      replace(id, { ...node, next: add(node, { op: 'choose', local, values, next }) });
    }
    if (node.op !== 'assign' && node.op !== 'store') continue;
    if (node.value.kind !== 'address' || !structs.has(node.value.struct)) continue;
    if (!namesFirst(node.site.stmt, structs)) continue;
    const { type } = node.value;
    const local = `any.${id}`;
    locals.set(local, type);
    const value: ExprNode = { kind: 'local', type, name: local };
    replace(id, { op: 'choose', local, values: objectsOf(type), next: add(node, { ...node, value }) });
  }
  // Operations that are one step have no loops left.
  return finish({ ...graph, nodes, locals }, new Set());
}
