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

/** All that v6.12's order-0 pages have. */
const all: readonly string[] = properties.map((p) => p.id);

function onlyViolated(scenario: string, violated: readonly string[]): readonly Claim[] {
  return atOneCpu(scenario, { proved: all.filter((id) => !violated.includes(id)), violated });
}

export const claims: readonly Claim[] = [
  ...atOneCpu('v6.12/ext4', { proved: all }),
  ...atOneCpu('v6.12/xfs', { proved: all }),
  ...onlyViolated('v6.12/xfs-rmapbt', ['lock-order']),
  ...onlyViolated('v6.12/xfs-reflink', [
    'no-sentinel-deref',
    'no-warn',
    'owner-tuple',
    'share-count',
    'failure-handled',
  ]),
  ...onlyViolated('v6.12/xfs-reflink-rmapbt', [
    'no-warn',
    'owner-tuple',
    'share-count',
    'marked',
    'lock-order',
  ]),
];
