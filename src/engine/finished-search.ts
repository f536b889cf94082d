/** What an invariant is made of: a search that came to its end. */
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import { isDataRace } from '../lang/races.ts';
import { createTransitions, type Transitions } from '../semantics/transitions.ts';
import type { Limits, Task } from './engine.ts';
import type { SearchResult } from './explicit.ts';
import { explore } from './explore.ts';
import { helpOf } from './helpers.ts';
import { lockOrderOf } from './lock-cycle.ts';
import { openProperties } from './open-properties.ts';
import { isSighted } from './sightings.ts';

export interface FinishedSearch {
  readonly result: SearchResult;
  readonly system: Transitions;
  readonly rounds: ReadonlyMap<string, number>;
  readonly lockOrder: readonly string[];
  /** What is not violated in any state, and so may be proved. */
  readonly open: readonly string[];
}

/** A reason where there is none, or where runs leave the model. */
export async function finishedSearch(
  task: Task,
  limits: Limits,
  progress: (text: string) => void,
): Promise<FinishedSearch | { readonly reason: string }> {
  if (task.program.afterOops) return { reason: 'of runs that go on after an oops nothing is proved yet' };
  const ordered = task.properties.includes('lock-order');
  const explored = explore(task.program, {
    limits: { seconds: limits.seconds, memoryMiB: limits.memoryMiB },
    // An invariant has to hold between fused steps, too.
    reduce: ['slice'],
    trackLocks: ordered,
    trackRaces: task.properties.some(isDataRace) && task.program.bounds.cpus > 1,
    ...(await helpOf(limits.helpers)),
    progress: (states, depth) => progress(`${states} states, ${depth} steps deep`),
  });
  if (explored.kind === 'endless') return { reason: explored.reason };
  const { graph, rounds, result } = explored;
  if (!result.complete) return { reason: `no invariant can be learned: ${result.stopped}` };
  const lockOrder = (ordered && lockOrderOf(result.order.keys(), task.program)) || [];
  const system = createTransitions(graph, lockOrder);
  const violated = { has: (p: string) => isSighted(p, task.program, result) };
  const open = openProperties(system, task.properties, violated);
  if (!open.includes(OUT_OF_MODEL)) return { reason: 'a run leaves the model' };
  return { result, system, rounds, lockOrder, open };
}
