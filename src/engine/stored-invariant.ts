/** Proof from an invariant that was found before: no search, and the same check as any other. */
import { PagedeedError } from '../support/diagnostics.ts';
import { certify, type Proof } from './certify.ts';
import type { Limits, Task } from './engine.ts';
import { provingEngine } from './proof-outcomes.ts';

export const storedInvariantEngine = provingEngine({
  id: 'stored invariant',
  said: 'k-induction',
  applies: (task) => task.stored !== undefined,
  prove,
});

async function prove(
  { program, stored }: Task,
  { seconds, signal }: Limits,
  progress: (text: string) => void,
): Promise<Proof> {
  if (!stored) return { reason: 'no invariant is stored' };
  progress('checking the stored invariant');
  try {
    return await certify(program, stored, { timeoutMs: seconds * 1000, ...(signal && { signal }) });
  } catch (error) {
    if (error instanceof PagedeedError) return { reason: error.message };
    throw error;
  }
}
