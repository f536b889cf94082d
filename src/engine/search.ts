/** The explicit search of a graph, with what makes it faster where that changes no verdict. */
import { setFlagsFromString } from 'node:v8';
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import type { Move } from '../evidence/trace.ts';
import { TooManyValues } from '../semantics/values.ts';
import type { Graph } from '../system/graph.ts';
import { type Symmetry, symmetryOf } from '../system/symmetry.ts';
import { NoSuchRun } from './concrete-runs.ts';
import { type Found, type SearchOptions, type SearchResult, searchStates } from './explicit.ts';
import { mayFuse, searchFused } from './fused-search.ts';
import { MoreRounds } from './heard.ts';
import { Undisciplined } from './lock-discipline.ts';
import { Uneven } from './settler.ts';
import { isLonger, shortened } from './shortened.ts';
import { sightings } from './sightings.ts';

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
  function searchWith(symmetry: Symmetry | undefined): SearchResult {
    const leaving = { ...(symmetry && { symmetry }) };
    const fused = mayFuse(graph, options) ? wide((bits) => searchFused(graph, inTime, bits, leaving)) : null;
    const result = fused ?? wide((idBits) => searchStates(graph, inTime(), idBits, leaving));
    return isLonger(result, symmetry) ? shortened(result, graph, inTime(), symmetry) : result;
  }
  const { reduce = [], until = [], trackLocks = false } = options;
  const asked = { lockOrder: trackLocks, reach: until.some((id) => id.startsWith('reach:')) };
  const symmetry = reduce.includes('symmetry') && symmetryOf(graph, asked);
  return (symmetry && withRuns(searchWith, symmetry, options)) || searchWith(undefined);
}

/** null: what the search found the program has no runs to, or it is not as symmetric as it looks. */
function withRuns(
  searchWith: (symmetry: Symmetry) => SearchResult,
  symmetry: Symmetry,
  { until = [] }: SearchOptions,
): SearchResult | null {
  const { program } = symmetry.given;
  try {
    const result = searchWith(symmetry);
    const runs = new Map<Found, readonly Move[]>();
    const moves: SearchResult['moves'] = (all) => {
      for (const [found, run] of result.moves(all.filter((f) => !runs.has(f)))) runs.set(found, run);
      return runs;
    };
    moves(
      [OUT_OF_MODEL, ...until].flatMap((property) =>
        sightings(property, program, result).map((s) => s.found),
      ),
    );
    return { ...result, moves };
  } catch (error) {
    // What goes round a list in any order may go round for ever.
    const isLonger = error instanceof MoreRounds && symmetry.graph !== symmetry.given;
    if (isLonger || error instanceof NoSuchRun || error instanceof Uneven || error instanceof Undisciplined)
      return null;
    throw error;
  }
}
