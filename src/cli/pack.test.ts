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

/** No verdict of another run of the tests is known. */
const env = { ...process.env, XDG_CACHE_HOME: join(place, 'cache') };
const execute = promisify(execFile);
/** What it prints; rejects unless it exits 0. */
const run = async (cwd: string, command: string, ...args: readonly string[]): Promise<string> =>
  (await execute(command, args, { cwd, env })).stdout;
const pagedeed = (...args: readonly string[]): Promise<string> =>
  run(elsewhere, join(elsewhere, 'node_modules/.bin/pagedeed'), ...args);

const readme = readFileSync(join(root, 'README.md'), 'utf8');
/** What the README shows is what is printed. */
const shown = (text: string): string => text.replace(/^(?=.)/gm, '    ');

/** Packed from a copy: packing builds anew, and the dist/ that is there may be in use. */
beforeAll(async () => {
  for (const path of ['src', 'models', 'specs', 'build.mjs', 'package.json', 'LICENSE'])
    cpSync(join(root, path), join(sources, path), { recursive: true });
  for (const path of ['tsconfig.json', 'tsconfig.lang.json']) cpSync(join(root, path), join(sources, path));
  symlinkSync(join(root, 'node_modules'), join(sources, 'node_modules'));
  await run(sources, 'npm', 'pack', '--pack-destination', place);
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'package.json'), '{}');
  writeFileSync(join(elsewhere, 'share.ts'), /^\/\/ share\.ts.*?(?=^```)/ms.exec(readme)?.[0] ?? '');
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];
  await run(elsewhere, 'npm', 'install', ...quiet, join(place, `pagedeed-${version}.tgz`));
}, 120_000);
afterAll(() => rmSync(place, { recursive: true, force: true }));

test('the command says its version and what there is to check', async () => {
  expect(await pagedeed('--version')).toBe(`${version}\n`);
  expect(readme).toContain(shown(await pagedeed('list')));
});

const check = ['check', '--model', 'share.ts', '--property', 'count', '--out', 'out'];

test('the README’s model at one CPU: z3 proves it, and checks the certificate', async () => {
  const { results } = JSON.parse(
    await pagedeed(...check, '--cpus', '1', '--engine', 'k-induction', '--json'),
  );
  expect(results).toMatchObject([{ verdict: 'proved', solver: expect.stringMatching(/^z3-solver /) }]);
  const certificate = await pagedeed('certificate', '--model', 'share.ts', ...results[0].evidence);
  expect(certificate).toContain(' holds: ');
}, 120_000);

test('the README’s model at two CPUs: table and trace are those of the README', async () => {
  await expect(pagedeed(...check)).rejects.toMatchObject({
    code: 1,
    stdout: expect.toSatisfy((stdout: string) => readme.includes(shown(stdout))),
  });
  const trace = readFileSync(join(elsewhere, 'out/mine/share/2-cpus/count/trace.txt'), 'utf8');
  const diagram = /^CPU 0 .*?\.$/ms.exec(trace)?.[0] ?? 'no diagram';
  expect(readme).toContain(shown(diagram));
}, 120_000);
