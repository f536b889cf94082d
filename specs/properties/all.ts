/** Every property that can be asked of the eras encoded so far, in the order in which reports list them. */
import { deadlockFree } from './deadlock-free.ts';
import { failureHandled } from './failure-handled.ts';
import { idleClean } from './idle-clean.ts';
import { killComplete } from './kill-complete.ts';
import { killExact } from './kill-exact.ts';
import { lockOrder } from './lock-order.ts';
import { lockPairing } from './lock-pairing.ts';
import { marked } from './marked.ts';
import { noBug } from './no-bug.ts';
import { noDataRace } from './no-data-race.ts';
import { noNullDeref } from './no-null-deref.ts';
import { noReuseWhileBusy } from './no-reuse-while-busy.ts';
import { noSentinelDeref } from './no-sentinel-deref.ts';
import { noStaleDeref } from './no-stale-deref.ts';
import { noWarn } from './no-warn.ts';
import { ownerTuple } from './owner-tuple.ts';
import type { Property } from './property.ts';
import { refcountBalance } from './refcount-balance.ts';
import { shareCount } from './share-count.ts';
import { unmapComplete } from './unmap-complete.ts';

export const properties: readonly Property[] = [
  noSentinelDeref,
  noNullDeref,
  noStaleDeref,
  ownerTuple,
  shareCount,
  idleClean,
  lockPairing,
  noWarn,
  noBug,
  killComplete,
  killExact,
  unmapComplete,
  marked,
  failureHandled,
  deadlockFree,
  lockOrder,
  noDataRace,
  noReuseWhileBusy,
  refcountBalance,
];

export function propertyNamed(id: string): Property | undefined {
  return properties.find((property) => property.id === id);
}
