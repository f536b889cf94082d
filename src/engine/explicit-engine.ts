/** The explicit search as an engine: what it finds is replayed before it is called a violation. */
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import { conjunctToSmt } from '../evidence/invariant-text.ts';
import type { Outcome, Verdict } from '../evidence/verdict.ts';
import { isDataRace } from '../lang/races.ts';
import { createTransitions } from '../semantics/transitions.ts';
import { TooManyValues } from '../semantics/values.ts';
import type { Graph } from '../system/graph.ts';
import { reductions } from '../system/reductions.ts';
import { interchangeable } from '../system/symmetry.ts';
import { domainConjuncts, exchangedDomains } from './domains.ts';
import type { Engine, Limits, Task } from './engine.ts';
import { leavesModel, shown } from './evidence.ts';
import type { SearchOptions, SearchResult } from './explicit.ts';
import { explore } from './explore.ts';
import { helpOf } from './helpers.ts';
import { collectReached, domainsOf } from './reached-set.ts';
import { type EvidenceFor, gatherEvidence } from './sightings.ts';
import { isSmall } from './small.ts';

export const explicitEngine: Engine = {
  id: 'explicit',
  async check(task, limits, progress) {
    const help = await helpOf(limits.helpers);
    const search = tryToSearch(task, { ...searchOptions(task, limits, progress), ...help });
    const searched = 'reason' in search ? null : search.result;
    if (!('reason' in search)) tellDomains(task, search);
    const evidenceFor = searched ? gatherEvidence(task, searched) : () => [];
    return task.properties.map((property): Outcome => {
      const verdict = searched
        ? judge(property, searched, limits, evidenceFor)
        : ({ verdict: 'unknown', reason: (search as { readonly reason: string }).reason } as const);
      return {
        property,
        verdict,
        engine: 'explicit',
        solver: null,
        depth: searched && 'reason' in verdict ? searched.depth : null,
        states: searched?.states ?? null,
        seconds: searched?.seconds ?? 0,
      };
    });
  },
};

interface Searched {
  readonly graph: Graph;
  readonly result: SearchResult;
}

/** The search's result, or why there is none. */
function tryToSearch({ program }: Task, options: SearchOptions): Searched | { readonly reason: string } {
  try {
    return explore(program, options);
  } catch (error) {
    if (error instanceof TooManyValues) return { reason: error.message };
    throw error;
  }
}

/** Of few states, in which all values occur, which these are. */
function tellDomains({ program, lemmas }: Task, { graph, result }: Searched): void {
  const { complete, states, left, symmetry } = result;
  if (!lemmas || !isSmall(program) || !complete || states > MOST_TOLD || left.includes('fuse')) return;
  if (symmetry?.cpus) return;
  const system = createTransitions(graph);
  const domains = domainsOf(collectReached(system, result));
  const all = symmetry ? exchangedDomains(system, domains, symmetry) : domains;
  lemmas.tell(domainConjuncts(system, all).map(conjunctToSmt));
}

/** States that are looked at for the values in them: it takes as long as some thousand of them to search. */
const MOST_TOLD = 100_000;

/** What a search for the properties of a task has to look for, and how far it goes. */
export function searchOptions(
  { program, properties, reduce = reductions, rounds, isSettled }: Task,
  { seconds, memoryMiB, depth }: Limits,
  progress: (text: string) => void,
): SearchOptions {
  const until = properties.filter((id) => id !== OUT_OF_MODEL);
  return {
    limits: { seconds, memoryMiB, ...(depth !== null && { depth }) },
    reduce: depth === null ? reduce : reduce.filter((r) => r === 'slice'),
    ...(rounds && { rounds }),
    trackLocks: until.includes('lock-order'),
    trackRaces: until.some(isDataRace) && program.bounds.cpus > 1,
    until,
    ...(isSettled && { isSettled }),
    progress: (states, deep) => progress(`${states} states, ${deep} steps deep`),
  };
}

function judge(property: string, result: SearchResult, limits: Limits, evidenceFor: EvidenceFor): Verdict {
  const evidence = evidenceFor(property);
  if (evidence.length > 0) return shown(property.startsWith('reach:') ? 'reached' : 'violated', evidence);
  const [left] = evidenceFor(OUT_OF_MODEL);
  return left ? leavesModel(left) : open(result, limits);
}

/** Nothing was found: what that is worth. */
function open(result: SearchResult, limits: Limits): Verdict {
  const { states, depth, stopped, left, symmetry } = result;
  const leaving = [
    ...(left.includes('fuse') ? ['steps are fused'] : []),
    ...(symmetry ? [`${interchangeable(symmetry).join(' and ')} are interchangeable`] : []),
  ];
  if (stopped === null)
    return {
      verdict: 'bounded',
      reason: `all ${states} states of the finite instance ${leaving.length > 0 ? `that remain where ${leaving.join(' and ')} ` : ''}were searched; words were explored over the values that occur`,
    };
  if (limits.depth !== null && depth >= limits.depth)
    return { verdict: 'bounded', reason: `nothing is found within ${depth} steps` };
  return { verdict: 'unknown', reason: `${stopped}: ${states} states were searched, ${depth} steps deep` };
}
