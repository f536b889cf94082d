/** Every known violation is replayed from its file, reads as pinned, and is claimed. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Claim, claims } from '../specs/claims.ts';
import { scenarioProgram } from '../src/cli/catalogue.ts';
import { settingFolder } from '../src/cli/setting.ts';
import { replay } from '../src/evidence/replay.ts';
import { raceDiagram } from '../src/report/race-diagram.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.itf.json'))
  .sort();

test.each(files)('%s', (file) => {
  const trace = replay(readFileSync(join(here, file), 'utf8'), file);
  expect(raceDiagram(trace)).toBe(readFileSync(join(here, file.replace('.itf.json', '.txt')), 'utf8'));
  const { name } = trace.program;
  expect(dirname(file)).toBe(`${name}/${settingFolder(trace.program)}/${trace.shown.property}`);
});

const programOf = ({ scenario, bounds, policy }: Claim) => scenarioProgram(scenario, { bounds, policy }, []);

test('the violations pinned are those of that set of claims', () => {
  const claimed = claims
    .filter((c) => c.sets.includes('counterexamples'))
    .map((c) => `${c.scenario}/${settingFolder(programOf(c))}/${c.property}`);
  expect([...new Set(files.map((file) => dirname(file)))]).toEqual([...new Set(claimed)].sort());
});
