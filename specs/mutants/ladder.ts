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
  /**
   * Two CPUs race: each two operations, by themselves, from the state after these, which run first. An
   * operation comes with the answers to its choices.
   */
  readonly raceAfter?: readonly (readonly [operation: string, ...choices: number[]])[];
}

const few: ScenarioBounds = { cpus: 1, files: 2, blocks: 1, offsets: 1, tasks: 2 };
const oneFile: ScenarioBounds = { cpus: 1, files: 1, blocks: 2, offsets: 2, tasks: 1 };
const twoBlocks: ScenarioBounds = { ...few, blocks: 2 };
const twoOffsets: ScenarioBounds = { ...twoBlocks, offsets: 2 };
const racing: ScenarioBounds = { ...few, cpus: 2 };

const faultsFail: Policy = { earlyKill: 'all', source: 'task' };
const faultsSucceed: Policy = { ...faultsFail, faultsFail: false };
const byFrame: Policy = { ...faultsFail, source: 'pfn' };

export const ladder: readonly Rung[] = [
  { scenario: 'v6.12/ext4', bounds: few, policy: faultsFail, states: 4_000 },
  { scenario: 'v6.12/xfs-rmapbt', bounds: few, policy: faultsFail, states: 4_000 },
  { scenario: 'v6.12/xfs-reflink-rmapbt', bounds: oneFile, policy: faultsSucceed, states: 4_000 },
  { scenario: 'v6.12/xfs-reflink-rmapbt', bounds: twoBlocks, policy: faultsSucceed, states: 20_000 },
  { scenario: 'v6.12/ext4', bounds: few, policy: byFrame, states: 4_000 },
  {
    scenario: 'v6.12/ext4',
    bounds: { ...racing, files: 1, tasks: 1 },
    policy: faultsSucceed,
    states: 20_000,
    raceAfter: [
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
    raceAfter: [
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
    raceAfter: [
      ['mmap', 0, 0, 1],
      ['write fault', 0, 0],
      ['FICLONE', 0, 0, 1, 0],
      ['mmap', 1, 1, 1],
      ['read fault', 1, 0],
    ],
  },
  { scenario: 'v6.12/xfs-reflink', bounds: twoBlocks, policy: faultsFail, states: 40_000 },
  { scenario: 'v6.12/ext4', bounds: twoOffsets, policy: faultsFail, states: 100_000 },
];
