import { expect, test } from 'vitest';
import { InternalError } from '../support/assert.ts';
import { openSession, type SolverProcess } from './session.ts';

/** Solvers that answer at once, or, asked to `hang`, not before they are stopped; `log` says what became of them. */
function fakeSolvers() {
  const log: string[] = [];
  let started = 0;
  const start = async (): Promise<SolverProcess> => {
    const id = ++started;
    let die = (_: Error) => {};
    return {
      version: `fake ${id}`,
      evaluate: (script) =>
        new Promise((resolve, reject) => {
          die = reject;
          log.push(`${id}: ${script}`);
          if (script === 'die') reject(new Error('out of memory'));
          else if (script !== 'hang') resolve(script === 'refuse' ? 'unsupported\n' : 'sat\n');
        }),
      stop: async () => {
        log.push(`${id} stopped`);
        die(new Error('stopped'));
      },
    };
  };
  return { log, start };
}

const answered = { kind: 'answered', results: ['sat'] };

test('the solver is started on demand and kept', async () => {
  const { log, start } = fakeSolvers();
  const session = openSession(start);
  expect(await session.run('a')).toEqual(answered);
  expect(await session.run('b')).toEqual(answered);
  expect(await session.solver()).toBe('fake 1');
  expect(log).toEqual(['1: a', '1: b']);
});

test('a time-out stops the solver, and the next run has another one', async () => {
  const { log, start } = fakeSolvers();
  const session = openSession(start);
  expect(await session.run('hang', { timeoutMs: 5 })).toEqual({ kind: 'timeout' });
  expect(await session.run('(reset)', { timeoutMs: Number.POSITIVE_INFINITY })).toEqual(answered);
  expect(log).toEqual(['1: hang', '1 stopped', '2: (reset)']);
});

test('a signal cancels the run under way, or keeps it from beginning', async () => {
  const { log, start } = fakeSolvers();
  const session = openSession(start);
  const signal = AbortSignal.timeout(5);
  expect(await session.run('hang', { signal })).toEqual({ kind: 'cancelled' });
  expect(await session.run('(reset)', { signal })).toEqual({ kind: 'cancelled' });
  expect(log).toEqual(['1: hang', '1 stopped']);
  expect(await session.run('(reset)')).toEqual(answered);
});

test('a solver that dies is an error with its reason, and is replaced', async () => {
  const session = openSession(fakeSolvers().start);
  expect(await session.run('die')).toEqual({ kind: 'error', message: 'out of memory' });
  expect(await session.run('(reset)')).toEqual(answered);
  expect(await session.solver()).toBe('fake 2');
});

test.each(['die', 'hang', 'refuse'])('after "%s" nothing is answered before a reset', async (script) => {
  const { log, start } = fakeSolvers();
  const session = openSession(start);
  expect((await session.run(script, { timeoutMs: 5 })).kind).not.toBe('answered');
  const asked = log.length;
  expect(await session.run('(check-sat)')).toMatchObject({
    kind: 'error',
    message: expect.stringContaining('begin with (reset)'),
  });
  expect(log).toHaveLength(asked);
  expect(await session.run('\n( reset )(check-sat)')).toEqual(answered);
  expect(await session.run('(check-sat)')).toEqual(answered);
});

test('a solver that cannot be started is an error', async () => {
  const session = openSession(() => Promise.reject(new Error('no such file')));
  expect(await session.run('a')).toEqual({ kind: 'error', message: 'no such file' });
  await expect(session.solver()).rejects.toThrow('no such file');
});

test('closing cancels the run under way and is final', async () => {
  const { log, start } = fakeSolvers();
  const session = openSession(start);
  await session.solver();
  const run = session.run('hang');
  await new Promise(setImmediate);
  await session.close();
  expect(await run).toEqual({ kind: 'cancelled' });
  expect(log).toEqual(['1: hang', '1 stopped']);
  await expect(session.run('a')).rejects.toThrow(InternalError);
});

test('one question at a time', async () => {
  const session = openSession(fakeSolvers().start);
  const first = session.run('a');
  await expect(session.run('b')).rejects.toThrow(InternalError);
  expect(await first).toEqual(answered);
});

test('a resource limit holds for one run, and stands behind a leading reset', async () => {
  const { log, start } = fakeSolvers();
  const session = openSession(start);
  await session.run('(check-sat)', { rlimit: 7 });
  await session.run(' (reset)(check-sat)', { rlimit: 8 });
  await session.run('(check-sat)');
  await session.run('(check-sat)');
  expect(log).toEqual([
    '1: (set-option :reproducible-resource-limit 7)(check-sat)',
    '1:  (reset)(set-option :reproducible-resource-limit 8)(check-sat)',
    '1: (set-option :reproducible-resource-limit 0)(check-sat)',
    '1: (check-sat)',
  ]);
});
