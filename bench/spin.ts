/** SPIN as a peer: generates, compiles and runs a verifier of the share system. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Measured, measure } from './measure.ts';
import { sharePromela } from './share-promela.ts';

export interface SpinRun {
  /** From Promela to the result: SPIN, the C compiler and the search. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number | null;
  /** As SPIN counts them: one more than there are. */
  readonly states: number;
}

/** Steps that the verifier may be deep, for which it takes memory at once; if they do not suffice it says so. */
const depthFor = (pages: number, files: number): number => (pages * files < 6 ? 1_000_000 : 12_000_000);
const MEMORY_MIB = 6000;

/** `defines`: of the verifier, such as -DNOREDUCE. Errors: what SPIN says where its search is not complete. */
export async function runSpin(pages: number, files: number, defines: readonly string[]): Promise<SpinRun> {
  const folder = await mkdtemp(join(tmpdir(), 'pagedeed-bench-'));
  try {
    await writeFile(join(folder, 'share.pml'), sharePromela(pages, files));
    const generate = await measure('spin', ['-a', 'share.pml'], folder);
    const flags = ['-w', '-O2', `-DMEMLIM=${MEMORY_MIB}`, ...defines];
    const compile = await measure('gcc', [...flags, '-o', 'pan', 'pan.c'], folder);
    const run = await measure('./pan', ['-n', `-m${depthFor(pages, files)}`], folder);
    return {
      seconds: generate.seconds + compile.seconds + run.seconds,
      cpuSeconds: generate.cpuSeconds + compile.cpuSeconds + run.cpuSeconds,
      peakMiB: run.peakMiB,
      states: statesOf(run),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function statesOf({ output }: Measured): number {
  const [, errors] = /errors: (\d+)/.exec(output) ?? [];
  const [, states] = /^\s*(\d+) states, stored/m.exec(output) ?? [];
  if (
    errors !== '0' ||
    states === undefined ||
    /max search depth too small|Search not completed/.test(output)
  )
    throw new Error(`SPIN did not search the whole system:\n${output}`);
  return Number(states);
}

export async function spinIsInstalled(): Promise<boolean> {
  try {
    await measure('spin', ['-V'], '.');
    await measure('gcc', ['--version'], '.');
    return true;
  } catch {
    return false;
  }
}
