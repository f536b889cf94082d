/**
 * Proof by induction: an invariant is learned from a finished explicit search, and the certificate made of it
 * is checked by a solver that has not seen how it came about.
 */

import { conjunctToSmt } from '../evidence/invariant-text.ts';
import { openZ3Session } from '../solver/z3.ts';
import { certify, type Proof } from './certify.ts';
import { deadlineOf } from './deadline.ts';
import type { Limits, Task } from './engine.ts';
import { finishedSearch } from './finished-search.ts';
import { irredundant } from './irredundant.ts';
import { learnInvariant } from './learn-invariant.ts';
import { provingEngine } from './proof-outcomes.ts';
import { collectReached } from './reached-set.ts';
import { toldOf } from './told.ts';

export const inductionEngine = provingEngine({ id: 'k-induction', prove });

async function prove(task: Task, limits: Limits, progress: (text: string) => void): Promise<Proof> {
  const deadline = deadlineOf(limits);
  const search = await finishedSearch(task, limits, progress);
  if ('reason' in search) return search;
  const { result, system, rounds, lockOrder, open } = search;
  const session = openZ3Session();
  try {
    progress(`${result.states} states are searched; learning an invariant`);
    const reached = collectReached(system, result);
    const learned = await learnInvariant(
      system,
      reached,
      toldOf(system, task),
      open,
      session,
      deadline,
      progress,
    );
    if (learned.kind === 'failed') return { reason: learned.reason };
    const invariant = await irredundant(system, learned.conjuncts, session, deadline.runOptions());
    const claimed = {
      properties: open,
      rounds: Object.fromEntries(rounds),
      lockOrder,
      invariant: invariant.map(conjunctToSmt),
    };
    return await certify(task.program, claimed, deadline.runOptions, progress);
  } finally {
    await session.close();
  }
}
