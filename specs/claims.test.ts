import { expect, test } from 'vitest';
import { scenarioProgram } from '../src/cli/catalogue.ts';
import { explicitEngine } from '../src/engine/explicit-engine.ts';
import { type Claim, claims, races } from './claims.ts';

/** What is claimed, but for its verdict, with another number of CPUs if that is given. */
const about = ({ scenario, property, policy, bounds }: Claim, cpus = bounds.cpus): string =>
  JSON.stringify([scenario, property, policy, { ...bounds, cpus }]);

test('nothing is claimed twice', () => {
  expect(new Set(claims.map((c) => about(c))).size).toBe(claims.length);
});

test('at most one in twenty is left open', () => {
  const decisions = claims.filter((c) => !c.property.startsWith('reach:'));
  const open = decisions.filter((c) => c.verdict === 'bounded' || c.verdict === 'unknown');
  expect(open.length).toBeLessThanOrEqual(decisions.length / 20);
});

test('of each violation with several CPUs it is claimed what one CPU comes to', () => {
  const decided = claims
    .filter((c) => c.verdict === 'proved' || c.verdict === 'violated')
    .map((c) => about(c));
  const severally = claims.filter((c) => c.verdict === 'violated' && c.bounds.cpus > 1);
  expect(decided).toEqual(expect.arrayContaining(severally.map((c) => about(c, 1))));
});

test.each(races.flatMap(({ scenarios, ...race }) => scenarios.map((scenario) => ({ ...race, scenario }))))(
  'no state that one CPU of $scenario comes to violates any of $properties',
  async ({ scenario, properties, bounds, policy }) => {
    const program = scenarioProgram(scenario, { bounds: { ...bounds, cpus: 1 }, policy }, properties);
    const limits = { seconds: 100, memoryMiB: 512, depth: null };
    const outcomes = await explicitEngine.check({ program, properties }, limits, () => undefined);
    const complete = { verdict: 'bounded', reason: expect.stringMatching(/^all \d+ states/) };
    expect(outcomes.map((o) => o.verdict)).toEqual(properties.map(() => complete));
  },
);
