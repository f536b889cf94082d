/** The explicit search as an engine: what it finds is replayed before it is called a violation. */
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import type { Shown } from '../evidence/trace.ts';
import type { Outcome, Verdict } from '../evidence/verdict.ts';
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
    const outcome = (property: string, verdict: Verdict): Outcome => ({
      property,
      verdict,
      engine: 'explicit',
      solver: null,
      depth: typeof result === 'string' || !('reason' in verdict) ? null : result.depth,
      states: typeof result === 'string' ? null : result.states,
      seconds: typeof result === 'string' ? 0 : result.seconds,
    });
    return task.properties.map((property) =>
      outcome(
        property,
        typeof result === 'string'
          ? { verdict: 'unknown', reason: result }
          : judge(property, task, result, limits),
      ),
    );
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

function judge(property: string, task: Task, result: SearchResult, limits: Limits): Verdict {
  if (property === 'lock-order') return judgeLockOrder(task, result, limits);
  if (property.startsWith('reach:')) {
    const found = result.reached.get(property.slice('reach:'.length));
    return found
      ? shown('reached', [evidenceOf(task, result, found, { property })])
      : open(task, result, limits);
  }
  if (isDataRace(property)) return judgeRaces(property, task, result, limits);
  const found = result.found.get(property);
  return found
    ? shown('violated', [evidenceOf(task, result, found, { property })])
    : open(task, result, limits);
}

function judgeLockOrder(task: Task, result: SearchResult, limits: Limits): Verdict {
  const edges = [...result.order].map(([key, found]) => {
    const [held = '', taken = ''] = key.split(' -> ');
    return { held, taken, found };
  });
  const cycle = lockCycle(edges);
  if (!cycle) return open(task, result, limits);
  const all = cycle.map(({ held, taken }) => {
    const edge = { held, taken };
    const found = edges.find((e) => e.held === held && e.taken === taken)?.found as Found;
    return evidenceOf(task, result, found, { property: 'lock-order', edge });
  });
  return shown('violated', all);
}

/** One trace for each race that was found. */
function judgeRaces(property: string, task: Task, result: SearchResult, limits: Limits): Verdict {
  const fields = fieldsOfRace(task.program, property);
  const races = result.races.filter(({ race }) => fields.has(race.field));
  if (races.length === 0) return open(task, result, limits);
  return shown(
    'violated',
    races.map(({ race, found }) => evidenceOf(task, result, found, { property, race })),
  );
}

function evidenceOf({ program }: Task, result: SearchResult, found: Found, what: Shown): Evidence {
  return evidence(program, result.compiled.addresses, result.moves(found), what);
}

/** Nothing was found: what that is worth. */
function open(task: Task, result: SearchResult, limits: Limits): Verdict {
  const left = result.found.get(OUT_OF_MODEL);
  if (left) return leavesModel(evidenceOf(task, result, left, { property: OUT_OF_MODEL }));
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
