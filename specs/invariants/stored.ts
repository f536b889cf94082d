/**
 * Invariants found before, by scenario and number of CPUs: they save the search, and are checked like any other. Without
 * them the verdicts are the same. `node specs/invariants/store.mjs OUT` keeps those of the certificates that
 * `pagedeed check --engine k-induction --cpus 1 --out OUT` wrote, or, for the mission's property at two CPUs,
 * `pagedeed check --engine value-sets --cpus 2 --property no-sentinel-deref --out OUT`.
 */
import ext4 from './v6.12-ext4.json' with { type: 'json' };
import xfs from './v6.12-xfs.json' with { type: 'json' };
import xfsReflink from './v6.12-xfs-reflink.json' with { type: 'json' };
import xfsReflinkRmapbt from './v6.12-xfs-reflink-rmapbt.json' with { type: 'json' };
import xfsRmapbt from './v6.12-xfs-rmapbt.json' with { type: 'json' };

interface Stored {
  readonly properties: readonly string[];
  readonly rounds: Readonly<Record<string, number>>;
  readonly lockOrder: readonly string[];
  /** SMT-LIB terms over the state's words. */
  readonly invariant: readonly string[];
}

/** With one CPU; how often loops go round in these serves other numbers, too. */
export const storedInvariants: Readonly<Record<string, Stored>> = {
  'v6.12/ext4': ext4,
  'v6.12/xfs': xfs,
  'v6.12/xfs-rmapbt': xfsRmapbt,
  'v6.12/xfs-reflink': xfsReflink,
  'v6.12/xfs-reflink-rmapbt': xfsReflinkRmapbt,
};

/** With two CPUs: megabytes, that are read when they are asked for. */
const atTwoCpus: Readonly<Record<string, () => Promise<{ readonly default: Stored }>>> = {
  'v6.12/ext4': () => import('./v6.12-ext4-2-cpus.json', { with: { type: 'json' } }),
  'v6.12/xfs': () => import('./v6.12-xfs-2-cpus.json', { with: { type: 'json' } }),
  'v6.12/xfs-rmapbt': () => import('./v6.12-xfs-rmapbt-2-cpus.json', { with: { type: 'json' } }),
  'v6.12/xfs-reflink-rmapbt': () =>
    import('./v6.12-xfs-reflink-rmapbt-2-cpus.json', { with: { type: 'json' } }),
};

export async function storedInvariant(scenario: string, cpus: number): Promise<Stored | undefined> {
  if (cpus === 1) return storedInvariants[scenario];
  return cpus === 2 ? (await atTwoCpus[scenario]?.())?.default : undefined;
}
