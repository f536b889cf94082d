/** The stacks of v6.12, searched state by state, with each reduction and without. */
import { runOwn } from './own.ts';

const stacks = ['ext4', 'xfs', 'xfs-rmapbt', 'xfs-reflink', 'xfs-reflink-rmapbt'];
const reductions = ['none', 'slice', 'slice,fuse'];
/** Holds on all of them as far as is known, so that nothing found ends the search. */
const PROPERTY = 'no-null-deref';
const MEMORY_MIB = 2048;

/** One line for each stack, number of CPUs and set of reductions; `seconds` is what a search has at most. */
export async function measureStacks(
  root: string,
  seconds: number,
  print: (line: string) => void,
): Promise<void> {
  print(`\nthe stacks of v6.12, ${PROPERTY}, at most ${seconds} s and ${MEMORY_MIB} MiB:`);
  // With one CPU a step is a whole operation: there is nothing to fuse.
  for (const stack of stacks)
    for (const cpus of [1, 2, 3])
      for (const reduce of cpus === 1 ? reductions.slice(0, 2) : reductions) {
        const limits = ['--timeout', String(seconds), '--memory', String(MEMORY_MIB)];
        const asked = ['--property', PROPERTY, '--engine', 'explicit', '--reduce', reduce];
        const args = [`v6.12/${stack}`, '--cpus', String(cpus), ...asked, ...limits];
        const run = await runOwn(root, args);
        const bytes = ((run.peakMiB ?? Number.NaN) * 2 ** 20) / run.states;
        const cells = [
          stack.padEnd(20),
          `${cpus} CPUs  `,
          reduce.padEnd(12),
          `${run.states} states`.padStart(16),
          `${(run.states / run.searching / 1000).toFixed(1)} k/s`.padStart(12),
          `${bytes.toFixed(0)} B/state`.padStart(14),
          `${run.searching.toFixed(1)} s`.padStart(9),
          `  ${run.verdicts.get(PROPERTY)}, ${run.depth} steps deep`,
        ];
        print(cells.join(''));
      }
}

/** How long the command takes to show that the mark is dereferenced. Errors: it does not show it. */
export async function measureTrace(
  root: string,
  times: number,
  median: (numbers: readonly number[]) => number,
  print: (line: string) => void,
): Promise<void> {
  const seconds: number[] = [];
  for (let i = 0; i < times; i++) {
    const run = await runOwn(root, ['v6.12/xfs-reflink', '--property', 'no-sentinel-deref']);
    if (run.verdicts.get('no-sentinel-deref') !== 'violated') throw new Error('the violation is not found');
    seconds.push(run.seconds);
  }
  print(`check v6.12/xfs-reflink --property no-sentinel-deref: ${median(seconds).toFixed(2)} s`);
}
