/**
 * Proof by induction: an invariant is learned from a finished explicit search, and the certificate made of it
 * is checked by a solver that has not seen how it came about.
 */

import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import { conjunctToSmt } from '../evidence/invariant-text.ts';
import { createTransitions } from '../semantics/transitions.ts';
import { openZ3Session } from '../solver/z3.ts';
import { certify, type Proof } from './certify.ts';
import { deadlineOf } from './deadline.ts';
import type { Limits, Task } from './engine.ts';
import { explore } from './explore.ts';
import { irredundant } from './irredundant.ts';
import { learnInvariant } from './learn-invariant.ts';
import { lockOrderOf } from './lock-cycle.ts';
import { openProperties } from './open-properties.ts';
import { provingEngine } from './proof-outcomes.ts';
import { collectReached } from './reached-set.ts';

export const inductionEngine = provingEngine({ id: 'k-induction', prove });

async function prove(task: Task, limits: Limits, progress: (text: string) => void): Promise<Proof> {
  if (task.program.afterOops) return { reason: 'of runs that go on after an oops nothing is proved yet' };
  const deadline = deadlineOf(limits);
  const ordered = task.properties.includes('lock-order');
  const explored = explore(task.program, {
    limits: { seconds: limits.seconds, memoryMiB: limits.memoryMiB },
    // An invariant has to hold between fused steps, too.
    reduce: ['slice'],
    trackLocks: ordered,
    progress: (states, depth) => progress(`${states} states, ${depth} steps deep`),
  });
  if (explored.kind === 'endless') return { reason: explored.reason };
  const { graph, rounds, result } = explored;
  if (!result.complete) return { reason: `no invariant can be learned: ${result.stopped}` };
  const lockOrder = (ordered && lockOrderOf(result.order.keys())) || [];
  const system = createTransitions(graph, lockOrder);
  const violated = {
    has: (p: string) => result.found.has(p) || (p.startsWith('reach:') && result.reached.has(p.slice(6))),
  };
  const open = openProperties(system, task.properties, violated);
  if (!open.includes(OUT_OF_MODEL)) return { reason: 'a run leaves the model' };
  const session = openZ3Session();
  try {
    progress(`${result.states} states are searched; learning an invariant`);
    const reached = collectReached(system, result);
    const learned = await learnInvariant(system, reached, open, session, deadline, progress);
    if (learned.kind === 'failed') return { reason: learned.reason };
    const invariant = await irredundant(system, learned.conjuncts, session, deadline.runOptions());
    progress(`checking the certificate: ${invariant.length} conjuncts`);
    const claimed = {
      properties: open,
      rounds: Object.fromEntries(rounds),
      lockOrder,
      invariant: invariant.map(conjunctToSmt),
    };
    return await certify(task.program, claimed, deadline.runOptions());
  } finally {
    await session.close();
  }
}
