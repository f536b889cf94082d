import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openExchange } from './exchange.ts';
import type { NativeSolver } from './native.ts';
import { openSession, type SolverProcess, type SolverSession } from './session.ts';
import { readSExprs } from './sexpr.ts';

/**
 * A session over a solver's own process. Unlike a worker it survives if this thread is terminated amid a run:
 * cancel the run by its signal, or close the session, first.
 */
export function openNativeSession(solver: NativeSolver): SolverSession {
  return openSession(() => startNativeSolver(solver));
}

/** Starts the solver as a child which reads commands from its standard input. */
export async function startNativeSolver(solver: NativeSolver): Promise<SolverProcess> {
  const child = spawn(solver.name, solver.interactive, { stdio: 'pipe' });
  await once(child, 'spawn');
  const exchange = openExchange();
  let asked = 0;
  let marker = '';
  let output = '';
  let complaints = '';

  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    const end = endOfAnswer(output, marker);
    if (end !== undefined) exchange.reply(output.slice(0, end));
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaints += chunk;
  });
  // Writing to a child that has just died fails here; its close, below, tells why.
  child.stdin.on('error', () => {});
  child.on('close', (status, signal) => {
    exchange.end(`${solver.name} ended (${signal ?? `status ${status}`})\n${output}${complaints}`.trimEnd());
  });

  return {
    version: `${solver.name} ${solver.version}`,
    evaluate: async (script) => {
      // What is left open in a script would swallow the end marker, and the solver would wait for ever.
      readSExprs(script, 'script');
      return exchange.ask(() => {
        output = '';
        complaints = '';
        marker = `pagedeed-end-${++asked}`;
        child.stdin.write(`${script}\n(echo "${marker}")\n`);
      });
    },
    stop: async () => {
      if (exchange.ended()) return;
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

/** Where the line with the end marker begins (some solvers echo the quotes as well), once it is complete. */
function endOfAnswer(output: string, marker: string): number | undefined {
  for (const line of [`${marker}\n`, `"${marker}"\n`]) {
    if (output.endsWith(line)) return output.length - line.length;
  }
  return undefined;
}
