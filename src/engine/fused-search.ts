/** The explicit search with fused steps: how it comes to rely on locks. */
import type { Compiled } from '../semantics/compiled.ts';
import { type Graph, runningCpus } from '../system/graph.ts';
import { findMovers, type Movers } from '../system/movers.ts';
import type { Fusion } from './expander.ts';
import { boundOf, type Leaving, type SearchOptions, type SearchResult, searchStates } from './explicit.ts';
import { createDiscipline, Undisciplined } from './lock-discipline.ts';

/** Where tasks die and locks become those of the dead, no lock protects; races are looked for where CPUs stop. */
export function mayFuse(graph: Graph, { reduce = [], trackRaces }: SearchOptions): boolean {
  return reduce.includes('fuse') && runningCpus(graph) > 1 && !trackRaces && !graph.program.afterOops;
}

/** States that are searched to see which words are accessed under locks, before it is relied on. */
const WATCHED_STATES = 20_000;
/** Where there are no more points to pass, it is relied on at once: starting again costs nothing. */
const FEW_MOVERS = 100;

/** null: a lock is dropped that is not held, so that locks protect nothing. */
export function searchFused(
  graph: Graph,
  inTime: () => SearchOptions,
  idBits: 8 | 16,
  leaving: Leaving,
): SearchResult | null {
  const own = leaving.symmetry?.cpus?.own ?? new Set<string>();
  const found = findMovers(graph);
  // An element of each CPU's lies elsewhere when CPUs are exchanged: it neither protects nor is protected.
  const movers = { ...found, locks: new Set([...found.locks].filter((key) => !own.has(key))) };
  const count = movers.at.filter((mover) => mover !== null).length;
  if (count === 0) return null;
  const excluded = new Set(own);
  for (let relied = count <= FEW_MOVERS; ; ) {
    const options = inTime();
    const states = relied ? options.limits?.states : WATCHED_STATES;
    try {
      const limits = { ...options.limits, ...(states !== undefined && { states }) };
      const fuse = (compiled: Compiled) => fusionOf(compiled, { movers, excluded, relied });
      const result = searchStates(graph, { ...options, limits }, idBits, { ...leaving, fuse });
      if (result.found.has('lock-pairing')) return null;
      if (relied || result.stopped !== boundOf(WATCHED_STATES)) return result;
      relied = true;
    } catch (error) {
      if (!(error instanceof Undisciplined)) throw error;
      excluded.add(error.field);
    }
  }
}

interface Fusing {
  readonly movers: Movers;
  /** Fields that keep to no discipline. */
  readonly excluded: ReadonlySet<string>;
  /** Whether steps are fused, or it is only watched whether they could be. */
  readonly relied: boolean;
}

function fusionOf(compiled: Compiled, { movers, excluded, relied }: Fusing): Fusion {
  return {
    at: movers.at.map((mover) => {
      if (!relied || mover === null) return 'stop';
      return mover.kind === 'access' && excluded.has(mover.field) ? 'other' : mover.kind;
    }),
    check: createDiscipline(compiled, movers, excluded),
  };
}
