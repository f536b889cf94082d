/** Searches of the kernel's scenarios come to the same with help as without: several CPUs, and much to be found. */
import { expect, test } from 'vitest';
import { defaultSetting, propertyIds, scenarioProgram } from '../cli/catalogue.ts';
import { earlyHelp, requireSame } from './helpers.fixture.ts';

const setting = { ...defaultSetting, bounds: { ...defaultSetting.bounds, cpus: 2 } };

test.each(['v6.12/ext4', 'v6.12/xfs-reflink'])('%s', { timeout: 120_000 }, async (id) => {
  const program = scenarioProgram(id, setting, propertyIds);
  const { helped, reached, order } = await requireSame(program, await earlyHelp(1), {
    limits: { depth: 26 },
  });
  expect(helped).toBeGreaterThan(0);
  expect(Math.min(reached.size, order.size)).toBeGreaterThan(0);
});
