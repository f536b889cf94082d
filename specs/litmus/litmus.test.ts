/**
 * Every litmus test on its stacks: its conditions hold, and the final states are those of NAME.expected.
 * `npx vitest run specs/litmus --update` writes these files anew; a change of one takes a reason.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { cellsOf } from '../../src/cli/litmus.ts';
import { runLitmus } from '../../src/cli/run-litmus.ts';
import { parseLitmus } from '../../src/litmus/parse.ts';
import { showResult } from '../../src/litmus/show.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.litmus'));
const unsaid = { text: () => undefined };

describe.each(files)('%s', (file) => {
  const parsed = parseLitmus(readFileSync(`${folder}${file}`, 'utf8'), file);

  test('expects something, and is named as its file', () => {
    expect(parsed.conditions).not.toEqual([]);
    expect(`${parsed.name}.litmus`).toBe(file);
  });

  test('its outcomes', { timeout: 300_000 }, async () => {
    const runs = cellsOf({ file, test: parsed }, unsaid).map(({ era, stack }) =>
      runLitmus(parsed, era, stack, { seconds: 250 }),
    );
    await expect(runs.map(({ result }) => showResult(result)).join('\n')).toMatchFileSnapshot(
      `${folder}${parsed.name}.expected`,
    );
    for (const { result } of runs)
      for (const { condition, holds } of result.judged) expect([condition, holds]).toEqual([condition, true]);
  });
});

/** A test with its names replaced by the order in which they first appear, and without its conditions. */
function shape(file: string): string {
  const text = readFileSync(`${folder}${file}`, 'utf8');
  const { name, conditions: _, ...rest } = parseLitmus(text, file);
  const names = [...rest.files, ...rest.tasks].map((n) => n.name).concat(rest.free, name);
  const numbers = new Map(names.map((n, i) => [n, `#${i}`]));
  return JSON.stringify(rest, (key, value) => {
    if (key === 'at') return undefined;
    return typeof value === 'string' ? (numbers.get(value) ?? value) : value;
  });
}

test('no two tests are alike up to renaming', () => {
  const shapes = new Map<string, string[]>();
  for (const file of files) shapes.set(shape(file), [...(shapes.get(shape(file)) ?? []), file]);
  expect([...shapes.values()].filter((alike) => alike.length > 1)).toEqual([]);
});

test('there are as many as promised', () => {
  const expected = (name: string) => readFileSync(`${folder}${name.replace('.litmus', '.expected')}`, 'utf8');
  const several = files.filter((name) => /^States (?!1$)\d+$/m.test(expected(name)));
  const races = files.filter((name) => /^order steps$/m.test(readFileSync(`${folder}${name}`, 'utf8')));
  expect(files.length).toBeGreaterThanOrEqual(40);
  expect(several.length).toBeGreaterThanOrEqual(10);
  expect(races.length).toBeGreaterThanOrEqual(5);
});
