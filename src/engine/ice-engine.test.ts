import { describe, expect, test } from 'vitest';
import { mutexProgram } from '../../specs/reference/mutex.ts';
import { petersonProgram } from '../../specs/reference/peterson.ts';
import { shareProgram } from '../../specs/reference/share.ts';
import { isProvable } from '../evidence/certificate-scripts.ts';
import { conjunctToSmt } from '../evidence/invariant-text.ts';
import type { Program } from '../lang/program.ts';
import { createTransitions } from '../semantics/transitions.ts';
import { openZ3Session } from '../solver/z3.ts';
import { lower } from '../system/lower.ts';
import { certify } from './certify.ts';
import { learnThreadLemmas, UNKNOWN_VALUE } from './learn-thread-lemmas.ts';
import { sampleStates } from './sample.ts';
import { createThreadRows } from './thread-rows.ts';

const WITHIN = 60_000;

/** What is learned from so many states, and how often a state had to be added to them. */
async function learnFrom(program: Program, states: number, properties: readonly string[]) {
  const graph = lower(program, { slice: true });
  const system = createTransitions(graph);
  const sample = sampleStates(graph, { breadth: states, states, expired: () => false }, 8);
  const session = openZ3Session();
  const said: string[] = [];
  try {
    const learned = await learnThreadLemmas(
      system,
      sample,
      createThreadRows(system, sample),
      ['out-of-model', ...properties].filter((p) => isProvable(system, p)),
      [session],
      () => ({ timeoutMs: WITHIN }),
      (text) => said.push(text),
    );
    return { learned, sample };
  } finally {
    await session.close();
  }
}

async function certified(program: Program, states: number, properties: readonly string[]) {
  const { learned, sample } = await learnFrom(program, states, properties);
  if ('reason' in learned) return { holds: false, reason: learned.reason, states: sample.states.size };
  const proof = await certify(
    program,
    {
      properties: ['out-of-model', ...properties],
      rounds: {},
      lockOrder: [],
      invariant: learned.conjuncts.map(conjunctToSmt),
    },
    () => ({ timeoutMs: WITHIN }),
  );
  return {
    holds: 'certificate' in proof,
    reason: 'reason' in proof ? proof.reason : '',
    states: sample.states.size,
  };
}

describe('learning from a sample', () => {
  const share = shareProgram(1, 3, true);
  const properties = ['no-sentinel-deref', 'share-count'];

  test('all states that there are', { timeout: WITHIN }, async () => {
    expect(await certified(share, 100_000, properties)).toMatchObject({ holds: true, reason: '' });
  });

  test.each(['at first', 'again, when answers are known and models are others'])(
    'states that are missing are added, %s',
    { timeout: WITHIN },
    async () => {
      const few = 86;
      const { holds, states } = await certified(petersonProgram(true), few, ['no-bug']);
      expect(holds).toBe(true);
      expect(states).toBeGreaterThan(few);
    },
  );

  test('where a missing state has a value of its own, a larger sample is asked for', {
    timeout: WITHIN,
  }, async () => {
    const { holds, reason } = await certified(petersonProgram(true), 30, ['no-bug']);
    expect(holds).toBe(false);
    expect(reason).toContain(UNKNOWN_VALUE);
  });

  test('a sample that shows no violation proves nothing', { timeout: WITHIN }, async () => {
    const broken = petersonProgram(false);
    const { holds } = await certified(broken, 12, ['no-bug']);
    expect(holds).toBe(false);
  });

  test('CPUs that differ by more than their numbers', { timeout: WITHIN }, async () => {
    expect(await certified(petersonProgram(true), 10_000, ['no-bug'])).toMatchObject({ holds: true });
  });

  test('three CPUs, and that none waits for ever', { timeout: WITHIN }, async () => {
    expect(await certified(mutexProgram(3, true), 10_000, ['no-bug', 'deadlock-free'])).toMatchObject({
      holds: true,
    });
  });
});
