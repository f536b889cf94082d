/** The command as its users start it: built, and run as a process. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { built, env, folder, mutants, pagedeed, started } from './command.fixture.ts';

beforeAll(() => writeFileSync(join(folder, 'counter.ts'), counter('increment(the(counter).n)')));

/** Two CPUs add one to a counter, each by the statement given. */
function counter(statement: string): string {
  return `import { add, assume, eq, forever, increment, operation, or, program as make, set, struct, the, u8, ule } from 'pagedeed/lang';
import type { Bounds, U8 } from 'pagedeed/lang';

const counter = struct<{ n: U8; started: U8; done: U8 }>('counter', { n: u8, started: u8, done: u8 });
const addOne = operation('add one', {}, () => [
  assume(ule(the(counter).started, 1)),
  increment(the(counter).started),
  ${statement},
  increment(the(counter).done),
]);
export const program = (bounds: Bounds) =>
  make({
    name: 'mine/counter',
    bounds,
    operations: [addOne],
    properties: [
      {
        id: 'total',
        holds: or(eq(the(counter).done, 0), eq(the(counter).n, the(counter).done)),
        judged: { when: 'idle' },
        says: 'an increment was lost',
      },
    ],
  });
void forever;
`;
}

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

describe('bad input: status 2, one error, nothing on standard output', () => {
  test.each([
    [['chekc'], 'error PD0001: no command is called chekc\n  did you mean check?\n'],
    [['check', '--timeout', '0'], 'error PD0002: not a whole number of at least 1: 0\n  at --timeout\n'],
    [['check', '--shard', '3/2'], 'error PD0002: not a share such as 1/2: 3/2\n  at --shard\n'],
    [
      ['check', '--reduce', 'fuze'],
      'error PD0002: fuze is not one of slice, fuse, symmetry\n  at --reduce\n',
    ],
    [['check', '--cpus', '5'], 'error PD0002: there are at most 4 CPUs, not 5\n  at --cpus\n'],
    [['check', '--tiemout', '1'], 'error PD0001: check has no option --tiemout\n  did you mean --timeout?\n'],
    [['check', 'v6.12/xs'], 'error PD0101: no scenario is called v6.12/xs\n  did you mean v6.12/xfs?\n'],
    [
      ['check', '--property', 'owner-tupel'],
      'error PD0102: no property is called owner-tupel\n  did you mean owner-tuple?\n',
    ],
    [
      ['check', 'v6.12/xfs', '--property', 'reach:dax_lock_foli'],
      'error PD0102: no property is called reach:dax_lock_foli\n  did you mean reach:dax_lock_folio or reach:dax_unlock_folio or reach:dax_load_hole?\n',
    ],
    [
      ['check', 'v6.12/xfs', '--property', 'no-data-race:page.indx'],
      'error PD0102: no property is called no-data-race:page.indx\n  did you mean no-data-race:page.index or no-data-race:page.pfn or no-data-race:page.pgmap?\n',
    ],
    [
      ['check', '--engine', 'portfoli'],
      'error PD0104: no engine is called portfoli\n  did you mean portfolio?\n',
    ],
    [
      ['check', '--claims', 'strat'],
      'error PD0002: no set of claims is called strat\n  at --claims\n  did you mean start?\n',
    ],
    [
      ['check', '--claims', 'start', '--property', 'no-wran'],
      'error PD0102: nothing is claimed of no-wran in the set start\n  pagedeed list claims prints them all\n',
    ],
    [
      ['check', '--claims', 'start', '--cpus', '4'],
      'error PD0001: claims have bounds and policies: --cpus is not for these\n',
    ],
    [
      ['check', '--model', 'counter.ts', '--source', 'none'],
      'error PD0001: a model has no policy and no claims: --source is not for these\n',
    ],
    [['check', '--property', 'no-bug', '--property', 'no-warn'], 'error PD0001: --property is given twice\n'],
    [
      ['check', 'v6.12/xfs', '--source', 'none', '--property', 'no-bug,kill-complete'],
      'error PD0105: kill-complete is about memory failures, and with --source none there are none\n',
    ],
    [['list', 'scenario'], 'error PD0001: there is no list of scenario\n  did you mean scenarios?\n'],
    [['trace'], 'error PD0001: trace takes one file\n'],
  ])('%j', async (args, stderr) => {
    expect(await pagedeed(...args)).toEqual({ status: 2, stdout: '', stderr });
  });

  test.each([
    [['--shard', '3/2'], 'error PD0002: not a share such as 1/2: 3/2\n  at --shard\n'],
    [['dax_lock_folio'], 'error PD0001: mutants are picked with --only, not with dax_lock_folio\n'],
    [['--onyl', 'x'], 'error PD0001: mutants has no option --onyl\n  did you mean --only?\n'],
  ])('npm run mutants -- %j', async (args, stderr) => {
    expect(await mutants(...args)).toEqual({ status: 2, stdout: '', stderr });
  });

  test('files that cannot be read or written', async () => {
    const unread = await pagedeed('trace', 'nothing.itf.json');
    expect(unread.stderr).toMatch(/^error PD0003: ENOENT.*\n {2}at nothing.itf.json\n$/);
    const unwritten = await pagedeed('check', '--model', 'counter.ts', '--out', 'counter.ts/out');
    expect(unwritten).toMatchObject({ status: 2, stdout: '' });
    expect(unwritten.stderr).toMatch(/^error PD0004: /);
  });

  test('a trace that is cut short', async () => {
    writeFileSync(join(folder, 'cut.itf.json'), '{"#meta": {"format": "ITF"');
    const run = await pagedeed('trace', 'cut.itf.json');
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toMatch(/^error PD0401: the file is not JSON, or is cut short/);
  });

  test('a disk that is full in the middle of a file: nothing half written, results kept', async () => {
    // Stands for a full disk: no file may grow beyond 8 blocks of 1 KiB.
    const limited = `trap '' XFSZ; ulimit -f 8; exec "$0" "$@"`;
    const check = ['check', '--model', 'counter.ts', '--property', 'total', '--out', 'full'];
    const run = await started('bash', [
      '-c',
      limited,
      process.execPath,
      join(built, 'cli/main.js'),
      ...check,
    ]);
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(/^error PD0004: EFBIG/);
    expect(run.stdout).toContain('violated (16)');
    expect(readdirSync(join(folder, 'full'), { recursive: true })).toEqual([
      'mine',
      'mine/counter',
      'mine/counter/2-cpus',
      'mine/counter/2-cpus/total',
    ]);
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
