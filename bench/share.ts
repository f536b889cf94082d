/** The share system: pagedeed against SPIN, and the seeded bug. */
import { median } from './measure.ts';
import { runOwn } from './own.ts';
import { nameOf, type Size } from './sizes.ts';
import { runSpin, spinIsInstalled } from './spin.ts';

interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number | null;
  readonly states: number;
}
interface Contestant {
  readonly name: string;
  /** SPIN's states before the system runs, which pagedeed does not have; null: counts need not compare. */
  readonly beforeStart: readonly number[] | null;
  run(size: Size): Promise<Run>;
}

const bounds = ({ pages, files }: Size) => [
  ...['--cpus', '1', '--blocks', String(pages), '--files', String(files)],
];

export function contestants(root: string, spin: boolean): readonly Contestant[] {
  const own = (name: string, jobs: number, more: readonly string[]): Contestant => ({
    name,
    beforeStart: more.includes('none') ? [0] : null,
    run: (size) => {
      const model = ['--model', 'bench/share-model.ts', '--engine', 'explicit', '--timeout', '3600'];
      return runOwn(root, [...model, ...bounds(size), '--jobs', String(jobs), ...more]);
    },
  });
  const peer = (defines: readonly string[], beforeStart: readonly number[] | null): Contestant => ({
    name: `SPIN -O2 ${defines.join(' ')}`.trim(),
    beforeStart,
    run: ({ pages, files }) => runSpin(pages, files, defines),
  });
  return [
    ...(spin
      ? [
          peer(['-DNOREDUCE'], [1]),
          peer([], null),
          // Breadth first, the atomic start of the processes is counted step by step.
          peer(['-DNOREDUCE', '-DBFS'], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ]
      : []),
    own('pagedeed --reduce none, 1 worker', 1, ['--reduce', 'none']),
    own('pagedeed --reduce none, 2 workers', 2, ['--reduce', 'none']),
    own('pagedeed', 2, []),
  ];
}

/** One line for each contestant at each size. Errors: the counts of states differ. */
export async function measureShare(
  root: string,
  sizes: readonly Size[],
  runs: number,
  print: (line: string) => void,
): Promise<void> {
  const spin = await spinIsInstalled();
  if (!spin) print('SPIN or gcc is not installed: no peer is run.');
  const all = contestants(root, spin);
  for (const size of sizes) {
    const taken = new Map<Contestant, Run[]>(all.map((c) => [c, []]));
    // One after the other in each round, so that what else the machine does falls on all alike.
    for (let round = 0; round < runs; round++)
      for (const contestant of all) taken.get(contestant)?.push(await contestant.run(size));
    print(`\n${nameOf(size)}, medians of ${runs}:`);
    requireEqualCounts(size, taken);
    const seconds = (c: Contestant) => median(taken.get(c)?.map((r) => r.seconds) ?? []);
    const cpu = (c: Contestant) => median(taken.get(c)?.map((r) => r.cpuSeconds) ?? []);
    const memory = (c: Contestant) => median(taken.get(c)?.map((r) => r.peakMiB ?? Number.NaN) ?? []);
    const [first] = all as [Contestant];
    for (const c of all) {
      const states = taken.get(c)?.[0]?.states ?? 0;
      const cells = [
        c.name.padEnd(36),
        `${seconds(c).toFixed(2)} s`.padStart(10),
        `x${(seconds(c) / seconds(first)).toFixed(2)}`.padStart(7),
        `${cpu(c).toFixed(2)} CPU s`.padStart(14),
        `x${(cpu(c) / cpu(first)).toFixed(2)}`.padStart(7),
        `${memory(c).toFixed(0)} MiB`.padStart(10),
        `${states} states`.padStart(17),
        `${(states / seconds(c) / 1000).toFixed(0)} k/s`.padStart(10),
        `${((memory(c) * 2 ** 20) / states).toFixed(0)} B/state`.padStart(14),
      ];
      print(cells.join(''));
    }
  }
}

function requireEqualCounts(size: Size, taken: ReadonlyMap<Contestant, readonly Run[]>): void {
  const counts = [...taken].flatMap(([c, runs]) =>
    c.beforeStart ? [runs.map((r) => (c.beforeStart ?? []).map((n) => r.states - n))] : [],
  );
  const [states = 0] = counts.at(-1)?.[0] ?? [];
  if (counts.flat().some((possible) => !possible.includes(states)))
    throw new Error(`${nameOf(size)}: the counts of states differ: ${JSON.stringify(counts)}`);
}

/** How long until the seeded bug is shown. Errors: it is not. */
export async function measureSeeded(
  root: string,
  sizes: readonly Size[],
  runs: number,
  print: (line: string) => void,
): Promise<void> {
  for (const size of sizes) {
    const args = ['--model', 'bench/share-seeded.ts', ...bounds(size), '--property', 'no-sentinel-deref'];
    const seconds: number[] = [];
    for (let round = 0; round < runs; round++) {
      const run = await runOwn(root, args);
      if (run.verdicts.get('no-sentinel-deref') !== 'violated')
        throw new Error('the seeded bug is not found');
      seconds.push(run.seconds);
    }
    print(`the seeded bug at ${nameOf(size)}: ${median(seconds).toFixed(2)} s`);
  }
}

/** How long until the properties are proved, the certificate checked. Errors: they are not. */
export async function measureProof(
  root: string,
  sizes: readonly Size[],
  runs: number,
  print: (line: string) => void,
): Promise<void> {
  for (const size of sizes) {
    const asked = ['--property', 'share-count,idle-clean,owner-tuple,no-sentinel-deref'];
    const args = ['--model', 'bench/share-model.ts', '--engine', 'spacer', ...bounds(size), ...asked];
    const all: Run[] = [];
    for (let round = 0; round < runs; round++) {
      const run = await runOwn(root, args);
      if ([...run.verdicts.values()].some((verdict) => verdict !== 'proved'))
        throw new Error(`${nameOf(size)} is not proved`);
      all.push(run);
    }
    const seconds = median(all.map((r) => r.seconds)).toFixed(2);
    const cpu = median(all.map((r) => r.cpuSeconds)).toFixed(2);
    print(`the proof at ${nameOf(size)}: ${seconds} s, ${cpu} CPU s`);
  }
}
