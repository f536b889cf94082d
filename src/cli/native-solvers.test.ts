import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storedInvariants } from '../../specs/invariants/stored.ts';
import type { Script } from '../evidence/certificate.ts';
import { regenerate } from '../evidence/check-certificate.ts';
import { runScriptExternally } from '../solver/external.ts';
import { findNativeSolver } from '../solver/native.ts';
import { defaultSetting, propertyIds, scenarioProgram } from './catalogue.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pagedeed-'));
});
afterAll(() => rm(folder, { recursive: true }));

const oneCpu = { ...defaultSetting, bounds: { ...defaultSetting.bounds, cpus: 1 } };

/** Of the certificate of a stored invariant, the longest first. */
function scriptsOf(scenario: string): readonly Script[] {
  const { rounds, lockOrder, properties, invariant } = storedInvariants[scenario] ?? expect.fail(scenario);
  const given = { rounds, lockOrder, properties, invariant: invariant.map((smt) => ({ smt })) };
  const { scripts } = regenerate(given, scenarioProgram(scenario, oneCpu, propertyIds));
  return [...scripts].sort((a, b) => b.text.length - a.text.length);
}

const LONGEST_MS = 120_000;

describe.each([
  ['z3', 'v6.12/ext4', Number.POSITIVE_INFINITY],
  ['z3', 'v6.12/xfs-reflink-rmapbt', 12],
  ['cvc5', 'v6.12/ext4', 2],
] as const)('%s, which this project does not ship', async (name, scenario, most) => {
  const solver = await findNativeSolver(name);
  test.skipIf(!solver)(
    `confirms scripts of ${scenario} (apt-get install ${name})`,
    async () => {
      const file = join(folder, `${name}.smt2`);
      for (const script of scriptsOf(scenario).slice(0, most)) {
        await writeFile(file, script.text);
        const answer = await runScriptExternally(solver as NonNullable<typeof solver>, file, LONGEST_MS);
        expect(answer, script.name).toEqual({ kind: 'answered', results: ['unsat'] });
      }
    },
    10 * LONGEST_MS,
  );
});
