/** `pagedeed litmus` as its users start it. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { built, env, folder, pagedeed } from './command.fixture.ts';

const litmus = (name: string, ...lines: readonly string[]) =>
  writeFileSync(join(folder, name), `litmus ${name}\n${lines.join('\n')}\n`);
const poison = ['files A 1', 'task P1 maps A', 'P1: touch A[0]; madvise A[0] HWPOISON'];

/** Goes through far more states than a test has time for. */
const long = [
  ...['stack xfs-reflink', 'files A 1, B 1', 'free X, Y', 'share A -> B'],
  ...['task P1 maps A', 'task P2 maps B', 'task P3 maps A'],
  ...['P1: write A[0]', 'P2: write B[0]', 'P3: write A[0]; write A[0]', 'order steps'],
];

test('conditions that hold: the states, status 0', { timeout: 60_000 }, async () => {
  litmus('poison', 'stack ext4', ...poison, 'exists P1 got AR at A[0]');
  const run = await pagedeed('litmus', 'poison');
  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(run.stdout).toMatch(/^Test poison v6.12\/ext4\nStates 1\nP1: touch A\[0\]: ok, /);
  expect(run.stdout).toContain('\nOk\nWitnesses\nPositive: 1 Negative: 0\n');
  expect(run.stdout).toContain('\nObservation poison Always 1 0\n');
  expect(run.stdout).toContain('\nmemory model: sequential consistency\n');
  const [, count] = /^not modelled: (\d+) things/m.exec(run.stdout) ?? [];
  const listed = await pagedeed('litmus', 'poison', '--not-modelled');
  expect(listed.stdout.match(/^- /gm)).toHaveLength(Number(count));
  expect(listed.stdout).toContain('\n- The death of a task in an oops is encoded from knowledge');
});

test('one that does not: status 1; the stack from the command line; JSON by its schema', {
  timeout: 60_000,
}, async () => {
  litmus('poison', ...poison, 'never P1 got AR');
  const run = await pagedeed('litmus', 'poison', '--stack', 'xfs,xfs-rmapbt', '--json');
  expect(run).toMatchObject({ status: 1, stderr: '' });
  const schema = JSON.parse(readFileSync(join(built, 'litmus.schema.json'), 'utf8'));
  const validate = new Ajv({ strict: false }).compile(schema);
  const printed = JSON.parse(run.stdout);
  expect(validate(printed), JSON.stringify(validate.errors)).toBe(true);
  expect(printed.results).toMatchObject([
    { scenario: 'v6.12/xfs', conditions: [{ holds: false, observation: 'Always' }] },
    { scenario: 'v6.12/xfs-rmapbt', outcomes: [{ tasks: [{ signals: [{ name: 'AR', right: true }] }] }] },
  ]);
});

test('how a state comes about: a race diagram within 75 columns', { timeout: 60_000 }, async () => {
  litmus('poison', 'stack ext4', ...poison);
  const run = await pagedeed('litmus', 'poison', '--trace', '1');
  expect(run.status).toBe(0);
  const diagram = run.stdout.slice(run.stdout.indexOf('CPU 0'));
  expect(diagram).toContain('P1.2 madvise A[0] HWPOISON\n');
  expect(Math.max(...diagram.split('\n').map((line) => line.length))).toBeLessThanOrEqual(75);
  expect(await pagedeed('litmus', 'poison', '--trace', '2')).toMatchObject({ status: 2 });
});

test('a search that is cut short: status 3', { timeout: 60_000 }, async () => {
  const conditions = ['exists shutdown', 'never shutdown'];
  litmus('long', ...long, ...conditions);
  const run = await pagedeed('litmus', 'long', '--timeout', '1');
  expect(run.status).toBe(3);
  expect(run.stdout).toMatch(/^Incomplete: time ran out after 1 s$/m);
  expect(run.stdout.match(/^Undecided$/gm)).toHaveLength(2);
});

test.each([
  ['an unknown operation', ['P1: tuoch A[0]'], 'error PD0501', 'bad:4:5', 'did you mean touch?'],
  ['an unknown stack', ['stack xfs-reflnk'], 'error PD0502', 'bad:4:7', 'did you mean xfs-reflink'],
  ['what the stack does not have', ['stack ext4', 'P1: unshare A'], 'PD0503', 'bad:5:5', 'xfs-reflink'],
])('%s: status 2', async (_, lines, ...said) => {
  litmus('bad', 'files A 1', 'task P1 maps A', ...lines);
  const run = await pagedeed('litmus', 'bad');
  expect(run).toMatchObject({ status: 2, stdout: '' });
  for (const text of said) expect(run.stderr).toContain(text);
});

test('no file, and one that is not there', async () => {
  expect(await pagedeed('litmus')).toMatchObject({ status: 2 });
  expect(await pagedeed('litmus', 'nowhere')).toMatchObject({ status: 2, stdout: '' });
});

test('what is no litmus test: status 2, and where', async () => {
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(
    join(folder, 'binary'),
    Uint8Array.from({ length: 256 }, (_, i) => 255 - i),
  );
  for (const [file, said] of [
    ['empty', 'expected litmus, not the end of the file\n  at empty:1:1'],
    ['binary', 'at binary:1:1'],
    ['.', 'EISDIR'],
  ] as const) {
    const run = await pagedeed('litmus', file);
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toContain(said);
  }
});

/** Runs it, and does something to it each time that it prints. */
function disturbed(files: readonly string[], disturb: (child: ChildProcessWithoutNullStreams) => void) {
  const args = [join(built, 'cli/main.js'), 'litmus', ...files];
  const child = spawn(process.execPath, args, { cwd: folder, env });
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  child.stdout.on('data', (data) => {
    stdout += data;
    disturb(child);
  });
  return new Promise((resolve) =>
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr })),
  );
}

test('nobody reads any more, as behind head: it ends and says nothing', { timeout: 60_000 }, async () => {
  litmus('poison', ...poison);
  expect(await disturbed(['poison'], (child) => child.stdout.destroy())).toMatchObject({
    ...{ status: 141, signal: null, stderr: '' },
  });
});

test('what it prints cannot be written', { timeout: 60_000 }, async () => {
  litmus('poison', ...poison);
  const full = openSync('/dev/full', 'w');
  const args = [join(built, 'cli/main.js'), 'litmus', 'poison'];
  const run = spawnSync(process.execPath, args, { cwd: folder, env, stdio: ['ignore', full, 'pipe'] });
  expect(run.status).toBe(2);
  expect(run.stderr.toString()).toMatch(/^error PD0004: ENOSPC/);
});

test('an interrupt while it searches leaves what is printed', { timeout: 60_000 }, async () => {
  litmus('quick', 'stack ext4', ...poison);
  litmus('long', ...long);
  expect(await disturbed(['quick', 'long'], (child) => child.kill('SIGINT'))).toEqual({
    ...{ status: null, signal: 'SIGINT', stderr: '' },
    stdout: expect.stringMatching(/^Test quick v6.12\/ext4\nStates 1\n/),
  });
});
