/** Proof from an invariant that was found before: no search, and the same check as any other. */
import { PagedeedError } from '../support/diagnostics.ts';
import { certify, type Proof } from './certify.ts';
import type { Engine, Limits, Task } from './engine.ts';
import { proofOutcomes } from './proof-outcomes.ts';

export const storedInvariantEngine: Engine = {
  id: 'stored invariant',
  applies: (task) => task.stored !== undefined,
  async check(task, limits, progress) {
    const started = performance.now();
    progress('checking the stored invariant');
    const proof = await tryStored(task, limits);
    return proofOutcomes(task, proof, 'k-induction', (performance.now() - started) / 1000);
  },
};

async function tryStored({ program, stored }: Task, { seconds, signal }: Limits): Promise<Proof> {
  if (!stored) return { reason: 'no invariant is stored' };
  try {
    return await certify(program, stored, { timeoutMs: seconds * 1000, ...(signal && { signal }) });
  } catch (error) {
    if (error instanceof PagedeedError) return { reason: error.message };
    throw error;
  }
}
