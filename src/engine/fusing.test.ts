/** Fusing steps loses no verdict: what is found, and what is reached, with it is what is without. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { references } from '../../specs/reference/references.ts';
import { defaultSetting, scenarioProgram } from '../cli/catalogue.ts';
import {
  BUG_ON,
  eq,
  increment,
  mutex_lock,
  mutex_unlock,
  type Program,
  set,
  WARN_ON,
} from '../lang/public.ts';
import { lower } from '../system/lower.ts';
import { arbitraryLockers, account as it, lockers } from './arbitrary-lockers.fixture.ts';
import { search } from './search.ts';

const named = references
  .filter((r) => r.program.bounds.cpus > 1)
  .map(({ program: p }) => [`${p.name}, ${p.bounds.cpus} CPUs`, p] as const);

function seenIn(p: Program, reduce: readonly 'fuse'[]) {
  const { found, reached, states, complete } = search(lower(p), { reduce });
  expect(complete).toBe(true);
  return { seen: { found: [...found.keys()].sort(), reached: [...reached.keys()].sort() }, states };
}
function requireSame(p: Program): { readonly all: number; readonly fused: number } {
  const [all, fused] = [seenIn(p, []), seenIn(p, ['fuse'])];
  expect(fused.seen).toEqual(all.seen);
  expect(fused.states).toBeLessThanOrEqual(all.states);
  return { all: all.states, fused: fused.states };
}

test.each(named)('%s', (_, p) => {
  requireSame(p);
});

describe('steps are fused', () => {
  test('that access words under a lock, or drop it', () => {
    const work = [mutex_lock(it.lock), increment(it.n), increment(it.m), mutex_unlock(it.lock)];
    const { all, fused } = requireSame(lockers(2, work));
    expect(fused * 2).toBeLessThan(all);
  });
});

describe('nothing is lost', () => {
  const inside = [mutex_lock(it.lock), set(it.n, 1), set(it.n, 0), mutex_unlock(it.lock)];

  test('where another CPU looks without the lock', () => {
    requireSame(lockers(2, inside, [WARN_ON(eq(it.n, 1))]));
  });

  test('where another CPU looks under another lock', () => {
    requireSame(lockers(2, inside, [mutex_lock(it.other), WARN_ON(eq(it.n, 1)), mutex_unlock(it.other)]));
  });

  test('where a task dies after what others see', () => {
    const dies = [mutex_lock(it.lock), set(it.flag, 1), BUG_ON(eq(it.m, 0)), mutex_unlock(it.lock)];
    const stores = [mutex_lock(it.lock), set(it.m, 0), mutex_unlock(it.lock)];
    requireSame(lockers(2, dies, stores, [WARN_ON(eq(it.flag, 1)), set(it.flag, 0)]));
  });

  test('where a lock is dropped that is not held', () => {
    requireSame(lockers(2, inside, [mutex_unlock(it.lock), WARN_ON(eq(it.n, 1))]));
  });
});

test('random programs', () => {
  let fusedAway = 0;
  fc.assert(
    fc.property(arbitraryLockers, (bodies) => {
      const { all, fused } = requireSame(lockers(2, ...bodies));
      if (fused < all) fusedAway++;
    }),
    { seed: 20261125, numRuns: 300 },
  );
  expect(fusedAway).toBeGreaterThan(50);
}, 120_000);

test('faults and munmap of one file on ext4', { timeout: 120_000 }, () => {
  const bounds = { cpus: 2, files: 1, blocks: 1, offsets: 1, tasks: 1 };
  const setting = { bounds, policy: defaultSetting.policy };
  const whole = scenarioProgram('v6.12/ext4', setting, ['no-sentinel-deref', 'lock-pairing']);
  const operations = whole.operations.filter((o) => ['mmap', 'read fault', 'munmap'].includes(o));
  const { all, fused } = requireSame({ ...whole, operations });
  expect(fused * 1.5).toBeLessThan(all);
});
