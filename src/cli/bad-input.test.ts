/** What the command says of what it cannot take. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { built, folder, mutants, pagedeed, started } from './command.fixture.ts';
import { counter } from './counter-model.fixture.ts';

beforeAll(() => writeFileSync(join(folder, 'counter.ts'), counter('increment(the(counter).n)')));

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
