import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { counterProgram } from '../../specs/reference/counter.ts';
import { explicitEngine } from '../engine/explicit-engine.ts';
import type { Outcome } from '../evidence/verdict.ts';
import { openCache } from './cache.ts';
import { cacheKeys } from './cache-key.ts';

const place = mkdtempSync(join(tmpdir(), 'pagedeed-cache-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(place, 'cache-'));
});

const program = counterProgram(2);
async function outcomeOf(property: string): Promise<Outcome> {
  const task = { program, properties: [property] };
  const [outcome] = await explicitEngine.check(
    task,
    { seconds: 60, memoryMiB: 512, depth: null },
    () => undefined,
  );
  return outcome as Outcome;
}
const files = (part: string) => readdirSync(join(folder, part)).map((name) => join(folder, part, name));
const only = (part: string): string => {
  expect(files(part)).toHaveLength(1);
  return files(part)[0] as string;
};

test('a violation is found again, by its key only, and its trace is replayed', async () => {
  const outcome = await outcomeOf('total');
  expect(outcome.verdict.verdict).toBe('violated');
  await openCache(folder).keep('a', outcome);
  expect(await openCache(folder).find('a')).toEqual(outcome);
  expect(await openCache(folder).find('b')).toBeUndefined();
});

test('what is open is not kept', async () => {
  const outcome = await outcomeOf('no-bug');
  expect(outcome.verdict.verdict).toBe('bounded');
  await openCache(folder).keep('a', outcome);
  expect(await openCache(folder).find('a')).toBeUndefined();
});

test.each<[string, () => void]>([
  ['an entry that is cut short', () => truncateSync(only('verdicts'), 40)],
  [
    'an entry that says something else',
    () =>
      writeFileSync(
        only('verdicts'),
        readFileSync(only('verdicts'), 'utf8').replace('"violated"', '"reached"'),
      ),
  ],
  [
    'an entry of another key',
    () => writeFileSync(join(folder, 'verdicts/a.json'), readFileSync(only('verdicts'))),
  ],
  ['a trace that is cut short', () => truncateSync(only('texts'), 100)],
  ['a trace of another text', () => writeFileSync(only('texts'), gzipSync('{}'))],
  ['a trace that is missing', () => rmSync(only('texts'))],
])('%s is not believed, and is replaced', async (what, damage) => {
  const outcome = await outcomeOf('total');
  const key = what.includes('another key') ? 'b' : 'a';
  await openCache(folder).keep(key, outcome);
  damage();
  expect(await openCache(folder).find('a')).toBeUndefined();
  await openCache(folder).keep('a', outcome);
  expect(await openCache(folder).find('a')).toEqual(outcome);
});

test('what was not used for a month goes', async () => {
  await openCache(folder).keep('a', await outcomeOf('total'));
  await openCache(folder).sweep();
  expect(await openCache(folder).find('a')).toBeDefined();
  const past = new Date(Date.now() - 40 * 24 * 3600 * 1000);
  for (const file of [...files('verdicts'), ...files('texts')]) utimesSync(file, past, past);
  await openCache(folder).sweep();
  expect([...files('verdicts'), ...files('texts')]).toEqual([]);
});

test('a folder that cannot be made is as if there were no cache', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const cache = openCache(join(file, 'cache'));
  await cache.keep('a', await outcomeOf('total'));
  expect(await cache.find('a')).toBeUndefined();
  await cache.sweep();
});

test('a key is of the program, the property and the engine, not of what else is asked', () => {
  const key = (p: typeof program, id: string, how: string, asked: readonly string[] = [id]) =>
    cacheKeys(p, asked, how).get(id);
  const before = key(program, 'total', 'explicit');
  expect(key(program, 'total', 'explicit', ['no-bug', 'total'])).toBe(before);
  expect(key({ ...program, properties: [...program.properties] }, 'total', 'explicit')).toBe(before);
  const [total] = program.properties;
  const others = [
    key(program, 'no-bug', 'explicit'),
    key(program, 'total', 'portfolio'),
    key(counterProgram(1), 'total', 'explicit'),
    key(
      { ...program, properties: [{ ...(total as NonNullable<typeof total>), says: 'no' }] },
      'total',
      'explicit',
    ),
  ];
  expect(new Set([before, ...others]).size).toBe(5);
  // Another predicate that nobody asked for changes nothing.
  const extended = {
    ...program,
    properties: [...program.properties, { ...(total as NonNullable<typeof total>), id: 'other' }],
  };
  expect(key(extended, 'total', 'explicit')).toBe(before);
});
