/** The explicit search as an engine: what it finds is replayed before it is called a violation. */
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import { isTrace, recordTrace } from '../evidence/record.ts';
import { replay } from '../evidence/replay.ts';
import type { Shown, Trace } from '../evidence/trace.ts';
import { writeTrace } from '../evidence/trace-file.ts';
import type { Outcome, Verdict } from '../evidence/verdict.ts';
import { TooManyValues } from '../semantics/values.ts';
import type { Engine, Limits, Task } from './engine.ts';
import type { Found, SearchResult } from './explicit.ts';
import { explore } from './explore.ts';
import { lockCycle } from './lock-cycle.ts';

/** A finding of the search as evidence, or why it is none. */
type Evidence = { readonly trace: Trace } | { readonly reason: string };

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
  const isFinding = (id: string) => !id.startsWith('reach:') && id !== 'lock-order' && id !== 'no-data-race';
  try {
    const searched = explore(task.program, {
      limits: {
        seconds: limits.seconds,
        memoryMiB: limits.memoryMiB,
        ...(limits.depth !== null && { depth: limits.depth }),
      },
      trackLocks: properties.includes('lock-order'),
      ...(properties.every(isFinding) && { until: properties }),
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
      ? shown('reached', [evidence(task, result, found, { property })])
      : open(task, result, limits);
  }
  if (property === 'no-data-race' && task.program.bounds.cpus > 1)
    return { verdict: 'unknown', reason: 'this engine does not look for data races' };
  const found = result.found.get(property);
  return found
    ? shown('violated', [evidence(task, result, found, { property })])
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
    return evidence(task, result, found, { property: 'lock-order', edge });
  });
  return shown('violated', all);
}

/** Only what the interpreter, reading the trace as a file, finds too. */
function evidence({ program }: Task, result: SearchResult, found: Found, what: Shown): Evidence {
  const trace = recordTrace(program, result.compiled.addresses, result.moves(found), what);
  if (!isTrace(trace)) return trace;
  try {
    return { trace: replay(writeTrace(trace), 'the trace') };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

function shown(verdict: 'violated' | 'reached', all: readonly Evidence[]): Verdict {
  const failed = all.find((e) => 'reason' in e);
  if (failed && 'reason' in failed)
    return { verdict: 'unknown', reason: `the interpreter disagrees with the search: ${failed.reason}` };
  return { verdict, traces: all.flatMap((e) => ('trace' in e ? [e.trace] : [])) };
}

/** Nothing was found: what that is worth. */
function open(task: Task, result: SearchResult, limits: Limits): Verdict {
  const left = result.found.get(OUT_OF_MODEL);
  if (left) {
    const what = evidence(task, result, left, { property: OUT_OF_MODEL });
    const why =
      'trace' in what ? `${what.trace.steps.at(-1)?.calls.at(-1)}(): ${what.trace.says}` : what.reason;
    return { verdict: 'unknown', reason: `a run leaves the model: ${why}` };
  }
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
