/** The package as others get it: packed, installed into an empty folder, and run from there, z3 included. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'pagedeed-pack-'));
const [sources, elsewhere] = [join(place, 'sources'), join(place, 'elsewhere')];
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const execute = promisify(execFile);
/** What it prints; rejects unless it exits 0. */
const run = async (cwd: string, command: string, ...args: readonly string[]): Promise<string> =>
  (await execute(command, args, { cwd })).stdout;
const pagedeed = (...args: readonly string[]): Promise<string> =>
  run(elsewhere, join(elsewhere, 'node_modules/.bin/pagedeed'), ...args);

/** A word that is an owner or a count, as a flag says. */
const MODEL = `import { assume, eq, not, operation, or, program as make, set, struct, the } from 'pagedeed/lang';
import { type U8, type U64, u8, u64 } from 'pagedeed/lang';

const page = struct<{ mapping: U64; shared: U8 }>('page', { mapping: u64, shared: u8 });
const own = operation('own', {}, () => [assume(not(the(page).shared)), set(the(page).mapping, 0x1000)]);
const share = operation('share', {}, () => [set(the(page).mapping, 0), set(the(page).shared, 1)]);

export const program = make({
  name: 'mine/owner-or-shared',
  bounds: { cpus: 1 },
  operations: [own, share],
  properties: [
    {
      id: 'owner-or-shared',
      holds: or(eq(the(page).mapping, 0), eq(the(page).shared, 0)),
      judged: { when: 'idle' },
      says: 'the page has an owner and is shared',
    },
  ],
});
`;

/** Packed from a copy: packing builds anew, and the dist/ that is there may be in use. */
beforeAll(async () => {
  for (const path of ['src', 'models', 'specs', 'build.mjs', 'package.json', 'LICENSE'])
    cpSync(join(root, path), join(sources, path), { recursive: true });
  for (const path of ['tsconfig.json', 'tsconfig.lang.json']) cpSync(join(root, path), join(sources, path));
  symlinkSync(join(root, 'node_modules'), join(sources, 'node_modules'));
  await run(sources, 'npm', 'pack', '--pack-destination', place);
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'package.json'), '{}');
  writeFileSync(join(elsewhere, 'mine.ts'), MODEL);
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];
  await run(elsewhere, 'npm', 'install', ...quiet, join(place, `pagedeed-${version}.tgz`));
}, 120_000);
afterAll(() => rmSync(place, { recursive: true, force: true }));

test('the command says its version and what there is to check', async () => {
  expect(await pagedeed('--version')).toBe(`${version}\n`);
  expect(await pagedeed('list')).toContain('v6.12/xfs-reflink\n');
});

test('z3 proves a model of one’s own, and checks the certificate', async () => {
  const check = ['check', '--model', 'mine.ts', '--property', 'owner-or-shared', '--engine', 'k-induction'];
  const { results } = JSON.parse(await pagedeed(...check, '--out', 'out', '--json'));
  expect(results).toMatchObject([{ verdict: 'proved', solver: expect.stringMatching(/^z3-solver /) }]);
  const certificate = await pagedeed('certificate', '--model', 'mine.ts', ...results[0].evidence);
  expect(certificate).toContain(' holds: ');
}, 120_000);
