/** Looks for data races in states: two CPUs stand before plain accesses to the same word, one of them a store. */
import type { Race } from '../evidence/trace.ts';
import type { Compiled, PlainAccess } from '../semantics/compiled.ts';
import type { Graph } from '../system/graph.ts';

/**
 * To be called with the control point of each CPU while `compiled.state` is the state; tells each race once. Two
 * accesses that can both come next are ordered by no lock, and by nothing else.
 */
export function raceDetector(
  graph: Graph,
  { accesses }: Compiled,
  tell: (race: Race) => void,
): (points: readonly number[]) => void {
  const told = new Set<string>();
  const functionAt = (point: number): string => {
    const node = graph.points[point - 1]?.node;
    return (node === undefined ? undefined : graph.nodes[node]?.site.calls.at(-1)) ?? '';
  };
  return (points) => {
    for (let a = 0; a < points.length; a++) {
      const first = accesses[points[a] as number] as PlainAccess | null;
      if (!first) continue;
      for (let b = a + 1; b < points.length; b++) {
        const second = accesses[points[b] as number] as PlainAccess | null;
        if (!second || second.field !== first.field || !(first.store || second.store)) continue;
        const word = first.word(a);
        if (word < 0 || word !== second.word(b)) continue;
        const functions = [functionAt(points[a] as number), functionAt(points[b] as number)].sort();
        const key = `${first.field} ${functions.join(' ')}`;
        if (told.has(key)) continue;
        told.add(key);
        tell({ field: first.field, functions });
      }
    }
  };
}
