/** pagedeed as a user runs it: the built command, from its start to its exit. */
import { fileURLToPath } from 'node:url';
import { measure } from './measure.ts';

export interface OwnRun {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number | null;
  readonly verdicts: ReadonlyMap<string, string>;
  readonly states: number;
  /** Steps that a search that ended early came to; 0 where it did not. */
  readonly depth: number;
  /** In the search alone. */
  readonly searching: number;
}

interface Result {
  readonly property: string;
  readonly verdict: string;
  readonly states: number | null;
  readonly depth: number | null;
  readonly seconds: number;
}

/** `root`: the folder of the project, with dist/ built. Errors: the command fails. */
export async function runOwn(root: string, args: readonly string[]): Promise<OwnRun> {
  const command = fileURLToPath(new URL('dist/cli/main.js', `file://${root}/`));
  const run = await measure(process.execPath, [command, 'check', '--json', '--no-cache', ...args], root);
  const start = run.output.indexOf('{');
  if (start < 0) throw new Error(`the check failed:\n${run.output}`);
  const { results } = JSON.parse(run.output.slice(start)) as { readonly results: readonly Result[] };
  return {
    seconds: run.seconds,
    cpuSeconds: run.cpuSeconds,
    peakMiB: run.peakMiB,
    verdicts: new Map(results.map((r) => [r.property, r.verdict])),
    states: Math.max(...results.map((r) => r.states ?? 0)),
    depth: Math.max(...results.map((r) => r.depth ?? 0)),
    searching: Math.max(...results.map((r) => r.seconds)),
  };
}
