/** CPUs of kernel code that are exchanged, with what it has beyond locks: grace periods, and each CPU's own words. */
import { describe, expect, test } from 'vitest';
import { rcu_read_lock, rcu_read_unlock, synchronize_rcu } from '../../models/locks.ts';
import { defaultSetting, scenarioProgram } from '../cli/catalogue.ts';
import { eq, set, WARN_ON } from '../lang/public.ts';
import { lower } from '../system/lower.ts';
import { account as it, lockers } from './arbitrary-lockers.fixture.ts';
import { search } from './search.ts';
import { countClasses } from './symmetry.fixture.ts';

describe('two CPUs that wait for each in turn', () => {
  test('are interchangeable', () => {
    const reader = [rcu_read_lock(), WARN_ON(eq(it.n, 1)), rcu_read_unlock()];
    const writer = [set(it.flag, 1), synchronize_rcu(), set(it.n, 1), set(it.n, 0), set(it.flag, 0)];
    const p = lockers(2, reader, writer);
    const { until } = { until: ['no-warn'] };
    const [all, reduced] = [search(lower(p), { until }), search(lower(p), { until, reduce: ['symmetry'] })];
    expect(reduced.left).toEqual(['symmetry']);
    expect([...reduced.found.keys()]).toEqual([...all.found.keys()]);
  });

  test('are not where a reader waits, which it does for ever', () => {
    const p = lockers(2, [rcu_read_lock(), synchronize_rcu(), rcu_read_unlock()]);
    const [all, reduced] = [search(lower(p)), search(lower(p), { reduce: ['symmetry'] })];
    expect(all.found.has('deadlock-free')).toBe(true);
    expect([reduced.left, reduced.states]).toEqual([[], all.states]);
  });
});

test('memory failure, eviction and mmap of one file on ext4', { timeout: 240_000 }, () => {
  const bounds = { cpus: 2, files: 1, blocks: 1, offsets: 1, tasks: 1 };
  const setting = { bounds, policy: defaultSetting.policy };
  const whole = scenarioProgram('v6.12/ext4', setting, ['no-sentinel-deref', 'lock-pairing', 'no-warn']);
  const operations = whole.operations.filter((o) =>
    ['mmap', 'madvise HWPOISON', 'munmap', 'unlink'].includes(o),
  );
  const p = { ...whole, operations };
  const options = { trackLocks: true };
  const [all, reduced] = [search(lower(p), options), search(lower(p), { ...options, reduce: ['symmetry'] })];
  expect([...reduced.found.keys()].sort()).toEqual([...all.found.keys()].sort());
  expect([...reduced.order.keys()].sort()).toEqual([...all.order.keys()].sort());
  expect(reduced.states).toBe(countClasses(p, all));
  expect(reduced.states * 1.9).toBeLessThan(all.states);
});
