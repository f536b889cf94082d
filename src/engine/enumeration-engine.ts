/**
 * Proof by enumeration: the states that a finished search has visited are the invariant, as they are. Nothing has to
 * be learned, and a solver is only asked to check; whatever is true of all states is proved at once.
 */
import { conjunctToSmt } from '../evidence/invariant-text.ts';
import { certify, type Proof } from './certify.ts';
import { deadlineOf } from './deadline.ts';
import type { Limits, Task } from './engine.ts';
import { finishedSearch } from './finished-search.ts';
import { listStates } from './list-states.ts';
import { provingEngine } from './proof-outcomes.ts';

export const enumerationEngine = provingEngine({
  id: 'enumeration',
  /** With one CPU all states are at one control point, and the table is no help. */
  applies: ({ program }) => program.bounds.cpus > 1,
  prove,
});

async function prove(task: Task, limits: Limits, progress: (text: string) => void): Promise<Proof> {
  const deadline = deadlineOf(limits);
  const search = await finishedSearch(task, limits, progress);
  if ('reason' in search) return search;
  const { result, system, rounds, lockOrder, open } = search;
  progress(`${result.states} states are searched; listing them`);
  const { table, domains } = listStates(system, result);
  const claimed = {
    properties: open,
    rounds: Object.fromEntries(rounds),
    lockOrder,
    invariant: domains.map(conjunctToSmt),
    states: table,
  };
  return certify(task.program, claimed, deadline.runOptions, progress);
}
