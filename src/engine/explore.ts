/** One exhaustive search of a program for all engines that ask for it. */
import type { Program } from '../lang/program.ts';
import { reductions } from '../system/reductions.ts';
import type { SearchOptions } from './explicit.ts';
import { searchUnrolled, type UnrolledSearch } from './unrolled-search.ts';

const explored = new WeakMap<Program, { readonly options: SearchOptions; readonly search: UnrolledSearch }>();

/** The search of the whole instance; one that came to its end before is used again, if it noted as much. */
export function explore(program: Program, options: SearchOptions): UnrolledSearch {
  const before = explored.get(program);
  if (before?.search.kind === 'searched' && before.search.result.complete) {
    const { trackLocks, trackRaces } = before.options;
    const { reduce = reductions } = options;
    const suffices =
      (trackLocks || !options.trackLocks) &&
      (trackRaces || !options.trackRaces) &&
      // What was shown of objects that were exchanged is what was asked for then.
      (before.search.result.symmetry?.objects.length ?? 0) === 0 &&
      before.search.result.left.every((r) => reduce.includes(r));
    if (suffices) return before.search;
  }
  const search = searchUnrolled(program, options);
  explored.set(program, { options, search });
  return search;
}
