/** What every kind of session must do, whichever solver is behind it. */
import { afterAll, describe, expect, test } from 'vitest';
import { hardProblem } from './hard.fixture.ts';
import { findNativeSolver } from './native.ts';
import { openNativeSession, startNativeSolver } from './native-session.ts';
import { openSession, type SolverProcess } from './session.ts';
import { parseValues } from './value.ts';
import { openZ3Session, startZ3 } from './z3.ts';

const z3 = await findNativeSolver('z3');
const cvc5 = await findNativeSolver('cvc5');

const solvers = [
  { name: 'z3-solver', open: openZ3Session, start: startZ3 },
  { name: 'z3', open: z3 && (() => openNativeSession(z3)), start: z3 && (() => startNativeSolver(z3)) },
  {
    name: 'cvc5',
    open: cvc5 && (() => openNativeSession(cvc5)),
    start: cvc5 && (() => startNativeSolver(cvc5)),
  },
];

const prelude = '(reset)(set-option :produce-models true)(set-logic QF_BV)';
const hard = prelude + hardProblem;

describe.each(solvers)('$name', ({ name, open, start }) => {
  if (!open || !start) {
    test.skip(`is not installed: apt-get install ${name}`);
    return;
  }
  const session = open();
  afterAll(() => session.close());

  test('says who answers', async () => {
    expect(await session.solver()).toMatch(new RegExp(`^${name} \\d+\\.\\d+`));
  });

  test('a satisfiable script gives a model of 64 bits', async () => {
    const answer = await session.run(`${prelude}
      (declare-const mapping (_ BitVec 64)) (declare-const shared Bool)
      (assert (= (bvsub mapping #x0000000000000001) #xfffffffffffffffe))
      (assert (not shared))
      (check-sat)
      (get-value (mapping shared))`);
    if (answer.kind !== 'answered') throw new Error(JSON.stringify(answer));
    const [verdict, values = ''] = answer.results;
    expect(verdict).toBe('sat');
    expect([...parseValues(values)]).toEqual([
      ['mapping', 0xffff_ffff_ffff_ffffn],
      ['shared', false],
    ]);
  });

  test('an unsatisfiable script is unsat', async () => {
    const answer = await session.run(`${prelude}
      (declare-const x (_ BitVec 64)) (assert (distinct (bvxor x x) #x0000000000000000)) (check-sat)`);
    expect(answer).toEqual({ kind: 'answered', results: ['unsat'] });
  });

  test('assertions last from run to run, as far as push, pop and reset let them', async () => {
    await session.run(`${prelude}(declare-const x (_ BitVec 8))(assert (bvult x #x10))`);
    const runs = ['(push 1)(assert (bvugt x #x20))(check-sat)', '(pop 1)(check-sat)'];
    const answers = [await session.run(runs[0] ?? ''), await session.run(runs[1] ?? '')];
    expect(answers).toEqual([
      { kind: 'answered', results: ['unsat'] },
      { kind: 'answered', results: ['sat'] },
    ]);
    const afterReset = await session.run(`${prelude}(assert (bvult x #x10))(check-sat)`);
    expect(afterReset.kind).toBe('error');
  });

  test.each([
    ['an unknown name', '(assert (= y #x00))(check-sat)'],
    ['a missing parenthesis', '(check-sat'],
    ['a parenthesis too many', '(check-sat))(check-sat)'],
    ['a missing quote', '(echo "a)(check-sat)'],
  ])('%s is an error and no verdict, and the session goes on', async (_, script) => {
    const answer = await session.run(prelude + script, { timeoutMs: 10_000 });
    expect(answer.kind).toBe('error');
    expect(await session.run(`${prelude}(check-sat)`)).toEqual({ kind: 'answered', results: ['sat'] });
  });

  test('a hard problem times out in time, and the session goes on', async () => {
    await session.run(`${prelude}(check-sat)`);
    const start = performance.now();
    expect(await session.run(hard, { timeoutMs: 200 })).toEqual({ kind: 'timeout' });
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(await session.run(`${prelude}(check-sat)`)).toEqual({ kind: 'answered', results: ['sat'] });
  });

  test('a hard problem ends at its resource limit with unknown, and only that one', async () => {
    expect(await session.run(hard, { rlimit: 1_000 })).toEqual({ kind: 'answered', results: ['unknown'] });
    expect(await session.run('(check-sat)', { timeoutMs: 200 })).toEqual({ kind: 'timeout' });
  });

  test('a hard problem can be cancelled', async () => {
    const signal = AbortSignal.timeout(200);
    expect(await session.run(hard, { signal })).toEqual({ kind: 'cancelled' });
  });

  test('a solver killed amid a run is an error and no verdict', async () => {
    const started: SolverProcess[] = [];
    const doomed = openSession(async () => {
      const solver = await start();
      started.push(solver);
      return solver;
    });
    await doomed.solver();
    const run = doomed.run(hard, { timeoutMs: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await started[0]?.stop();
    expect((await run).kind).toBe('error');
    expect(await doomed.run(`${prelude}(check-sat)`)).toEqual({ kind: 'answered', results: ['sat'] });
    expect(started).toHaveLength(2);
    await doomed.close();
  });

  test('a script of megabytes is read', async () => {
    const assertions = '(assert (or p (not p)))'.repeat(100_000);
    const answer = await session.run(`${prelude}(declare-const p Bool)${assertions}(check-sat)`);
    expect(answer).toEqual({ kind: 'answered', results: ['sat'] });
  });
});
