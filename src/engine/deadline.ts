/** The time that an engine has. */
import type { RunOptions } from '../solver/session.ts';
import type { Limits, Task } from './engine.ts';

export interface Deadline {
  /** Time is out, or nobody waits for an answer any more. */
  expired(): boolean;
  /** For a solver: the time that is left. */
  runOptions(): RunOptions;
}

/** `task`: it has also expired when other engines have decided all that is asked. */
export function deadlineOf({ seconds, signal }: Limits, task?: Task): Deadline {
  const end = performance.now() + seconds * 1000;
  const { isSettled, properties } = task ?? {};
  return {
    expired: () =>
      performance.now() > end ||
      signal?.aborted === true ||
      (isSettled !== undefined && properties?.every(isSettled) === true),
    runOptions: () => ({ timeoutMs: Math.max(1, end - performance.now()), ...(signal && { signal }) }),
  };
}
