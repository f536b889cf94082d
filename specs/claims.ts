/**
 * What is claimed: the verdict of each property in each scenario, at stated bounds and policy. Checks compare
 * with it. To weaken a claim takes a dated sentence at the claim that says what was learnt.
 */
import type { Policy, ScenarioBounds } from '../models/scenario.ts';
import { properties } from './properties/all.ts';

export type ClaimedVerdict = 'proved' | 'violated' | 'bounded' | 'unknown' | 'reached' | 'unreachable';

export interface Claim {
  readonly scenario: string;
  readonly bounds: ScenarioBounds;
  readonly policy: Policy;
  readonly property: string;
  readonly verdict: ClaimedVerdict;
  /** The pinned sets that it belongs to: `start` is what `npm start` checks, `counterexamples` what is pinned there. */
  readonly sets: readonly string[];
}

const oneCpu: ScenarioBounds = { cpus: 1, files: 2, blocks: 2, offsets: 2, tasks: 2 };
const killAll: Policy = { earlyKill: 'all', source: 'task' };
const usual = { bounds: oneCpu, policy: killAll };

function atOneCpu(
  scenario: string,
  verdicts: Readonly<Partial<Record<ClaimedVerdict, readonly string[]>>>,
): readonly Claim[] {
  return Object.entries(verdicts).flatMap(([verdict, listed]) =>
    listed.map((property) => ({
      scenario,
      bounds: oneCpu,
      policy: killAll,
      property,
      verdict: verdict as ClaimedVerdict,
      sets: verdict === 'violated' ? ['start', 'counterexamples'] : ['start'],
    })),
  );
}

/** At these bounds all that can be reached is: smaller ones leave some of it out. */
const fewOffsets: ScenarioBounds = { ...oneCpu, offsets: 1 };

/** Each function that is part of the scenario can be entered, but for these; nothing is proved of an empty model. */
function reachable(scenario: string, but: readonly string[]): readonly Claim[] {
  const claim = { scenario, bounds: fewOffsets, policy: killAll, sets: ['reach'] };
  return [
    { ...claim, property: 'reach:*', verdict: 'reached' },
    ...but.map((fn) => ({ ...claim, property: `reach:${fn}`, verdict: 'unreachable' as const })),
  ];
}

/** A KSM or anonymous page is never a DAX page; the filter is off; one CPU never waits; SIGKILL is for lost addresses. */
const never = [
  'collect_procs_ksm',
  'collect_procs_anon',
  'folio_lock_anon_vma_read',
  'folio_mapped',
  'page_mapped_in_vma',
  'folio_anon_vma',
  'hwpoison_filter_dev',
  'folio_mapping',
  'wait_entry_unlocked',
  'do_send_sig_info_SIGKILL',
];
const sharing = [
  'dax_page_share_put',
  'dax_page_share_get',
  'dax_iomap_copy_around',
  'dax_fault_return',
  'vmf_error',
];
const xfsSharing = [
  'xfs_reflink_allocate_cow',
  'xfs_refcount_find_shared',
  'xfs_reflink_cancel_cow_range',
  'xfs_reflink_end_cow',
  ...sharing,
];
const genericRoute = [
  'mf_generic_kill_procs',
  'dax_lock_folio',
  'dax_unlock_folio',
  'hwpoison_filter',
  'collect_procs',
  'folio_test_ksm',
  'folio_test_anon',
  'add_to_kill_anon_file',
  'collect_procs_file',
  'page_address_in_vma',
];
const filesystemRoute = [
  'xfs_dax_notify_ddev_failure',
  'xfs_rmap_query_range',
  'xfs_dax_failure_fn',
  'xfs_iget_incore',
  'igrab',
  'mf_dax_kill_procs',
  'dax_lock_mapping_entry',
  'dax_unlock_mapping_entry',
  'page_of_cookie',
  'collect_procs_fsdax',
  'add_to_kill_fsdax',
  'xfs_force_shutdown',
];

/** All that v6.12's order-0 pages have. */
const all: readonly string[] = properties.map((p) => p.id);

/** At the default bounds, what one CPU comes to alone, and so do several. */
const violatedByOne: Readonly<Record<string, readonly string[]>> = {
  'v6.12/ext4': [],
  'v6.12/xfs': [],
  'v6.12/xfs-rmapbt': ['lock-order'],
  'v6.12/xfs-reflink': ['no-sentinel-deref', 'no-warn', 'owner-tuple', 'share-count', 'failure-handled'],
  'v6.12/xfs-reflink-rmapbt': ['no-warn', 'owner-tuple', 'share-count', 'marked', 'lock-order'],
};

const everyStack = Object.keys(violatedByOne);

/** The smallest bounds; two files, which may share the block or have it one after the other; two blocks for one page. */
const oneOfEach = { files: 1, blocks: 1, offsets: 1, tasks: 1 };
const twoFiles = { ...oneOfEach, files: 2 };
const twoBlocks = { ...oneOfEach, blocks: 2 };
const smallest = { bounds: oneOfEach, policy: killAll };
/** Neither memory nor a fault. */
const nothingFails: Policy = { ...killAll, source: null, faultsFail: false };

type Bounds = Omit<ScenarioBounds, 'cpus'>;

/** What takes a race: two CPUs violate it at these bounds, one CPU does not. */
export const races: readonly {
  readonly scenarios: readonly string[];
  readonly bounds: Bounds;
  readonly policy: Policy;
  readonly properties: readonly string[];
}[] = [
  {
    scenarios: everyStack,
    bounds: oneOfEach,
    policy: killAll,
    properties: ['no-warn', 'no-reuse-while-busy'],
  },
  {
    scenarios: ['v6.12/xfs-reflink-rmapbt'],
    bounds: oneOfEach,
    policy: killAll,
    properties: ['deadlock-free'],
  },
  {
    scenarios: ['v6.12/ext4', 'v6.12/xfs'],
    bounds: twoFiles,
    policy: killAll,
    properties: ['no-data-race'],
  },
  {
    scenarios: ['v6.12/xfs-reflink'],
    bounds: twoFiles,
    policy: killAll,
    properties: ['lock-pairing'],
  },
  {
    scenarios: ['v6.12/xfs-reflink', 'v6.12/xfs-reflink-rmapbt'],
    bounds: twoFiles,
    policy: nothingFails,
    properties: ['no-data-race', 'no-warn', 'share-count', 'idle-clean'],
  },
];

function withCpus(
  scenario: string,
  cpus: number,
  property: string,
  verdict: ClaimedVerdict,
  { bounds, policy }: Pick<(typeof races)[number], 'bounds' | 'policy'>,
  sets: readonly string[] = ['cpus'],
): Claim {
  return { scenario, bounds: { ...bounds, cpus }, policy, property, verdict, sets };
}

/** What two CPUs violate at the smallest bounds. */
const violatedByTwo: Readonly<Record<string, readonly string[]>> = {
  'v6.12/ext4': [],
  'v6.12/xfs': [],
  'v6.12/xfs-rmapbt': ['lock-order'],
  'v6.12/xfs-reflink': [],
  'v6.12/xfs-reflink-rmapbt': ['lock-order'],
};
/** Whatever else is asked of these is proved. */
const provedByTwo: readonly { readonly scenarios: readonly string[]; readonly bounds: Bounds }[] = [
  { scenarios: everyStack, bounds: oneOfEach },
  { scenarios: everyStack, bounds: twoBlocks },
  { scenarios: ['v6.12/ext4', 'v6.12/xfs'], bounds: twoFiles },
];

/** What is claimed of two CPUs at these bounds, or smaller ones. */
const racing = (scenario: string, within: Bounds): readonly string[] =>
  races.flatMap(({ scenarios, bounds, policy, properties }) =>
    policy === killAll && scenarios.includes(scenario) && isWithin(bounds, within) ? properties : [],
  );
const isWithin = (small: Bounds, large: Bounds): boolean =>
  Object.entries(large).every(([name, most]) => small[name as keyof Bounds] <= most);

const MISSION = 'no-sentinel-deref';
const setsOf = (property: string): readonly string[] => (property === MISSION ? ['start', 'cpus'] : ['cpus']);

export const claims: readonly Claim[] = [
  ...Object.entries(violatedByOne).flatMap(([scenario, violated]) => [
    ...atOneCpu(scenario, { proved: all.filter((id) => !violated.includes(id)), violated }),
    ...violated.map((id) => withCpus(scenario, 2, id, 'violated', usual, setsOf(id))),
  ]),
  ...races.flatMap(({ scenarios, properties, ...at }) =>
    scenarios.flatMap((scenario) =>
      properties.flatMap((id) => [
        withCpus(scenario, 2, id, 'violated', at, ['cpus', 'counterexamples']),
        withCpus(scenario, 1, id, 'proved', at),
      ]),
    ),
  ),
  ...Object.entries(violatedByTwo).flatMap(([scenario, violated]) => [
    ...violated.flatMap((id) => [2, 1].map((cpus) => withCpus(scenario, cpus, id, 'violated', smallest))),
    ...provedByTwo
      .filter(({ scenarios }) => scenarios.includes(scenario))
      .flatMap(({ bounds }) =>
        all
          .filter((id) => !violated.includes(id) && !racing(scenario, bounds).includes(id))
          .map((id) => withCpus(scenario, 2, id, 'proved', { bounds, policy: killAll })),
      ),
  ]),
  ...everyStack
    .filter((scenario) => !violatedByOne[scenario]?.includes(MISSION))
    .map((scenario) => withCpus(scenario, 2, MISSION, 'proved', usual, setsOf(MISSION))),
  withCpus('v6.12/xfs-reflink', 3, MISSION, 'violated', usual),
  withCpus('v6.12/xfs-reflink-rmapbt', 3, MISSION, 'proved', usual),
  ...reachable('v6.12/ext4', [...never, ...sharing, 'notify_failure']),
  ...reachable('v6.12/xfs', [...never, ...xfsSharing, ...filesystemRoute]),
  ...reachable('v6.12/xfs-rmapbt', [...never, ...xfsSharing, ...genericRoute, 'xfs_force_shutdown']),
  ...reachable('v6.12/xfs-reflink', [...never, ...filesystemRoute]),
  ...reachable('v6.12/xfs-reflink-rmapbt', [...never, ...genericRoute]),
];
