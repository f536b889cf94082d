/** The explicit search as an engine: what it finds is replayed before it is called a violation. */
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import type { Move, Shown } from '../evidence/trace.ts';
import type { Outcome, Verdict } from '../evidence/verdict.ts';
import type { Program } from '../lang/program.ts';
import { fieldsOfRace, isDataRace } from '../lang/races.ts';
import { TooManyValues } from '../semantics/values.ts';
import type { Engine, Limits, Task } from './engine.ts';
import { type Evidence, evidence, leavesModel, shown } from './evidence.ts';
import type { Found, SearchResult } from './explicit.ts';
import { explore } from './explore.ts';
import { lockCycle } from './lock-cycle.ts';

export const explicitEngine: Engine = {
  id: 'explicit',
  async check(task, limits, progress) {
    const result = tryToSearch(task, limits, progress);
    const searched = typeof result === 'string' ? null : result;
    const evidenceFor = searched ? gatherEvidence(task, searched) : () => [];
    return task.properties.map((property): Outcome => {
      const verdict = searched
        ? judge(property, searched, limits, evidenceFor)
        : ({ verdict: 'unknown', reason: result as string } as const);
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

/** The search's result, or why there is none. */
function tryToSearch(task: Task, limits: Limits, progress: (text: string) => void): SearchResult | string {
  const properties = task.properties.filter((id) => id !== OUT_OF_MODEL);
  try {
    const searched = explore(task.program, {
      limits: {
        seconds: limits.seconds,
        memoryMiB: limits.memoryMiB,
        ...(limits.depth !== null && { depth: limits.depth }),
      },
      ...(task.reduce && { reduce: task.reduce }),
      trackLocks: properties.includes('lock-order'),
      trackRaces: properties.some(isDataRace) && task.program.bounds.cpus > 1,
      until: properties,
      progress: (states, depth) => progress(`${states} states, ${depth} steps deep`),
    });
    return searched.kind === 'searched' ? searched.result : searched.reason;
  } catch (error) {
    if (error instanceof TooManyValues) return error.message;
    throw error;
  }
}

type EvidenceFor = (property: string) => readonly Evidence[];

function judge(property: string, result: SearchResult, limits: Limits, evidenceFor: EvidenceFor): Verdict {
  const evidence = evidenceFor(property);
  if (evidence.length > 0) return shown(property.startsWith('reach:') ? 'reached' : 'violated', evidence);
  const [left] = evidenceFor(OUT_OF_MODEL);
  return left ? leavesModel(left) : open(result, limits);
}

/** What the search found of all that is asked, as evidence: the paths to it are looked for together. */
function gatherEvidence({ program, properties }: Task, result: SearchResult): EvidenceFor {
  const all = [OUT_OF_MODEL, ...properties].flatMap((property) => sightings(property, program, result));
  const moves = result.moves(all.map(({ found }) => found));
  return (property) =>
    all
      .filter(({ what }) => what.property === property)
      .map(({ found, what }) =>
        evidence(program, result.compiled.addresses, moves.get(found) as readonly Move[], what),
      );
}

interface Sighting {
  readonly found: Found;
  readonly what: Shown;
}

/** What was found of a property. */
function sightings(
  property: string,
  program: Program,
  { found, reached, order, races }: SearchResult,
): readonly Sighting[] {
  if (isDataRace(property)) {
    const fields = fieldsOfRace(program, property);
    return races.flatMap((r) =>
      fields.has(r.race.field) ? [{ found: r.found, what: { property, race: r.race } }] : [],
    );
  }
  if (property === 'lock-order') {
    const edges = [...order].map(([key, seen]) => {
      const [held = '', taken = ''] = key.split(' -> ');
      return { held, taken, found: seen };
    });
    return (lockCycle(edges) ?? []).map(({ held, taken }) => ({
      found: order.get(`${held} -> ${taken}`) as Found,
      what: { property, edge: { held, taken } },
    }));
  }
  const one = property.startsWith('reach:')
    ? reached.get(property.slice('reach:'.length))
    : found.get(property);
  return one ? [{ found: one, what: { property } }] : [];
}

/** Nothing was found: what that is worth. */
function open(result: SearchResult, limits: Limits): Verdict {
  const { states, depth, stopped } = result;
  if (stopped === null)
    return {
      verdict: 'bounded',
      reason: `all ${states} states of the finite instance were searched; words were explored over the values that occur`,
    };
  if (limits.depth !== null && depth >= limits.depth)
    return { verdict: 'bounded', reason: `nothing is found within ${depth} steps` };
  return { verdict: 'unknown', reason: `${stopped}: ${states} states were searched, ${depth} steps deep` };
}
