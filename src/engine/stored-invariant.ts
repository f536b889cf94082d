/** Proof from an invariant that was found before: no search, and the same check as any other. */
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { certify, type Proof } from './certify.ts';
import { deadlineOf } from './deadline.ts';
import type { Limits, Task } from './engine.ts';
import { provingEngine } from './proof-outcomes.ts';

export const storedInvariantEngine = provingEngine({
  id: 'stored invariant',
  said: 'k-induction',
  /** It may be about none of what is asked. */
  applies: ({ stored, properties }) => {
    const others = properties.filter((p) => p !== OUT_OF_MODEL);
    return stored !== undefined && (others.length === 0 || others.some((p) => stored.properties.includes(p)));
  },
  prove,
});

async function prove(
  { program, stored }: Task,
  limits: Limits,
  progress: (text: string) => void,
): Promise<Proof> {
  if (!stored) return { reason: 'no invariant is stored' };
  try {
    return await certify(program, stored, deadlineOf(limits).runOptions, progress);
  } catch (error) {
    if (error instanceof PagedeedError) return { reason: error.message };
    throw error;
  }
}
