import { describe, expect, test, vi } from 'vitest';
import { counterProgram } from '../../specs/reference/counter.ts';
import { handoverProgram } from '../../specs/reference/handover.ts';
import { lifetimeProgram } from '../../specs/reference/lifetime.ts';
import { mutexProgram } from '../../specs/reference/mutex.ts';
import { petersonProgram } from '../../specs/reference/peterson.ts';
import { checkCertificate, regenerate } from '../evidence/check-certificate.ts';
import type { Program } from '../lang/program.ts';
import { openZ3Session } from '../solver/z3.ts';
import { valueSetEngine } from './value-set-engine.ts';

// Z3 starts several times in each test; this is a limit for one that hangs.
vi.setConfig({ testTimeout: 120_000 });

const limits = { seconds: 60, memoryMiB: 512, depth: null };

async function verdictsOf(program: Program, properties: readonly string[]) {
  const outcomes = await valueSetEngine.check({ program, properties }, limits, () => {});
  return Object.fromEntries(outcomes.map((o) => [o.property, o.verdict.verdict]));
}

describe('what a CPU knows by itself suffices', () => {
  test.each([2, 3])('of locks that it holds, with %i CPUs', async (cpus) => {
    expect(await verdictsOf(mutexProgram(cpus, true), ['lock-pairing'])).toEqual({
      'lock-pairing': 'proved',
    });
  });

  test.each([2, 3])('of words that its locks guard, with %i CPUs', async (cpus) => {
    expect(await verdictsOf(handoverProgram(cpus, true), ['no-bug', 'lock-pairing'])).toEqual({
      'no-bug': 'proved',
      'lock-pairing': 'proved',
    });
  });

  test('of pointers that were looked at, but not of the life of what they point to', async () => {
    const ids = ['no-sentinel-deref', 'no-null-deref', 'no-stale-deref'];
    expect(await verdictsOf(lifetimeProgram(true), ids)).toEqual({
      'no-sentinel-deref': 'proved',
      'no-null-deref': 'proved',
      'no-stale-deref': 'unknown',
    });
  });
});

describe('it is left open', () => {
  test.each<[string, Program, string]>([
    ['what is violated', handoverProgram(2, false), 'no-bug'],
    ['what takes the states of two CPUs together', petersonProgram(true), 'no-bug'],
    ['what a predicate says', counterProgram(2), 'total'],
    ['a program of one CPU', handoverProgram(1, true), 'no-bug'],
  ])('%s', async (_, program, property) => {
    expect(await verdictsOf(program, [property])).toEqual({ [property]: 'unknown' });
  });

  test('once time is out', async () => {
    const task = { program: handoverProgram(2, true), properties: ['no-bug'] };
    const [outcome] = await valueSetEngine.check(task, { ...limits, seconds: 0 }, () => {});
    expect(outcome?.verdict).toEqual({ verdict: 'unknown', reason: 'time ran out' });
  });
});

test('no conjunct can be left out that others stand on', async () => {
  const program = handoverProgram(2, true);
  const [outcome] = await valueSetEngine.check({ program, properties: ['no-bug'] }, limits, () => {});
  if (!outcome || !('certificate' in outcome.verdict)) throw new Error('it is not proved');
  const { certificate } = outcome.verdict;
  const session = openZ3Session();
  const believed: string[] = [];
  for (const left of certificate.invariant) {
    const weaker = { ...certificate, invariant: certificate.invariant.filter((c) => c !== left) };
    const fitting = { ...weaker, scripts: regenerate(weaker, program).scripts };
    const check = await checkCertificate(fitting, program, session);
    if (check.holds) believed.push(left.text);
  }
  await session.close();
  expect(believed.filter((text) => text.includes('box[0].lock') && text.includes('pc'))).toEqual([]);
  expect(believed.length).toBeLessThan(certificate.invariant.length / 2);
});
