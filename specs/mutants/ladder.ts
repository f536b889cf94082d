/**
 * Where mutants of the encodings are tried, those that are searched fastest first: most are caught there, and
 * only those that survive go on. Bounds are small because what is caught at small bounds is caught.
 */
import type { Policy, ScenarioBounds } from '../../models/scenario.ts';

export interface Rung {
  readonly scenario: string;
  readonly bounds: ScenarioBounds;
  readonly policy: Policy;
  /** How many states are searched, of the original as of a mutant. */
  readonly states: number;
  /** Operations that run first, each with the answers to its choices. Left out: none. */
  readonly prelude?: readonly (readonly [operation: string, ...choices: number[]])[];
  /** Which may be started then: all, or these, or each two by themselves. Left out: all. */
  readonly operations?: readonly string[] | 'each two';
}

const few: ScenarioBounds = { cpus: 1, files: 2, blocks: 1, offsets: 1, tasks: 2 };
const oneFile: ScenarioBounds = { cpus: 1, files: 1, blocks: 2, offsets: 2, tasks: 1 };
const twoBlocks: ScenarioBounds = { ...few, blocks: 2 };
const twoOffsets: ScenarioBounds = { ...twoBlocks, offsets: 2 };
const racing: ScenarioBounds = { ...few, cpus: 2 };

const faultsFail: Policy = { earlyKill: 'all', source: 'task' };
const faultsSucceed: Policy = { ...faultsFail, faultsFail: false };
const byFrame: Policy = { ...faultsFail, source: 'pfn' };
const killNone: Policy = { ...faultsFail, earlyKill: 'none' };

export const ladder: readonly Rung[] = [
  { scenario: 'v6.12/ext4', bounds: few, policy: faultsFail, states: 4_000 },
  { scenario: 'v6.12/xfs-rmapbt', bounds: few, policy: faultsFail, states: 4_000 },
  { scenario: 'v6.12/xfs-reflink-rmapbt', bounds: oneFile, policy: faultsSucceed, states: 4_000 },
  { scenario: 'v6.12/xfs-reflink-rmapbt', bounds: twoBlocks, policy: faultsSucceed, states: 20_000 },
  { scenario: 'v6.12/ext4', bounds: few, policy: byFrame, states: 4_000 },
  { scenario: 'v6.12/ext4', bounds: few, policy: killNone, states: 4_000 },
  {
    scenario: 'v6.12/ext4',
    bounds: { ...racing, files: 1, tasks: 1 },
    policy: faultsSucceed,
    states: 20_000,
    operations: 'each two',
    prelude: [
      ['mmap', 0, 0, 1],
      ['write fault', 0, 0],
    ],
  },
  {
    // One task maps the file's page privately and has it present, the other maps the file shared.
    scenario: 'v6.12/ext4',
    bounds: racing,
    policy: faultsSucceed,
    states: 20_000,
    operations: 'each two',
    prelude: [
      ['mmap', 1, 0, 0],
      ['read fault', 1, 0],
      ['mmap', 0, 0, 1],
    ],
  },
  {
    // Two files share a block that a task has present in each.
    scenario: 'v6.12/xfs-reflink-rmapbt',
    bounds: racing,
    policy: faultsSucceed,
    states: 20_000,
    operations: 'each two',
    prelude: [
      ['mmap', 0, 0, 1],
      ['write fault', 0, 0],
      ['FICLONE', 0, 0, 1, 0],
      ['mmap', 1, 1, 1],
      ['read fault', 1, 0],
    ],
  },
  { scenario: 'v6.12/xfs-reflink', bounds: twoBlocks, policy: faultsFail, states: 40_000 },
  { scenario: 'v6.12/ext4', bounds: twoOffsets, policy: faultsFail, states: 100_000 },
  {
    // A page becomes shared while a failure looks for its users.
    scenario: 'v6.12/xfs-reflink',
    bounds: { ...racing, tasks: 1 },
    policy: { ...byFrame, faultsFail: false },
    states: 250_000,
    operations: ['FICLONE', 'read fault', 'hwpoison inject'],
    prelude: [
      ['mmap', 0, 0, 1],
      ['write fault', 0, 0],
      ['munmap', 0],
      ['mmap', 0, 1, 1],
    ],
  },
  {
    scenario: 'v6.12/ext4',
    bounds: { ...racing, files: 1, tasks: 1 },
    policy: faultsSucceed,
    states: 4_000,
    operations: 'each two',
  },
  // Two files want the only block.
  ...['v6.12/ext4', 'v6.12/xfs-reflink-rmapbt'].map(
    (scenario): Rung => ({
      scenario,
      bounds: racing,
      policy: faultsSucceed,
      states: 60_000,
      operations: ['write fault'],
      prelude: [
        ['truncate', 0, 0],
        ['mmap', 0, 0, 1],
        ['mmap', 1, 1, 1],
      ],
    }),
  ),
  {
    // References to an inode come and go while its name does.
    scenario: 'v6.12/ext4',
    bounds: { ...racing, files: 1 },
    policy: faultsSucceed,
    states: 250_000,
    operations: ['mmap', 'munmap', 'unlink'],
    prelude: [['mmap', 0, 0, 1]],
  },
];
