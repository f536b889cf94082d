/**
 * Which control points a CPU may pass without stopping: its next access there commutes with whatever other CPUs
 * do meanwhile, if all keep to a discipline of locks that the search checks (Lipton, "Reduction", 1975; Stoller
 * and Cohen, "Optimistic synchronization-based state-space reduction", 2003).
 */

import { lockFields, storageKey } from '../lang/fields.ts';
import type { ExprNode, Place } from '../lang/nodes.ts';
import { predicatesOf, structNamed } from '../lang/program.ts';
import { eachExpression } from '../lang/walk.ts';
import type { Graph, GraphNode, NodeId } from './graph.ts';
import { expressionsIn, postorder } from './points.ts';

/**
 * `access`: of a word that some lock may protect. `acquire`: of a lock, which others could as well find taken
 * later. `release`: of a lock, which only lets others go on. `other`: of a word that anybody may access, where
 * nothing else happens until the CPU stops again.
 */
export interface Mover {
  readonly kind: 'access' | 'acquire' | 'release' | 'other';
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
  note(predicatesOf(program), null);
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
  const locks = new Set(lockFields(program.structs.filter((s) => !s.mortal)));
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
    if (!isUnseen(id)) return null;
    if (node.op === 'load' || node.op === 'store') {
      const field = keyOf(node.place);
      return { kind: lasting(node.place) && !touched.has(field) ? 'access' : 'other', field };
    }
    if (node.op !== 'primitive' || !node.lock) return null;
    const field = keyOf(node.lock.place);
    return locks.has(field) && isOnlyAbout(node, field) ? { kind: node.lock.does, field } : null;
  }

  /** The primitive reads and stores nothing but the word of its lock. */
  function isOnlyAbout(node: Extract<GraphNode, { op: 'primitive' }>, field: string): boolean {
    const loads = [...expressionsIn(node)].flatMap((root) => [...eachExpression(root)]);
    return (
      loads.every((n) => n.kind !== 'load' || keyOf(n.place) === field) &&
      node.effects.every((e) => keyOf(e.place) === field)
    );
  }
  return { at: [null, ...points.map((p) => moverAt(p.node))], locks };
}
