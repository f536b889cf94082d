/**
 * Proof without a search of whole states: what each CPU can know at its control points, by itself, is made into an
 * invariant. It serves any number of CPUs, but knows nothing of how the states of two of them go together.
 */
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import { conjunctToSmt } from '../evidence/invariant-text.ts';
import { createTransitions } from '../semantics/transitions.ts';
import type { RunOptions } from '../solver/session.ts';
import { openZ3Session } from '../solver/z3.ts';
import { lower } from '../system/lower.ts';
import { certify, type Proof } from './certify.ts';
import type { Engine, Limits, Task } from './engine.ts';
import { proofOutcomes } from './proof-outcomes.ts';
import { decidedBy, threadInvariant } from './thread-invariant.ts';
import { threadStates } from './thread-states.ts';

const OUT_OF_TIME = { reason: 'time ran out' };

export const valueSetEngine: Engine = {
  id: 'value-sets',
  /** With one CPU a step is a whole operation, too much to run in all ways. */
  applies: ({ program }) => program.bounds.cpus > 1,
  async check(task, limits, progress) {
    const started = performance.now();
    const proof = await prove(task, limits, progress);
    return proofOutcomes(task, proof, 'value-sets', (performance.now() - started) / 1000);
  },
};

async function prove(
  { program, properties, isSettled }: Task,
  limits: Limits,
  progress: (text: string) => void,
): Promise<Proof> {
  if (program.bounds.cpus === 1) return { reason: 'it takes two CPUs or more' };
  const deadline = performance.now() + limits.seconds * 1000;
  const expired = () =>
    performance.now() > deadline ||
    limits.signal?.aborted === true ||
    (isSettled !== undefined && properties.every(isSettled));
  const system = createTransitions(lower(program, { slice: true }));
  progress('which values words and locals can have');
  const known = threadStates(system.setting, expired);
  if (!known) return OUT_OF_TIME;
  const decided = decidedBy(system, known, [...new Set([OUT_OF_MODEL, ...properties])]);
  if (!decided.includes(OUT_OF_MODEL)) return { reason: 'a run may leave the model, as far as values tell' };
  const others = properties.filter((p) => p !== OUT_OF_MODEL);
  if (others.length > 0 && !others.some((p) => decided.includes(p)))
    return { reason: 'the values that words and locals can have do not exclude a violation' };
  const options = () => (expired() ? null : runOptions(deadline, limits.signal));
  const session = openZ3Session();
  try {
    progress('which values go together');
    const found = await threadInvariant(system, known, decided, session, options);
    if ('reason' in found) return found;
    progress(`checking the certificate: ${found.conjuncts.length} conjuncts`);
    const claimed = {
      properties: decided,
      rounds: {},
      lockOrder: [],
      invariant: found.conjuncts.map(conjunctToSmt),
    };
    return await certify(program, claimed, runOptions(deadline, limits.signal));
  } finally {
    await session.close();
  }
}

const runOptions = (deadline: number, signal: AbortSignal | undefined): RunOptions => ({
  timeoutMs: Math.max(1, deadline - performance.now()),
  ...(signal && { signal }),
});
