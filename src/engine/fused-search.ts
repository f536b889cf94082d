/** The explicit search with fused steps: how it comes to rely on locks, and what becomes of what it finds. */
import type { Compiled } from '../semantics/compiled.ts';
import { type Graph, runningCpus } from '../system/graph.ts';
import { findMovers, type Movers } from '../system/movers.ts';
import type { Fusion } from './expander.ts';
import { boundOf, type SearchOptions, type SearchResult, searchStates } from './explicit.ts';
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
export function searchFused(graph: Graph, inTime: () => SearchOptions, idBits: 8 | 16): SearchResult | null {
  const movers = findMovers(graph);
  const count = movers.at.filter((mover) => mover !== null).length;
  if (count === 0) return null;
  const excluded = new Set<string>();
  for (let relied = count <= FEW_MOVERS; ; ) {
    const options = inTime();
    const states = relied ? options.limits?.states : WATCHED_STATES;
    try {
      const limits = { ...options.limits, ...(states !== undefined && { states }) };
      const fuse = (compiled: Compiled) => fusionOf(compiled, { movers, excluded, relied });
      const result = searchStates(graph, { ...options, limits }, idBits, fuse);
      if (result.found.has('lock-pairing')) return null;
      if (relied || result.stopped !== boundOf(WATCHED_STATES)) return result;
      relied = true;
    } catch (error) {
      if (!(error instanceof Undisciplined)) throw error;
      excluded.add(error.field);
    }
  }
}

/** Of the states that a search with fused steps had, how many times as many one without them may have, and more. */
const SHORTENING = { factor: 3, states: 50_000 };

/** What was found with fused steps, by runs that are as short as any, if a search of not much more finds them. */
export function shortened(fused: SearchResult, graph: Graph, options: SearchOptions): SearchResult {
  const { until = [], limits } = options;
  const asked = until.filter(
    (id) =>
      fused.found.has(id) ||
      fused.reached.has(id.slice('reach:'.length)) ||
      (id === 'lock-order' && fused.order.size > 0),
  );
  if (!fused.fused || asked.length === 0) return fused;
  const states = SHORTENING.factor * fused.states + SHORTENING.states;
  const again = searchStates(graph, { ...options, until: asked, limits: { ...limits, states } }, 16, null);
  const own = new Set([...again.found.values(), ...again.reached.values(), ...again.order.values()]);
  return {
    ...fused,
    found: new Map([...fused.found, ...again.found]),
    reached: new Map([...fused.reached, ...again.reached]),
    order: new Map([...fused.order, ...again.order]),
    moves: (all) =>
      new Map([
        ...fused.moves(all.filter((f) => !own.has(f))),
        ...again.moves(all.filter((f) => own.has(f))),
      ]),
  };
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
