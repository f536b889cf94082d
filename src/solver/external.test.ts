import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PagedeedError } from '../support/diagnostics.ts';
import { runScriptExternally } from './external.ts';
import { hardProblem } from './hard.fixture.ts';
import { findNativeSolver, type NativeSolverName, requireNativeSolver } from './native.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pagedeed-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(['z3', 'cvc5'] as const)('%s', async (name) => {
  const solver = await findNativeSolver(name);
  if (!solver) {
    test.skip(`is not installed: apt-get install ${name}`);
    return;
  }

  async function run(script: string, timeoutMs = 10_000) {
    const file = join(folder, `${name}.smt2`);
    await writeFile(file, script);
    return runScriptExternally(solver as NonNullable<typeof solver>, file, timeoutMs);
  }

  test('answers a script, several checks and all', async () => {
    const script =
      '(set-logic QF_BV)(declare-const p Bool)(assert p)(check-sat)(assert (not p))(check-sat)(exit)';
    expect(await run(script)).toEqual({ kind: 'answered', results: ['sat', 'unsat'] });
  });

  test('a script with an error has no verdict', async () => {
    expect((await run('(set-logic QF_BV)(assert q)(check-sat)')).kind).toBe('error');
    expect((await run('(set-logic QF_BV)(check-sat')).kind).toBe('error');
  });

  test('a file that does not exist is an error', async () => {
    expect((await runScriptExternally(solver, join(folder, 'none.smt2'), 10_000)).kind).toBe('error');
  });

  test('a hard script times out', async () => {
    expect(await run(`(set-logic QF_BV)${hardProblem}`, 200)).toEqual({ kind: 'timeout' });
  });
});

test('a solver that is not installed is undefined, or a diagnostic where it is required', async () => {
  const absent = 'no-such-solver' as NativeSolverName;
  expect(await findNativeSolver(absent)).toBeUndefined();
  await expect(requireNativeSolver(absent)).rejects.toThrow(PagedeedError);
});
