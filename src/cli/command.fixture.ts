/** The command, built for the tests of one file, and a folder in which it is run as a process. */
import { type ChildProcess, execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
export const built = mkdtempSync(join(root, 'dist-'));
export const folder = mkdtempSync(join(tmpdir(), 'pagedeed-test-'));

beforeAll(() => {
  execFileSync(process.execPath, ['build.mjs', built], { cwd: root });
}, 60_000);
afterAll(() => {
  for (const path of [built, folder]) rmSync(path, { recursive: true, force: true });
});

/** No verdict of another run of the tests is known. */
export const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const pagedeed = (...args: readonly string[]): Promise<Run> =>
  started(process.execPath, [join(built, 'cli/main.js'), ...args]);

export const mutants = (...args: readonly string[]): Promise<Run> =>
  started(process.execPath, [join(built, 'cli/mutants.js'), ...args]);

export function started(command: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const child: ChildProcess = execFile(command, args, { cwd: folder, env }, (_error, stdout, stderr) =>
      resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}
