/** What an engine found as evidence: nothing is called a violation before the interpreter has shown it. */
import { isTrace, recordTrace } from '../evidence/record.ts';
import { replay } from '../evidence/replay.ts';
import type { Move, Shown, Trace } from '../evidence/trace.ts';
import { writeTrace } from '../evidence/trace-file.ts';
import type { Verdict } from '../evidence/verdict.ts';
import type { Addresses } from '../lang/addresses.ts';
import type { Program } from '../lang/program.ts';

/** A finding of a search as evidence, or why it is none. */
export type Evidence = { readonly trace: Trace } | { readonly reason: string };

/** Only what the interpreter, reading the trace as a file, finds too. */
export function evidence(
  program: Program,
  addresses: Addresses,
  moves: readonly Move[],
  what: Shown,
): Evidence {
  const trace = recordTrace(program, addresses, moves, what);
  if (!isTrace(trace)) return trace;
  try {
    return { trace: replay(writeTrace(trace), 'the trace') };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

/** The verdict that rests on all of these together. */
export function shown(verdict: 'violated' | 'reached', all: readonly Evidence[]): Verdict {
  const failed = all.find((e) => 'reason' in e);
  if (failed && 'reason' in failed)
    return { verdict: 'unknown', reason: `the interpreter disagrees with the search: ${failed.reason}` };
  return { verdict, traces: all.flatMap((e) => ('trace' in e ? [e.trace] : [])) };
}

/** What reasons begin with where a run leaves the model. */
export const LEAVES_MODEL = 'a run leaves the model';

/** What can be said where nothing was found but a run that leaves the model. */
export function leavesModel(what: Evidence): Verdict {
  const why =
    'trace' in what ? `${what.trace.steps.at(-1)?.calls.at(-1)}(): ${what.trace.says}` : what.reason;
  return { verdict: 'unknown', reason: `${LEAVES_MODEL}: ${why}` };
}
