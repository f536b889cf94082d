/**
 * Where mutants of the encodings are tried, those that are searched fastest first: most are caught there, and
 * only those that survive go on. Bounds are small because what is caught at small bounds is caught.
 */
import type { Policy, ScenarioBounds } from '../../models/scenario.ts';
import type { Program } from '../../src/lang/public.ts';
import { ordinaryPage } from './ordinary-page.ts';
import { pinnedPage } from './pinned-page.ts';

/** A program of its own, with its properties. */
export interface OwnRung {
  readonly program: Program;
  readonly states: number;
}

/** A scenario with all properties. */
export interface Rung {
  readonly scenario: string;
  readonly bounds: ScenarioBounds;
  readonly policy: Policy;
  /** How many states of a mutant are searched; of the original several times as many. */
  readonly states: number;
  /** Operations that run first, each with the answers to its choices. Left out: none. */
  readonly prelude?: readonly (readonly [operation: string, ...choices: number[]])[];
  /** Which may be started then: all, or these, or each two by themselves. Left out: all. */
  readonly operations?: readonly string[] | 'each two';
}

const few: ScenarioBounds = { cpus: 1, files: 2, blocks: 1, offsets: 1, tasks: 2 };
const oneFile: ScenarioBounds = { cpus: 1, files: 1, blocks: 2, offsets: 2, tasks: 1 };
const twoBlocks: ScenarioBounds = { ...few, blocks: 2 };
/** Two CPUs, which start from where others left off: that keeps the searches small. */
const racing: ScenarioBounds = { ...few, cpus: 2 };
const racingAlone: ScenarioBounds = { ...racing, files: 1, tasks: 1 };

const faultsFail: Policy = { earlyKill: 'all', source: 'task' };
const faultsSucceed: Policy = { ...faultsFail, faultsFail: false };
const byFrame: Policy = { ...faultsFail, source: 'pfn' };
const killNone: Policy = { ...faultsFail, earlyKill: 'none' };

type Race = Omit<Rung, 'bounds' | 'policy'> & Partial<Rung>;
const race = (rung: Race): Rung => ({ bounds: racing, policy: faultsSucceed, ...rung });

const oneCpu: readonly (Rung | OwnRung)[] = [
  ...[{ asks: true }, {}, { asks: true, filters: true }, { asks: true, beginsLater: true }].map((how) => ({
    program: ordinaryPage(1, how),
    states: 4_000,
  })),
  ...['ext4', 'xfs'].map((stack) => ({ program: pinnedPage(stack), states: 4_000 })),
  { scenario: 'v6.12/ext4', bounds: few, policy: faultsFail, states: 4_000 },
  { scenario: 'v6.12/xfs-rmapbt', bounds: few, policy: faultsFail, states: 4_000 },
  { scenario: 'v6.12/xfs-reflink-rmapbt', bounds: oneFile, policy: faultsSucceed, states: 4_000 },
  { scenario: 'v6.12/ext4', bounds: few, policy: byFrame, states: 4_000 },
  { scenario: 'v6.12/ext4', bounds: few, policy: killNone, states: 4_000 },
  { scenario: 'v6.12/xfs-reflink-rmapbt', bounds: twoBlocks, policy: faultsSucceed, states: 20_000 },
  { scenario: 'v6.12/xfs-reflink', bounds: twoBlocks, policy: faultsFail, states: 40_000 },
];

/** Two files have a block in common, and a task each that maps it. */
const sharedByTwo: Rung['prelude'] = [
  ['mmap', 0, 0, 1],
  ['write fault', 0, 0],
  ['FICLONE', 0, 0, 1, 0],
  ['mmap', 1, 1, 1],
];

const twoCpus: readonly (Rung | OwnRung)[] = [
  { program: ordinaryPage(2, { asks: true }), states: 20_000 },
  race({ scenario: 'v6.12/ext4', bounds: racingAlone, states: 5_000, operations: 'each two' }),
  // An unlinked inode that waits to be freed.
  race({
    scenario: 'v6.12/xfs-rmapbt',
    bounds: racingAlone,
    policy: { ...byFrame, faultsFail: false },
    states: 20_000,
    operations: 'each two',
    prelude: [
      ['mmap', 0, 0, 1],
      ['write fault', 0, 0],
      ['munmap', 0],
      ['unlink', 0],
    ],
  }),
  race({
    scenario: 'v6.12/ext4',
    bounds: racingAlone,
    states: 20_000,
    operations: 'each two',
    prelude: [
      ['mmap', 0, 0, 1],
      ['write fault', 0, 0],
    ],
  }),
  race({
    scenario: 'v6.12/ext4',
    bounds: racingAlone,
    states: 20_000,
    operations: 'each two',
    prelude: [
      ['mmap', 0, 0, 0],
      ['read fault', 0, 0],
    ],
  }),
  race({
    scenario: 'v6.12/xfs-rmapbt',
    bounds: racingAlone,
    states: 20_000,
    operations: 'each two',
    prelude: [
      ['mmap', 0, 0, 1],
      ['write fault', 0, 0],
    ],
  }),
  // References to an inode come and go while its name does.
  race({
    scenario: 'v6.12/ext4',
    bounds: { ...racing, files: 1 },
    states: 40_000,
    operations: ['mmap', 'munmap', 'unlink'],
    prelude: [['mmap', 0, 0, 1]],
  }),
  // Two files want the only block: it is freed by one and taken by the other.
  ...['v6.12/ext4', 'v6.12/xfs-reflink-rmapbt'].map((scenario) =>
    race({
      scenario,
      states: 40_000,
      operations: ['write fault', 'truncate'],
      prelude: [
        ['mmap', 0, 0, 1],
        ['mmap', 1, 1, 1],
      ],
    }),
  ),
  // A name goes and comes back.
  race({
    scenario: 'v6.12/xfs-rmapbt',
    bounds: racingAlone,
    states: 40_000,
    operations: ['unlink', 'create', 'xfs_inodegc'],
  }),
  // Two files want the only block.
  ...['v6.12/ext4', 'v6.12/xfs-reflink-rmapbt'].map((scenario) =>
    race({
      scenario,
      states: 40_000,
      operations: ['write fault'],
      prelude: [
        ['truncate', 0, 0],
        ['mmap', 0, 0, 1],
        ['mmap', 1, 1, 1],
      ],
    }),
  ),
  // Two files share a block; both may be written to, and there is room for one copy.
  ...[['write fault'], ['write fault', 'FICLONE'], ['write fault', 'truncate']].map((operations) =>
    race({
      scenario: 'v6.12/xfs-reflink-rmapbt',
      bounds: { ...racing, blocks: 2 },
      states: 60_000,
      operations,
      prelude: sharedByTwo,
    }),
  ),
  // The same where a copy fails, and the block that it was to go to is free again.
  race({
    scenario: 'v6.12/xfs-reflink-rmapbt',
    bounds: { ...racing, blocks: 2 },
    policy: faultsFail,
    states: 100_000,
    operations: ['write fault'],
    prelude: sharedByTwo,
  }),
  // A file loses its name, and then its inode, while a failure finds it as an owner.
  race({
    scenario: 'v6.12/xfs-rmapbt',
    bounds: racingAlone,
    policy: { ...byFrame, faultsFail: false },
    states: 60_000,
    operations: ['unlink', 'hwpoison inject'],
    prelude: [
      ['mmap', 0, 0, 1],
      ['write fault', 0, 0],
      ['munmap', 0],
    ],
  }),
  // A block fails while it is the copy of another.
  race({
    scenario: 'v6.12/xfs-reflink-rmapbt',
    bounds: { ...racing, blocks: 2, tasks: 1 },
    policy: { ...byFrame, faultsFail: false },
    states: 100_000,
    operations: ['write fault', 'hwpoison inject'],
    prelude: [
      ['mmap', 0, 0, 1],
      ['write fault', 0, 0],
      ['FICLONE', 0, 0, 1, 0],
    ],
  }),
  // A file is written to while another is cloned from it.
  race({
    scenario: 'v6.12/xfs-reflink-rmapbt',
    bounds: { ...racing, blocks: 2, tasks: 1 },
    states: 100_000,
    operations: ['write fault', 'FICLONE'],
    prelude: [['mmap', 0, 0, 1]],
  }),
  // A page is pinned while its file is cloned, or cloned to.
  race({
    scenario: 'v6.12/xfs-reflink-rmapbt',
    bounds: { ...racing, blocks: 2, tasks: 1 },
    states: 100_000,
    operations: ['madvise HWPOISON', 'FICLONE'],
    prelude: [
      ['mmap', 0, 1, 1],
      ['write fault', 0, 0],
    ],
  }),
  // A page becomes shared while a failure looks for its users.
  race({
    scenario: 'v6.12/xfs-reflink',
    bounds: { ...racing, tasks: 1 },
    policy: { ...byFrame, faultsFail: false },
    states: 150_000,
    operations: ['FICLONE', 'read fault', 'hwpoison inject'],
    prelude: [
      ['mmap', 0, 0, 1],
      ['write fault', 0, 0],
      ['munmap', 0],
      ['mmap', 0, 1, 1],
    ],
  }),
];

export const ladder: readonly (Rung | OwnRung)[] = [...oneCpu, ...twoCpus];
