import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Certificate } from '../evidence/certificate.ts';
import {
  checkCertificate,
  kept,
  readCertificate,
  regenerate,
  writeCertificate,
} from '../evidence/check-certificate.ts';
import type { StateTable } from '../evidence/state-table.ts';
import { openZ3Session } from '../solver/z3.ts';
import { enumerationEngine } from './enumeration-engine.ts';
import { namedReference as named } from './named-reference.fixture.ts';

// Z3 starts several times in each test; this is a limit for one that hangs.
vi.setConfig({ testTimeout: 120_000 });

const limits = { seconds: 60, memoryMiB: 1024, depth: null };

async function proofOf(name: string, cpus: number): Promise<Certificate & { states: StateTable }> {
  const { program, verdicts } = named(name, cpus);
  const outcomes = await enumerationEngine.check(
    { program, properties: Object.keys(verdicts) },
    limits,
    () => {},
  );
  const proofs = outcomes.flatMap(({ verdict }) => ('certificate' in verdict ? [verdict.certificate] : []));
  const [certificate] = proofs;
  if (!certificate?.states) throw new Error(`${name} is not proved`);
  return { ...certificate, states: certificate.states };
}

/** It has seen none of the proofs being made. */
const session = openZ3Session();
afterAll(() => session.close());

function check(certificate: Certificate, cpus: number) {
  const { program } = named(certificate.program.name, cpus);
  return checkCertificate(certificate, program, session);
}

/** With another table, its scripts made to fit. */
function having(certificate: Certificate, states: StateTable, cpus: number): Certificate {
  const { program } = named(certificate.program.name, cpus);
  const other = { ...certificate, states };
  return { ...other, scripts: [...regenerate(other, program).scripts].map((s) => kept(s, states)) };
}

describe.each([
  ['reference/mutex', 2],
  ['reference/mutex', 3],
  ['reference/peterson', 2],
] as const)('the table of %s, %i CPUs', (name, cpus) => {
  test('is believed as it was written', async () => {
    const certificate = await proofOf(name, cpus);
    const read = readCertificate(writeCertificate(certificate), 'file');
    expect(await check(read, cpus)).toMatchObject({ holds: true });
  });

  test('is refused without any one of its combinations of control points', async () => {
    const certificate = await proofOf(name, cpus);
    const { states } = certificate;
    const combinations = states.together.flatMap((entry, i) =>
      Array.from({ length: (entry.length - 1) / cpus }, (_, k) => [i, 1 + k * cpus] as const),
    );
    expect(combinations.length).toBeGreaterThan(4);
    for (const [i, from] of combinations) {
      const without = states.together.map((entry, j) =>
        i === j ? [...entry.slice(0, from), ...entry.slice(from + cpus)] : entry,
      );
      const answer = await check(having(certificate, { ...states, together: without }, cpus), cpus);
      expect(answer, `without ${states.together[i]?.slice(from, from + cpus)}`).toMatchObject({
        holds: false,
      });
    }
  });

  test('is refused where a literal says the opposite', async () => {
    const certificate = await proofOf(name, cpus);
    const { states } = certificate;
    for (const [i, literal] of states.literals.entries()) {
      const literals = states.literals.map((l, j) => (i === j ? `(not ${l})` : l));
      const answer = await check(having(certificate, { ...states, literals }, cpus), cpus);
      expect(answer, literal).toMatchObject({ holds: false });
    }
  });
});

test('facts of one point that are not there are refused, or were not needed for the rest', async () => {
  const certificate = await proofOf('reference/mutex', 2);
  const { states } = certificate;
  const answers: (boolean | null)[] = [];
  for (const [cpu, points] of states.at.entries())
    for (const point of points.keys()) {
      const at = states.at.map((of, c) => of.map((parts, p) => (c === cpu && p === point ? [] : parts)));
      answers.push((await check(having(certificate, { ...states, at }, 2), 2)).holds);
    }
  expect(answers).toContain(false);
});

test('facts of one point that no state has are refused, those of idle CPUs too', async () => {
  const certificate = await proofOf('reference/mutex', 2);
  const { states } = certificate;
  const literals = [...states.literals, 'false'];
  for (const [cpu, points] of states.at.entries())
    for (const [point, here] of points.entries()) {
      const more = [...(here ?? []), states.literals.length];
      const at = states.at.map((of, c) => of.map((parts, p) => (c === cpu && p === point ? more : parts)));
      const answer = await check(having(certificate, { ...states, literals, at }, 2), 2);
      expect(answer, `CPU ${cpu} at ${point}`).toMatchObject({ holds: false });
    }
});

test('what is violated is not proved', async () => {
  const { program } = named('reference/peterson-broken', 2);
  const [outcome] = await enumerationEngine.check({ program, properties: ['no-bug'] }, limits, () => {});
  expect(outcome?.verdict.verdict).toBe('unknown');
});

test('beside a race that there is, all else is proved', async () => {
  const { program } = named('reference/no-mutex', 2);
  const task = { program, properties: ['no-data-race', 'no-warn'] };
  const outcomes = await enumerationEngine.check(task, limits, () => {});
  expect(outcomes.map(({ verdict }) => verdict.verdict)).toEqual(['unknown', 'proved']);
});

test('a race that there is makes a certificate refused', async () => {
  const { program } = named('reference/no-mutex', 2);
  const task = { program, properties: ['out-of-model'] };
  const [outcome] = await enumerationEngine.check(task, limits, () => {});
  if (!outcome || !('certificate' in outcome.verdict)) return expect.fail('nothing is proved');
  const { certificate } = outcome.verdict;
  const claimed = { ...certificate, properties: [...certificate.properties, 'no-data-race'] };
  const answer = await check(having(claimed, certificate.states as StateTable, 2), 2);
  expect(answer).toMatchObject({ holds: false, reason: expect.stringContaining('no-data-race') });
});

test('scripts are told by their digests', async () => {
  const certificate = await proofOf('reference/mutex', 2);
  const scripts = certificate.scripts.map((s) => ({ ...s, sha256: '0'.repeat(64) }));
  expect(await check({ ...certificate, scripts }, 2)).toMatchObject({ holds: false });
  const fewer = { ...certificate, scripts: certificate.scripts.slice(0, -1) };
  expect(await check(fewer, 2)).toMatchObject({ holds: false });
});

describe('a corrupt table', () => {
  const corrupt: readonly (readonly [string, (t: StateTable) => unknown])[] = [
    ['a literal that is no term', (t) => ({ ...t, literals: [...t.literals, '(bvadd x x)'] })],
    ['a word that is not there', (t) => ({ ...t, literals: ['(= |page[9].mapping| #x00)'] })],
    ['a part that is not there', (t) => ({ ...t, together: [[999, 0, 0]] })],
    ['a node made of a later one', (t) => ({ ...t, nodes: [[0, -5], ...t.nodes] })],
    ['a node of no kind', (t) => ({ ...t, nodes: [[7, 0], ...t.nodes] })],
    ['a combination that lacks a CPU', (t) => ({ ...t, together: [[0, 0]] })],
    ['a point of which nothing is said', (t) => ({ ...t, together: [[0, 0, 4711]] })],
    ['one CPU only', (t) => ({ ...t, at: t.at.slice(1) })],
    ['numbers that are none', (t) => ({ ...t, nodes: [['and']] })],
    ['no list', () => 'all of them'],
  ];
  test.each(corrupt)('%s', async (_, change) => {
    const certificate = await proofOf('reference/mutex', 2);
    const changed = { ...certificate, states: change(certificate.states) };
    const attempt = async () => check(readCertificate(JSON.stringify(changed), 'file'), 2);
    await expect(attempt()).rejects.toMatchObject({ diagnostic: { code: 'PD0401' } });
  });
});
