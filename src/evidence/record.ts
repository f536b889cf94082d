/** From the moves of a search to a trace, by running them in the structured interpreter. */
import type { Addresses } from '../lang/addresses.ts';
import type { Program } from '../lang/program.ts';
import { unshared } from './program-file.ts';
import { createRun, type Run } from './run.ts';
import type { Move, Shown, Trace } from './trace.ts';

/** The interpreter disagrees with the search: a bug in one of them, and no evidence. */
export interface NotReplayed {
  readonly reason: string;
}

export function isTrace(recorded: Trace | NotReplayed): recorded is Trace {
  return 'steps' in recorded;
}

/** More steps than any trace of a search that this tool could finish. */
const MOST_STEPS = 1_000_000;

/**
 * Runs the moves until they show what they are to show, and gives the trace. The program is read as it
 * will be from the trace's file. Errors are given as the reason.
 */
export function recordTrace(
  program: Program,
  addresses: Addresses,
  moves: readonly Move[],
  shown: Shown,
): Trace | NotReplayed {
  try {
    const run = createRun(unshared(program), addresses);
    for (const move of moves) {
      const says = perform(run, move, shown);
      if (says !== null) return run.trace(shown, says);
    }
    return { reason: `${shown.property} does not fail in the ${run.steps.length} steps of the moves` };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

/** A run of whole moves. Errors: those of the interpreter, where it cannot make one of them. */
export function follow(program: Program, addresses: Addresses, moves: readonly Move[]): Run {
  const run = createRun(program, addresses);
  for (const { cpu, operation, choices, pauses } of moves) {
    const answers = [...choices];
    if (operation !== null) run.start(cpu, operation);
    for (let done = 0; done < pauses; done++)
      run.step(cpu, run.pauseOf(cpu)?.kind === 'choose' ? (answers.shift() ?? null) : null);
  }
  return run;
}

/** What the run shows, if it does before the move is over. */
function perform(run: Run, move: Move, shown: Shown): string | null {
  const { cpu } = move;
  const choices = [...move.choices];
  let done = 0;
  if (move.operation !== null) {
    const step = run.start(cpu, move.operation);
    const says = run.shows(shown);
    if (says !== null) return says;
    if (step.ended !== 'no') return ended(run, step.ended);
  }
  while (move.pauses < 0 ? run.pauseOf(cpu) : done < move.pauses) {
    if (run.waits(cpu)) {
      const says = run.shows(shown);
      if (says !== null || move.pauses < 0) return says;
    }
    if (run.steps.length > MOST_STEPS) throw new Error(`nothing is shown within ${MOST_STEPS} steps`);
    const choice = run.pauseOf(cpu)?.kind === 'choose' ? (choices.shift() ?? null) : null;
    const step = run.step(cpu, choice);
    done++;
    const says = run.shows(shown);
    if (says !== null) return says;
    if (step.ended !== 'no') {
      if (done < move.pauses)
        throw new Error(`CPU ${cpu} ended after ${done} of the move's ${move.pauses} pauses`);
      return ended(run, step.ended);
    }
  }
  return move.pauses < 0 ? run.shows(shown) : null;
}

/** A move may end with the operation, but with the death of its task only where runs go on after that. */
function ended(run: Run, how: 'returned' | 'not-enabled' | 'oops'): null {
  const said = run.steps.at(-1)?.findings.at(-1)?.says;
  if (how === 'oops' && !run.goesOnAfterOops)
    throw new Error(`the task dies before anything is shown: ${said}`);
  if (how === 'not-enabled') throw new Error('an assumption of the operation does not hold');
  return null;
}
