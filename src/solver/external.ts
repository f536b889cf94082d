import { execFile } from 'node:child_process';
import { parseAnswer, type SolverAnswer } from './answer.ts';
import type { NativeSolver } from './native.ts';

const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Runs a script file in a process of its own, as anybody can who distrusts this program.
 *
 * @param timeoutMs wall-clock limit, after which the process is killed
 */
export function runScriptExternally(
  solver: NativeSolver,
  file: string,
  timeoutMs: number,
): Promise<SolverAnswer> {
  const options = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT_BYTES } as const;
  return new Promise((resolve) => {
    execFile(solver.name, [...solver.batch, file], options, (failure, stdout, stderr) => {
      const answer = parseAnswer(stdout);
      if (failure === null || (answer.kind === 'error' && !failure.killed)) resolve(answer);
      else if (failure.killed && failure.code === null) resolve({ kind: 'timeout' });
      else resolve({ kind: 'error', message: `${failure.message}\n${stderr}`.trimEnd() });
    });
  });
}
