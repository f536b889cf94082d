/**
 * Which control points a CPU may pass without stopping: its next access there commutes with whatever other CPUs
 * do meanwhile, if all keep to a discipline of locks that the search checks (Lipton, "Reduction", 1975; Stoller
 * and Cohen, "Optimistic synchronization-based state-space reduction", 2003).
 */

import { storageKey } from '../lang/fields.ts';
import type { ExprNode, Place } from '../lang/nodes.ts';
import { structNamed } from '../lang/program.ts';
import { eachExpression, placeExpressions } from '../lang/walk.ts';
import type { Graph, GraphNode, NodeId } from './graph.ts';
import { expressionsIn, postorder } from './points.ts';

/** `access`: of a word that some lock may protect; `release`: of a lock, which only lets others go on. */
export interface Mover {
  readonly kind: 'access' | 'release';
  /** `STRUCT.FIELD` of the word's, or the lock's, storage. */
  readonly field: string;
}

export interface Movers {
  /** By control point, from 1; null where the CPU has to stop. Index 0 is unused. */
  readonly at: readonly (Mover | null)[];
  /** The locks whose words only taking and dropping them touches, as `STRUCT.FIELD`. */
  readonly locks: ReadonlySet<string>;
}

export function findMovers(graph: Graph): Movers {
  const { program, nodes, points } = graph;
  const keyOf = (place: Place) => storageKey(program, place);
  const isPoint = new Set(points.map((p) => p.node));
  const reachable = postorder(
    nodes,
    graph.entries.map((e) => e.node),
  ).map((id) => nodes[id] as GraphNode);

  /** Words that are looked at in other ways than by a CPU's own loads and stores. */
  const touched = new Set<string>();
  /** Locks used otherwise than by waiting for them, taking them and dropping them. */
  const spoilt = new Set<string>();
  const note = (roots: readonly ExprNode[], own: string | null) => {
    for (const root of roots)
      for (const node of eachExpression(root))
        if (node.kind === 'load') {
          touched.add(keyOf(node.place));
          if (keyOf(node.place) !== own) spoilt.add(keyOf(node.place));
        }
  };
  note(
    program.properties.map((p) => p.holds),
    null,
  );
  for (const node of reachable) {
    if (node.op === 'load' || node.op === 'store') {
      spoilt.add(keyOf(node.place));
      if (node.place.access !== 'plain') touched.add(keyOf(node.place));
    }
    if (node.op !== 'primitive' && node.op !== 'observe') continue;
    const own = node.op === 'primitive' && node.lock ? keyOf(node.lock.place) : null;
    note(expressionsIn(node), own);
    for (const { place } of node.effects) {
      touched.add(keyOf(place));
      if (keyOf(place) !== own) spoilt.add(keyOf(place));
    }
  }

  const lasting = (place: Place) => !structNamed(program, place.struct).mortal;
  const locks = new Set(
    program.structs.flatMap((s) =>
      s.mortal ? [] : s.fields.filter((f) => f.lock).map((f) => `${s.name}.${f.name}`),
    ),
  );
  for (const field of spoilt) locks.delete(field);

  /** Nothing else can see what happens from here to where the CPU stops again, or chooses. */
  function isUnseen(from: NodeId): boolean {
    const stop = (id: NodeId) => id !== from && isPoint.has(id);
    return postorder(nodes, [from], stop).every((id) => {
      const { op } = nodes[id] as GraphNode;
      return stop(id) || (op !== 'observe' && op !== 'judge' && op !== 'choose');
    });
  }

  function moverAt(id: NodeId): Mover | null {
    const node = nodes[id] as GraphNode;
    if ((node.op === 'load' || node.op === 'store') && lasting(node.place)) {
      const field = keyOf(node.place);
      return !touched.has(field) && isUnseen(id) ? { kind: 'access', field } : null;
    }
    if (node.op !== 'primitive' || node.lock?.does !== 'release') return null;
    const field = keyOf(node.lock.place);
    const indirect = placeExpressions(node.lock.place).some((e) =>
      [...eachExpression(e)].some((n) => n.kind === 'load'),
    );
    return locks.has(field) && !indirect && isUnseen(id) ? { kind: 'release', field } : null;
  }
  return { at: [null, ...points.map((p) => moverAt(p.node))], locks };
}
