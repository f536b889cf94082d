/**
 * What is claimed: the verdict of each property in each scenario, at stated bounds and policy. Checks compare
 * with it. To weaken a claim takes a dated sentence at the claim that says what was learnt.
 */
import type { Policy, ScenarioBounds } from '../models/scenario.ts';

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
  return Object.entries(verdicts).flatMap(([verdict, properties]) =>
    properties.map((property) => ({
      scenario,
      bounds: oneCpu,
      policy: killAll,
      property,
      verdict: verdict as ClaimedVerdict,
      sets: verdict === 'violated' ? ['start', 'counterexamples'] : ['start'],
    })),
  );
}

export const claims: readonly Claim[] = [
  ...atOneCpu('v6.12/ext4', { proved: ['no-sentinel-deref'] }),
  ...atOneCpu('v6.12/xfs', { proved: ['no-sentinel-deref'] }),
  ...atOneCpu('v6.12/xfs-rmapbt', { proved: ['no-sentinel-deref'] }),
  ...atOneCpu('v6.12/xfs-reflink', { violated: ['no-sentinel-deref'] }),
  ...atOneCpu('v6.12/xfs-reflink-rmapbt', { proved: ['no-sentinel-deref'] }),
];
