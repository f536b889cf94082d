/** Every known violation is replayed from its file, reads as pinned, and is claimed; every claimed one is here. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { claims } from '../specs/claims.ts';
import { replay } from '../src/evidence/replay.ts';
import { raceDiagram } from '../src/report/race-diagram.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.itf.json'))
  .sort();

test.each(files)('%s', (file) => {
  const trace = replay(readFileSync(join(here, file), 'utf8'), file);
  expect(raceDiagram(trace)).toBe(readFileSync(join(here, file.replace('.itf.json', '.txt')), 'utf8'));
  expect(relative(here, dirname(join(here, file)))).toBe(`${trace.program.name}/${trace.shown.property}`);
});

test('the violations pinned are those claimed', () => {
  const claimed = claims.filter((c) => c.verdict === 'violated').map((c) => `${c.scenario}/${c.property}`);
  expect([...new Set(files.map((file) => dirname(file)))]).toEqual([...new Set(claimed)].sort());
});
