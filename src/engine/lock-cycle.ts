/** Cycles in the relation "is held while another is taken" between locks. */
import type { LockEdge } from '../evidence/interpreter.ts';
import { lockWords } from '../lang/fields.ts';
import type { Program } from '../lang/program.ts';

/** A shortest cycle, each edge taking the lock that the next edge holds; null if there is none. */
export function lockCycle(edges: readonly LockEdge[]): readonly LockEdge[] | null {
  let shortest: readonly LockEdge[] | null = null;
  for (const edge of edges) {
    const back = path(edges, edge.taken, edge.held);
    if (back && (shortest === null || back.length + 1 < shortest.length)) shortest = [edge, ...back];
  }
  return shortest;
}

/** A shortest path from one lock to another, breadth first in the order of the edges. */
function path(edges: readonly LockEdge[], from: string, to: string): readonly LockEdge[] | null {
  const seen = new Set([from]);
  let paths: (readonly LockEdge[])[] = [[]];
  while (paths.length > 0) {
    const longer: (readonly LockEdge[])[] = [];
    for (const taken of paths)
      for (const edge of edges) {
        if (edge.held !== (taken.at(-1)?.taken ?? from)) continue;
        if (edge.taken === to) return [...taken, edge];
        if (seen.has(edge.taken)) continue;
        seen.add(edge.taken);
        longer.push([...taken, edge]);
      }
    paths = longer;
  }
  return null;
}

/**
 * All locks in an order in which each edge goes forward; null where there is a cycle. Keys are `held -> taken`. Of locks
 * of which none is held with another any order will do.
 */
export function lockOrderOf(keys: Iterable<string>, program: Program): readonly string[] | null {
  const edges = [...keys].map((key) => key.split(' -> ') as [string, string]);
  const waiting = new Set(edges.flat().sort());
  const order: string[] = [];
  while (waiting.size > 0) {
    const next = [...waiting].find((lock) =>
      edges.every(([held, taken]) => taken !== lock || !waiting.has(held)),
    );
    if (next === undefined) return null;
    waiting.delete(next);
    order.push(next);
  }
  return order.length > 0 ? order : lockWords(program).map((w) => w.name);
}
