/** What was found by runs that may be longer than others, by runs that are as short as any. */
import type { Graph } from '../system/graph.ts';
import type { Symmetry } from '../system/symmetry.ts';
import { type SearchOptions, type SearchResult, searchStates } from './explicit.ts';

/** Of how many more states such a search may have, and how many it may have in any case. */
const SHORTENING = { factor: 3, states: 50_000 };

/** Fused steps, and turns that a CPU takes for another, count as one and are several. */
export const isLonger = ({ left }: SearchResult, symmetry: Symmetry | undefined): boolean =>
  left.includes('fuse') || Boolean(symmetry?.cpus?.turns);

/** Searches again without leaving anything out, if a search of not much more states finds it. */
export function shortened(
  longer: SearchResult,
  graph: Graph,
  options: SearchOptions,
  symmetry: Symmetry | undefined,
): SearchResult {
  const { until = [], limits } = options;
  const asked = until.filter(
    (id) =>
      longer.found.has(id) ||
      longer.reached.has(id.slice('reach:'.length)) ||
      (id === 'lock-order' && longer.order.size > 0),
  );
  if (asked.length === 0) return longer;
  const alike = factorial(symmetry?.cpus?.count ?? 1);
  const states = SHORTENING.factor * alike * longer.states + SHORTENING.states;
  const again = searchStates(graph, { ...options, until: asked, limits: { ...limits, states } }, 16);
  const own = new Set([...again.found.values(), ...again.reached.values(), ...again.order.values()]);
  return {
    ...longer,
    found: new Map([...longer.found, ...again.found]),
    reached: new Map([...longer.reached, ...again.reached]),
    order: new Map([...longer.order, ...again.order]),
    moves: (all) =>
      new Map([
        ...longer.moves(all.filter((f) => !own.has(f))),
        ...again.moves(all.filter((f) => own.has(f))),
      ]),
  };
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
