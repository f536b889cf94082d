import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PagedeedError } from '../support/diagnostics.ts';

/** How each solver is asked to read SMT-LIB 2, from standard input command by command, or from a file. */
const invocations = {
  z3: { interactive: ['-smt2', '-in'], batch: ['-smt2'] },
  cvc5: { interactive: ['--lang=smt2', '--incremental'], batch: ['--lang=smt2', '--incremental'] },
  bitwuzla: { interactive: ['--lang', 'smt2'], batch: ['--lang', 'smt2'] },
} as const satisfies Record<string, { interactive: readonly string[]; batch: readonly string[] }>;

export type NativeSolverName = keyof typeof invocations;
export const nativeSolverNames = Object.keys(invocations) as readonly NativeSolverName[];

/** A solver installed on this machine. */
export type NativeSolver = {
  readonly name: NativeSolverName;
  /** As it says itself, e.g. `4.8.12`. */
  readonly version: string;
  readonly interactive: readonly string[];
  readonly batch: readonly string[];
};

/** The solver of this name on the PATH, or undefined if there is none that runs. */
export async function findNativeSolver(name: NativeSolverName): Promise<NativeSolver | undefined> {
  try {
    const { stdout } = await promisify(execFile)(name, ['--version'], { timeout: 10_000 });
    const version = /\d+(\.\d+)+/.exec(stdout)?.[0];
    return version === undefined ? undefined : { name, version, ...invocations[name] };
  } catch {
    return undefined;
  }
}

/** @throws PagedeedError PD0301 if no such solver runs. */
export async function requireNativeSolver(name: NativeSolverName): Promise<NativeSolver> {
  const solver = await findNativeSolver(name);
  if (solver) return solver;
  throw new PagedeedError({
    code: 'PD0301',
    message: `no solver ${name} runs from the PATH`,
    hint: `the Debian package is called ${name}`,
  });
}
