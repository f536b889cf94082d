/** A grace period of three CPUs ends when each was outside a read-side section, and not only in an order. */
import { expect, test } from 'vitest';
import { defaultSetting, scenarioProgram } from '../src/cli/catalogue.ts';
import { search } from '../src/engine/search.ts';
import { checkProgram } from '../src/lang/check.ts';
import {
  assume,
  eq,
  operation,
  program,
  set,
  smp_processor_id,
  struct,
  the,
  type U8,
  u8,
  WARN_ON,
} from '../src/lang/public.ts';
import { lower } from '../src/system/lower.ts';
import { rcu_read_lock, rcu_read_unlock, synchronize_rcu, synchronizeRcuOf } from './locks.ts';

const moment = struct<{ early: U8; late: U8; over: U8 }>('moment', { early: u8, late: u8, over: u8 });
const { early, late, over } = the(moment);
const on = (cpu: number) => assume(eq(smp_processor_id, cpu));

/** `first` is out early and in again, for good, before `second` is out. */
const programOf = (first: number, second: number, many: boolean) =>
  program({
    name: 'a grace period',
    bounds: { cpus: 3 },
    ...(many && { bind: { [synchronize_rcu.functionName]: synchronizeRcuOf(3) } }),
    operations: [
      operation('free', {}, () => [
        ...[on(0), assume(eq(over, 0)), assume(eq(early, 1)), assume(eq(late, 1))],
        ...[synchronize_rcu(), set(over, 1)],
      ]),
      operation('early', {}, () => [
        ...[on(first), assume(eq(early, 0)), rcu_read_lock(), set(early, 1), rcu_read_unlock()],
        ...[rcu_read_lock(), set(early, 2)],
      ]),
      operation('late', {}, () => [on(second), assume(eq(late, 0)), rcu_read_lock(), set(late, 1)]),
      operation('late, too', {}, () => [
        ...[on(second), assume(eq(late, 1)), assume(eq(early, 2)), set(late, 2), rcu_read_unlock()],
      ]),
      operation('see', {}, () => [on(second), assume(eq(late, 2)), WARN_ON(eq(over, 1))]),
    ],
  });

test.each(['v6.12/ext4', 'v6.12/xfs-reflink'])('%s with three CPUs is well-formed', (id) => {
  const setting = { ...defaultSetting, bounds: { ...defaultSetting.bounds, cpus: 3 } };
  expect(checkProgram(scenarioProgram(id, setting, ['no-sentinel-deref']))).toEqual([]);
});

test.each([
  [1, 2, true, true],
  [2, 1, true, true],
  [1, 2, false, true],
  [2, 1, false, false],
])('CPU %i is out before CPU %i; in any order: %s', (first, second, many, ends) => {
  const p = programOf(first, second, many);
  expect(search(lower(p)).found.has('no-warn')).toBe(ends);
});
