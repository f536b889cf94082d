/** The stacks of v6.12, searched state by state, with each reduction and without. */
import { runOwn } from './own.ts';

const stacks = ['ext4', 'xfs', 'xfs-rmapbt', 'xfs-reflink', 'xfs-reflink-rmapbt'];
/** What may be left out: with one CPU a step is a whole operation, and there is nothing to fuse; three are told apart. */
const reductions: readonly (readonly string[])[] = [
  ['none', 'slice'],
  ['none', 'slice', 'slice,symmetry', 'slice,fuse', 'slice,fuse,symmetry'],
  ['none', 'slice', 'slice,fuse'],
];
/** Holds on all of them as far as is known, so that nothing found ends the search. */
const PROPERTY = 'no-null-deref';
const MEMORY_MIB = 2048;

const search = (root: string, stack: string, reduce: string, more: readonly string[]) =>
  runOwn(root, [
    ...[`v6.12/${stack}`, '--property', PROPERTY, '--engine', 'explicit', '--jobs', '1'],
    ...['--reduce', reduce, '--memory', String(MEMORY_MIB), ...more],
  ]);

/** One line for each stack, number of CPUs and set of reductions; `seconds` is what a search has at most. */
export async function measureStacks(
  root: string,
  seconds: number,
  print: (line: string) => void,
): Promise<void> {
  print(`\nthe stacks of v6.12, ${PROPERTY}, at most ${seconds} s and ${MEMORY_MIB} MiB:`);
  for (const stack of stacks)
    for (const [i, some] of reductions.entries())
      for (const reduce of some) {
        const run = await search(root, stack, reduce, [
          '--cpus',
          String(i + 1),
          '--timeout',
          String(seconds),
        ]);
        const bytes = ((run.peakMiB ?? Number.NaN) * 2 ** 20) / run.states;
        const cells = [
          stack.padEnd(20),
          `${i + 1} CPUs  `,
          reduce.padEnd(21),
          `${run.states} states`.padStart(16),
          `${(run.states / run.searching / 1000).toFixed(1)} k/s`.padStart(12),
          `${bytes.toFixed(0)} B/state`.padStart(14),
          `${run.searching.toFixed(1)} s`.padStart(9),
          `  ${run.verdicts.get(PROPERTY)}, ${run.depth} steps deep`,
        ];
        print(cells.join(''));
      }
}

/** The share of each reduction, where the search of two CPUs ends: one of each thing. */
export async function measureShares(root: string, print: (line: string) => void): Promise<void> {
  print('\nthe stacks of v6.12 with two CPUs and one of each thing, searched in full:');
  const smallest = ['--cpus', '2', '--files', '1', '--blocks', '1', '--offsets', '1', '--tasks', '1'];
  for (const stack of stacks) {
    const some: string[] = [];
    let all = 0;
    for (const reduce of reductions[1] ?? []) {
      const { states, searching } = await search(root, stack, reduce, [...smallest, '--timeout', '600']);
      all ||= states;
      const share = `x${(states / all).toFixed(2)}`;
      some.push(`${reduce} ${states} ${reduce === 'none' ? '' : `(${share}) `}${searching.toFixed(1)} s`);
    }
    print(`${stack}: ${some.join('; ')}`);
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
