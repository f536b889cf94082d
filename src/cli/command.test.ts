/** The command as its users start it: built, and run as a process. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { built, env, folder, mutants, pagedeed } from './command.fixture.ts';
import { counter } from './counter-model.fixture.ts';

beforeAll(() => writeFileSync(join(folder, 'counter.ts'), counter('increment(the(counter).n)')));

describe('a model of one’s own', () => {
  test('a violation: table, status 1, and a trace that can be replayed', async () => {
    const run = await pagedeed(
      ...['check', '--model', 'counter.ts', '--property', 'total,deadlock-free', '--engine', 'explicit'],
      ...['--out', 'out'],
    );
    expect(run).toEqual({
      status: 1,
      stderr: '',
      stdout: `2 CPUs

property       mine/counter
total          violated (16)
deadlock-free  bounded

bounded: all 873 states of the finite instance that remain where steps are fused and CPUs are
  interchangeable were searched; words were explored over the values that occur [mine/counter
  deadlock-free]

1 violated, 1 bounded
memory model: sequential consistency
`,
    });
    const file = 'out/mine/counter/2-cpus/total/trace.itf.json';
    const shown = await pagedeed('trace', file);
    expect(shown).toMatchObject({ status: 0, stderr: '' });
    expect(shown.stdout).toBe(readFileSync(join(folder, 'out/mine/counter/2-cpus/total/trace.txt'), 'utf8'));
    expect((await pagedeed('trace', file, '--format', 'itf')).stdout).toBe(
      readFileSync(join(folder, file), 'utf8'),
    );
    expect(JSON.parse((await pagedeed('trace', file, '--format', 'json')).stdout)).toMatchObject({
      scenario: 'mine/counter',
      says: 'an increment was lost',
    });
  });

  test('what holds is proved, and the certificate can be checked again', async () => {
    const one = ['--model', 'counter.ts'];
    const run = await pagedeed('check', ...one, '--cpus', '1', '--property', 'total', '--out', 'proofs');
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toContain('total     proved');
    const file = 'proofs/mine/counter/1-cpu/certificate/certificate.json';
    const again = await pagedeed('certificate', ...one, '--invariant', file);
    expect(again).toMatchObject({ status: 0, stderr: '' });
    expect(again.stdout).toMatch(/^\S+ holds: \d+ scripts, each unsat, by z3-solver/);
    expect(again.stdout).toContain('counter[0].n');
    const json = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    json.invariant.pop();
    writeFileSync(join(folder, 'weak.json'), JSON.stringify(json));
    const weak = await pagedeed('certificate', ...one, 'weak.json');
    expect(weak).toMatchObject({ status: 1, stderr: '' });
    expect(weak.stdout).toMatch(/^weak.json is refused: /);
  });

  test('scripts that are kept as digests can be written, for other solvers', async () => {
    const model = ['--model', 'counter.ts'];
    const how = ['--cpus', '2', '--property', 'no-bug', '--engine', 'enumeration', '--out', 'tables'];
    const run = await pagedeed('check', ...model, ...how);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const place = 'tables/mine/counter/2-cpus/certificate';
    expect(readdirSync(join(folder, place)).sort()).toEqual(['certificate.json', 'invariant.txt']);
    expect(readFileSync(join(folder, place, 'invariant.txt'), 'utf8')).toContain(
      'combinations of control points',
    );
    const again = await pagedeed(
      'certificate',
      ...model,
      `${place}/certificate.json`,
      '--scripts',
      'scripts',
    );
    expect(again).toMatchObject({ status: 0, stderr: '' });
    const json = JSON.parse(readFileSync(join(folder, place, 'certificate.json'), 'utf8'));
    const files = readdirSync(join(folder, 'scripts'));
    expect(files).toHaveLength(json.scripts.length);
    expect(readFileSync(join(folder, 'scripts', files[0] as string), 'utf8')).toContain('(check-sat)');
    json.states.together.pop();
    writeFileSync(join(folder, 'fewer.json'), JSON.stringify(json));
    expect(await pagedeed('certificate', ...model, 'fewer.json')).toMatchObject({ status: 1, stderr: '' });
  });

  test('what was decided before is not decided again, unless the model changes or it is asked for', async () => {
    const check = (...more: readonly string[]) =>
      pagedeed('check', '--model', 'again.ts', '--property', 'total', ...more);
    writeFileSync(join(folder, 'again.ts'), counter('increment(the(counter).n)'));
    const first = await check('--out', 'first');
    const second = await check('--out', 'second');
    const cached = '1 of them from the cache: --no-cache decides them anew\n';
    expect(first.stdout).not.toContain(cached);
    expect(second.stdout).toContain(cached);
    expect(second.stdout.replace(cached, '')).toBe(first.stdout);
    expect(second.status).toBe(1);
    const trace = 'mine/counter/2-cpus/total/trace.itf.json';
    expect(readFileSync(join(folder, 'second', trace), 'utf8')).toBe(
      readFileSync(join(folder, 'first', trace), 'utf8'),
    );
    expect((await check('--no-cache')).stdout).toBe(first.stdout);
    writeFileSync(join(folder, 'again.ts'), counter('set(the(counter).n, add(the(counter).n, 1))'));
    expect((await check()).stdout).not.toContain(cached);
  });

  test('what an earlier run wrote of what is decided now is gone, and nothing else', async () => {
    const model = counter('increment(the(counter).n)');
    const weaker = model.replace('eq(the(counter).done, 0)', 'ule(the(counter).done, 100)');
    const check = async (text: string) => {
      writeFileSync(join(folder, 'mended.ts'), text);
      const asked = ['--property', 'total,no-bug', '--out', 'mended'];
      return (await pagedeed('check', '--model', 'mended.ts', ...asked)).stdout;
    };
    const place = join(folder, 'mended/mine/counter/2-cpus');
    const written = () => readdirSync(place, { recursive: true }).sort();
    expect(await check(weaker)).toContain('total     proved');
    const before = written();
    expect(await check(model)).toContain('total     violated');
    expect(written()).toContain('total/trace.txt');
    const notes = ['certificate/notes.txt', 'total/notes.txt'];
    for (const name of [...notes, 'certificate/9999-old.smt2']) writeFileSync(join(place, name), '');
    expect(await check(weaker)).toContain('total     proved');
    expect(written()).toEqual([...before, 'total', ...notes].sort());
  });

  test('of two races, the steps of the sooner one', async () => {
    const model = counter('set(the(counter).n, add(the(counter).n, 1))')
      .replace('operations: [addOne]', 'operations: [addOne, reset]')
      .replace(
        'export const',
        "const reset = operation('reset', {}, () => [set(the(counter).n, 0), set(the(counter).n, 0)]);\n$&",
      );
    writeFileSync(join(folder, 'races.ts'), model);
    const asked = ['--property', 'no-data-race:counter.n,no-bug', '--engine', 'explicit'];
    const run = await pagedeed('check', '--model', 'races.ts', ...asked, '--out', 'races', '--json');
    const [result] = JSON.parse(run.stdout).results;
    const lengths = result.evidence
      .filter((path: string) => path.endsWith('.json'))
      .map((path: string) => JSON.parse(readFileSync(join(folder, path), 'utf8')).states.length - 1);
    expect(new Set(lengths).size).toBeGreaterThan(1);
    expect(result.steps).toBe(Math.min(...lengths));
  });

  test('a share of the scenarios', async () => {
    const small = ['--cpus', '1', '--files', '1', '--blocks', '1', '--offsets', '1', '--tasks', '1'];
    const stacks = ['v6.12/ext4', 'v6.12/xfs', 'v6.12/xfs-rmapbt'];
    const of = async (share: string) => {
      const args = ['check', ...stacks, ...small, '--property', 'reach:iput', '--shard', share, '--json'];
      const { results } = JSON.parse((await pagedeed(...args)).stdout);
      return results.map((r: { readonly scenario: string }) => r.scenario);
    };
    expect(await of('1/2')).toEqual(['v6.12/ext4', 'v6.12/xfs-rmapbt']);
    expect(await of('2/2')).toEqual(['v6.12/xfs']);
  });

  test('reach:* asks for each function by itself', async () => {
    const run = await pagedeed('check', '--model', 'counter.ts', '--cpus', '1', '--property', 'reach:*');
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(/reach:add one +reached \(1\)/);
  });

  test('JSON follows the schema', async () => {
    const args = ['check', '--model', 'counter.ts', '--cpus', '1', '--engine', 'explicit', '--json'];
    const run = await pagedeed(...args);
    const schema = JSON.parse(readFileSync(join(built, 'results.schema.json'), 'utf8'));
    const validate = new Ajv().compile(schema);
    validate(JSON.parse(run.stdout));
    expect(validate.errors).toBeNull();
    expect(run.status).toBe(0);
  });

  test.each([
    [
      'types that do not fit',
      counter('increment(the(counter).m)'),
      "error PD0201: TS2339: Property 'm' does not exist on type 'Expr<Pointer<{ n: U8; started: U8; done: U8; }>>'.\n  at wrong.ts:8:26\n",
    ],
    [
      'a loop without a step',
      counter('forever([])'),
      'error PD0206: this loop can go round without a step\n  at line 4 of add one: for (;;) {\n  on each way round there must be an access to kernel memory, a primitive or a choice\n',
    ],
    [
      'no program',
      'export const programme = 1;\n',
      'error PD0201: the module exports no `program`: a Program, or a function from bounds to one\n  at wrong.ts\n',
    ],
    ['an exception', "throw new Error('not today');\n", 'error PD0201: not today\n  at wrong.ts\n'],
  ])('%s: status 2', async (_, source, stderr) => {
    writeFileSync(join(folder, 'wrong.ts'), source);
    const run = await pagedeed('check', '--model', 'wrong.ts');
    expect(run).toEqual({ status: 2, stdout: '', stderr });
  });
});

describe('what is no answer is no pass', () => {
  const small = ['--files', '1', '--blocks', '1', '--offsets', '1', '--tasks', '1'];

  test('time that runs out before any bound', async () => {
    const asked = ['v6.12/xfs', '--cpus', '1', ...small, '--property', 'no-bug'];
    const run = await pagedeed('check', ...asked, '--engine', 'bmc', '--timeout', '4');
    expect(run).toMatchObject({ status: 3, stdout: expect.stringMatching(/no-bug +unknown/) });
  });

  test('an engine that is not for such a program', async () => {
    const run = await pagedeed(
      'check',
      'v6.12/ext4',
      ...small,
      '--property',
      'no-bug',
      '--engine',
      'clauses',
    );
    expect(run).toMatchObject({
      status: 3,
      stdout: expect.stringContaining('no engine is for such a program'),
    });
  });

  test('a model that goes on after an oops with more CPUs than it may have', async () => {
    const run = await pagedeed(
      ...['check', '--model', 'counter.ts', '--cpus', '4', '--property', 'after-oops:no-bug'],
    );
    expect(run).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('PD0209') });
  });

  test('a model that has its own bounds', async () => {
    const make = 'make({ name: "mine/fixed", bounds: { cpus: 1 }, operations: [] })';
    writeFileSync(
      join(folder, 'fixed.ts'),
      `import { program as make } from 'pagedeed/lang';\nexport const program = ${make};\n`,
    );
    const run = await pagedeed('check', '--model', 'fixed.ts', '--cpus', '2');
    expect(run).toMatchObject({ status: 2, stderr: expect.stringContaining('the model has 1 cpus') });
    expect(await pagedeed('check', '--model', 'fixed.ts', '--cpus', '1', '--files', '3')).toMatchObject({
      status: 0,
    });
  });

  test('no failures: what is about them is not asked', async () => {
    const asked = ['v6.12/xfs-reflink', '--cpus', '1', '--offsets', '1', '--tasks', '1', '--source', 'none'];
    const run = await pagedeed('check', ...asked, '--engine', 'explicit', '--no-cache');
    expect(run).toMatchObject({ status: 1, stdout: expect.stringMatching(/owner-tuple +violated/) });
    expect(run.stdout).not.toContain('kill-complete');
  });
});

test('runs up to an oops, and runs that go on after it', { timeout: 60_000 }, async () => {
  const asked = ['deadlock-free', 'after-oops:deadlock-free'];
  const run = await pagedeed(
    ...['check', 'v6.12/xfs-reflink', '--cpus', '1', '--engine', 'explicit', '--depth', '4'],
    ...['--property', asked.join(), '--json', '--out', 'after'],
  );
  const { results } = JSON.parse(run.stdout);
  expect(results).toMatchObject([
    { property: asked[0], verdict: 'bounded', policy: { source: 'task' } },
    { property: asked[1], verdict: 'violated', policy: { source: 'task', 'after-oops': 'yes' } },
  ]);
  const replayed = await pagedeed('trace', results[1].evidence[0]);
  expect(replayed).toMatchObject({ status: 0, stderr: '' });
  expect(replayed.stdout).toContain('the task dies\n');
  expect(replayed.stdout).toContain('held by a task that died.');
});

test('an interrupt ends with status 130 and keeps what is finished', async () => {
  const child = spawn(
    process.execPath,
    [
      join(built, 'cli/main.js'),
      'check',
      // It holds, and the search of all states with two CPUs takes far longer than a test.
      'v6.12/xfs-reflink-rmapbt',
      '--cpus',
      '2',
      '--property',
      'no-sentinel-deref',
      '--engine',
      'explicit',
      '--json',
    ],
    { cwd: folder, env },
  );
  let stdout = '';
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  setTimeout(() => child.kill('SIGINT'), 3000);
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect(status).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ results: [] });
});

describe('lists and help', () => {
  test('scenarios and properties', async () => {
    expect((await pagedeed('list')).stdout).toContain('v6.12/xfs-reflink\n');
    const properties = JSON.parse((await pagedeed('list', 'properties', '--json')).stdout);
    expect(properties[0]).toMatchObject({ id: 'no-sentinel-deref' });
  });

  test('help for all, and for each command', async () => {
    const all = await pagedeed('--help');
    expect(all.status).toBe(0);
    for (const [, name = ''] of all.stdout.matchAll(/^ {2}(\w+) /gm)) {
      const help = await pagedeed(name, '--help');
      expect(help).toMatchObject({ status: 0, stderr: '' });
      expect(help.stdout).toMatch(new RegExp(`^usage: pagedeed ${name} `));
    }
    expect(await mutants('--help')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^usage: npm run mutants -- /),
    });
  });
});
