import { assert } from '../support/assert.ts';
import { parseAnswer, type SolverAnswer } from './answer.ts';

export type RunOptions = {
  /** Wall-clock limit in milliseconds, not counting the start of the solver; none by default. */
  readonly timeoutMs?: number;
  /**
   * Limit on the solver's own count of its work, for each check: beyond it the answer is `unknown`, on every
   * machine alike. None by default.
   */
  readonly rlimit?: number;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
};

/**
 * A conversation with one solver, which keeps its assertions and declarations from one run to the next until
 * the script says `(reset)`. After an answer other than `answered` nobody knows what is asserted still, so the
 * next script has to begin with `(reset)`; the answer to any other is an error.
 */
export type SolverSession = {
  /** Which solver answers, with its version; starts it if need be. Rejects if it cannot be started. */
  solver(): Promise<string>;
  /**
   * Evaluates a complete SMT-LIB 2 script. Never rejects for what the script or the solver does; to ask while
   * an earlier run is still under way is an `InternalError`.
   */
  run(script: string, options?: RunOptions): Promise<SolverAnswer>;
  /** Stops the solver; a run under way answers `cancelled`. */
  close(): Promise<void>;
};

/** A running solver, as sessions see it. */
export type SolverProcess = {
  readonly version: string;
  /** What the solver prints for the script; rejects if it dies. */
  evaluate(script: string): Promise<string>;
  /** Kills it, and an evaluation under way with it. */
  stop(): Promise<void>;
};

const STATE_LOST = 'the assertions were lost with an earlier answer; begin with (reset)';
const LEADING_RESET = /^\s*\(\s*reset\s*\)/;

/** A session over solvers started on demand: the first time, and after each one that was stopped or died. */
export function openSession(start: () => Promise<SolverProcess>): SolverSession {
  let current: Promise<SolverProcess> | undefined;
  let lastRlimit = 0;
  let busy = false;
  let stateLost = false;
  const closing = new AbortController();

  function running(): Promise<SolverProcess> {
    current ??= start();
    return current;
  }

  async function stop(): Promise<void> {
    const stopping = current;
    current = undefined;
    lastRlimit = 0;
    await stopping?.then((started) => started.stop()).catch(() => {});
  }

  /** Puts the limit in front, but behind a leading reset, which in some solvers clears options as well. */
  function limited(script: string, rlimit: number): string {
    if (rlimit === 0 && lastRlimit === 0) return script;
    lastRlimit = rlimit;
    const reset = LEADING_RESET.exec(script)?.[0] ?? '';
    return `${reset}(set-option :reproducible-resource-limit ${rlimit})${script.slice(reset.length)}`;
  }

  async function attempt(script: string, options: RunOptions): Promise<SolverAnswer> {
    try {
      const solver = await running();
      const signals = [closing.signal, ...(options.signal ? [options.signal] : [])];
      if (signals.some((signal) => signal.aborted)) return { kind: 'cancelled' };
      const output = solver.evaluate(limited(script, options.rlimit ?? 0));
      const outcome = await unlessInterrupted(output, signals, options.timeoutMs);
      if (typeof outcome === 'string') return parseAnswer(outcome);
      await stop();
      return outcome;
    } catch (error) {
      await stop();
      return { kind: 'error', message: error instanceof Error ? error.message : String(error) };
    }
  }

  return {
    solver: async () => (await running()).version,
    close: async () => {
      closing.abort();
      await stop();
    },
    run: async (script, options = {}) => {
      assert(!busy, 'a solver session was asked while it was still answering');
      assert(!closing.signal.aborted, 'a solver session was asked after it was closed');
      if (stateLost && !LEADING_RESET.test(script)) return { kind: 'error', message: STATE_LOST };
      busy = true;
      const answer = await attempt(script, options);
      busy = false;
      stateLost = answer.kind !== 'answered';
      return answer;
    },
  };
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The output, or which interruption came first. */
async function unlessInterrupted(
  output: Promise<string>,
  signals: readonly AbortSignal[],
  timeoutMs = LONGEST_TIMER_MS,
): Promise<string | SolverAnswer> {
  let cancel = () => {};
  let timer: NodeJS.Timeout | undefined;
  const interruption = new Promise<SolverAnswer>((resolve) => {
    cancel = () => resolve({ kind: 'cancelled' });
    timer = setTimeout(() => resolve({ kind: 'timeout' }), Math.min(timeoutMs, LONGEST_TIMER_MS));
  });
  for (const signal of signals) signal.addEventListener('abort', cancel);
  try {
    return await Promise.race([output, interruption]);
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener('abort', cancel);
  }
}
