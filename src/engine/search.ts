/** The explicit search of a graph, with what makes it faster where that changes no verdict. */
import { setFlagsFromString } from 'node:v8';
import { TooManyValues } from '../semantics/values.ts';
import type { Graph } from '../system/graph.ts';
import { type SearchOptions, type SearchResult, searchStates } from './explicit.ts';
import { mayFuse, searchFused, shortened } from './fused-search.ts';

/**
 * The generated function of a whole operation is far larger than what V8 optimises unless told to; left to its
 * bytecode interpreter the search is some six times slower.
 */
export const OPTIMISE_LARGE_FUNCTIONS = '--max-optimized-bytecode-size=67108864';

/** Searches with 8-bit value ids, and again with 16-bit ones if these do not suffice. Errors: TooManyValues. */
export function search(graph: Graph, options: SearchOptions = {}): SearchResult {
  setFlagsFromString(OPTIMISE_LARGE_FUNCTIONS);
  const started = performance.now();
  const inTime = (): SearchOptions => {
    const { seconds } = options.limits ?? {};
    if (seconds === undefined) return options;
    const left = seconds - (performance.now() - started) / 1000;
    return { ...options, limits: { ...options.limits, seconds: Math.max(0, left) } };
  };
  const wide = <T>(run: (idBits: 8 | 16) => T): T => {
    try {
      return run(8);
    } catch (error) {
      if (!(error instanceof TooManyValues)) throw error;
      return run(16);
    }
  };
  if (mayFuse(graph, options)) {
    const result = wide((idBits) => searchFused(graph, inTime, idBits));
    if (result) return shortened(result, graph, inTime());
  }
  return wide((idBits) => searchStates(graph, inTime(), idBits, null));
}
