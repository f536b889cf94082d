import { describe, expect, test, vi } from 'vitest';
import type { Certificate } from '../evidence/certificate.ts';
import {
  checkCertificate,
  readCertificate,
  regenerate,
  writeCertificate,
} from '../evidence/check-certificate.ts';
import { openZ3Session } from '../solver/z3.ts';
import { inductionEngine } from './induction-engine.ts';
import { namedReference as named } from './named-reference.fixture.ts';

// Z3 starts several times in each test; this is a limit for one that hangs.
vi.setConfig({ testTimeout: 120_000 });

const limits = { seconds: 60, memoryMiB: 1024, depth: null };

describe.each([
  ['reference/counter', 1],
  ['reference/mutex', 2],
  ['reference/peterson', 2],
] as const)('%s, %i CPUs', (name, cpus) => {
  test('proves what holds', async () => {
    const { program, verdicts, unproved } = named(name, cpus);
    const properties = Object.keys(verdicts).filter((id) => !unproved?.includes(id));
    const outcomes = await inductionEngine.check({ program, properties }, limits, () => {});
    expect(outcomes.map((o) => [o.property, o.verdict.verdict])).toEqual(
      properties.map((p) => [p, 'proved']),
    );
  });
});

test('what is violated is not proved', async () => {
  const { program } = named('reference/peterson-broken', 2);
  const [outcome] = await inductionEngine.check({ program, properties: ['no-bug'] }, limits, () => {});
  expect(outcome?.verdict.verdict).toBe('unknown');
});

async function proofOfCounter(): Promise<Certificate> {
  const { program } = named('reference/counter', 1);
  const properties = program.properties.map((p) => p.id);
  const [outcome] = await inductionEngine.check({ program, properties }, limits, () => {});
  if (!outcome || !('certificate' in outcome.verdict)) throw new Error('the counter is not proved');
  return outcome.verdict.certificate;
}

describe('a certificate', () => {
  const { program } = named('reference/counter', 1);
  const check = async (certificate: Certificate) => {
    const session = openZ3Session();
    try {
      return await checkCertificate(certificate, program, session);
    } finally {
      await session.close();
    }
  };

  test('is believed as it was written', async () => {
    const certificate = await proofOfCounter();
    const read = readCertificate(writeCertificate(certificate), 'file');
    expect(await check(read)).toMatchObject({ holds: true });
  });

  test('is refused with each conjunct weakened, its scripts made to fit', async () => {
    const certificate = await proofOfCounter();
    const refused = [];
    for (const i of certificate.invariant.keys()) {
      const invariant = certificate.invariant.filter((_, j) => j !== i);
      const weaker = { ...certificate, invariant };
      const answer = await check({ ...weaker, scripts: [...regenerate(weaker, program).scripts] });
      if (answer.holds === false) refused.push(i);
    }
    expect(refused.length).toBeGreaterThan(0);
  });

  test('is refused with a transition weakened in a script', async () => {
    const certificate = await proofOfCounter();
    const scripts = certificate.scripts.map((s) => ({
      ...s,
      text: ('text' in s ? s.text : '').replace('(check-sat)', '(assert false)\n(check-sat)'),
    }));
    expect(await check({ ...certificate, scripts })).toMatchObject({ holds: false });
  });

  test('is refused for a property that is no property, and for another program', async () => {
    const certificate = await proofOfCounter();
    const other = { ...certificate, properties: [...certificate.properties, 'no-such-property'] };
    expect(await check({ ...other, scripts: [...regenerate(other, program).scripts] })).toMatchObject({
      holds: false,
    });
    const elsewhere = { ...certificate, program: { ...certificate.program, hash: '0'.repeat(64) } };
    expect(await check(elsewhere)).toMatchObject({ holds: false });
  });

  test('is refused when it does not show that runs stay in the model', async () => {
    const certificate = await proofOfCounter();
    const partial = {
      ...certificate,
      properties: certificate.properties.filter((p) => p !== 'out-of-model'),
    };
    expect(await check({ ...partial, scripts: [...regenerate(partial, program).scripts] })).toMatchObject({
      holds: false,
    });
  });

  test('that is cut short is refused with its name', () => {
    expect(() => readCertificate('{"format": "pagedeed-cert', 'some.json')).toThrow(/some.json/);
  });
});
