/**
 * Invariants found before, by scenario: they save the search, and are checked like any other. Without them
 * the verdicts are the same. `node specs/invariants/store.mjs OUT` keeps those of the
 * certificates that `pagedeed check --engine k-induction --out OUT` wrote.
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

export const storedInvariants: Readonly<Record<string, Stored>> = {
  'v6.12/ext4': ext4,
  'v6.12/xfs': xfs,
  'v6.12/xfs-rmapbt': xfsRmapbt,
  'v6.12/xfs-reflink': xfsReflink,
  'v6.12/xfs-reflink-rmapbt': xfsReflinkRmapbt,
};
