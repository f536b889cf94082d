import { describe, expect, test, vi } from 'vitest';
import { counterProgram } from '../../specs/reference/counter.ts';
import { handoverProgram } from '../../specs/reference/handover.ts';
import { lifetimeProgram } from '../../specs/reference/lifetime.ts';
import { mutexProgram } from '../../specs/reference/mutex.ts';
import { petersonProgram } from '../../specs/reference/peterson.ts';
import type { Certificate } from '../evidence/certificate.ts';
import { checkCertificate, regenerate } from '../evidence/check-certificate.ts';
import type { Program } from '../lang/program.ts';
import { BUG_ON, choose, operation, program, set, struct, the, type U64, u64, ult } from '../lang/public.ts';
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

test('where 400 states a point do not suffice, more are told apart', async () => {
  interface crate {
    value: U64;
  }
  const { value } = the(struct<crate>('crate', { value: u64 }));
  const three = operation('choose three', { locals: { a: u64, b: u64, c: u64 } }, ({ a, b, c }) => [
    ...[a, b, c].map((local) => choose(local, 8)),
    set(value, 1),
    ...[a, b, c].map((local) => BUG_ON(ult(7, local))),
  ]);
  const task = {
    program: program({ name: 'three', bounds: { cpus: 2 }, operations: [three] }),
    properties: ['no-bug'],
  };
  const said: string[] = [];
  const [outcome] = await valueSetEngine.check(task, limits, (text) => said.push(text));
  expect(outcome?.verdict.verdict).toBe('proved');
  const attempts = said.flatMap((text) => /at most (\d+) together/.exec(text)?.[1] ?? []);
  expect(attempts).toEqual(['400', '4000']);
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

async function proofOfHandover(program: Program): Promise<Certificate> {
  const [outcome] = await valueSetEngine.check({ program, properties: ['no-bug'] }, limits, () => {});
  if (!outcome || !('certificate' in outcome.verdict)) throw new Error('it is not proved');
  return outcome.verdict.certificate;
}

/** Whether a certificate with another invariant is believed, its scripts made to fit. */
async function believed(program: Program, certificate: Certificate, invariant: Certificate['invariant']) {
  const other = { ...certificate, invariant };
  const fitting = { ...other, scripts: [...regenerate(other, program).scripts] };
  const session = openZ3Session();
  try {
    return (await checkCertificate(fitting, program, session)).holds;
  } finally {
    await session.close();
  }
}

const ofLock = (text: string) => text.includes('box[0].lock') && text.includes('pc');

test('no conjunct about a lock can be left out', async () => {
  const program = handoverProgram(2, true);
  const certificate = await proofOfHandover(program);
  const left = certificate.invariant.filter((c) => ofLock(c.text));
  expect(left.length).toBeGreaterThan(0);
  for (const one of left)
    expect(
      await believed(
        program,
        certificate,
        certificate.invariant.filter((c) => c !== one),
      ),
    ).toBe(false);
});

test('what holds at a point must hold at the point before it, too, unless the step makes it so', async () => {
  const program = handoverProgram(2, true);
  const certificate = await proofOfHandover(program);
  const first = /\(= cpu0.pc #x\w+\) (?=\(= cpu0.pc)/;
  const shortened = certificate.invariant.map((c) =>
    ofLock(c.text) ? { ...c, smt: c.smt.replace(first, '') } : c,
  );
  expect(shortened).not.toEqual(certificate.invariant);
  expect(await believed(program, certificate, shortened)).toBe(false);
});
