/**
 * Proof without a search of whole states: what each CPU can know at its control points, by itself, is made into an
 * invariant. It serves any number of CPUs, but knows nothing of how the states of two of them go together.
 */
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import { conjunctToSmt } from '../evidence/invariant-text.ts';
import { isDataRace } from '../lang/races.ts';
import { createTransitions, type Transitions } from '../semantics/transitions.ts';
import { openZ3Session } from '../solver/z3.ts';
import { lower } from '../system/lower.ts';
import { certify, type Proof } from './certify.ts';
import { type Deadline, deadlineOf } from './deadline.ts';
import type { Limits, Task } from './engine.ts';
import { openProperties } from './open-properties.ts';
import { provingEngine } from './proof-outcomes.ts';
import { threadInvariant } from './thread-invariant.ts';
import { threadStates } from './thread-states.ts';

const OUT_OF_TIME = { reason: 'time ran out' };
/** States that are told apart at each point; if that does not suffice, those that are in the next attempt. */
const PRECISIONS = [400, 4000];

export const valueSetEngine = provingEngine({
  id: 'value-sets',
  /** With one CPU a step is a whole operation, too much to run in all ways. */
  applies: ({ program }) => program.bounds.cpus > 1,
  prove,
});

async function prove(task: Task, limits: Limits, progress: (text: string) => void): Promise<Proof> {
  const { program, properties } = task;
  if (program.bounds.cpus === 1) return { reason: 'it takes two CPUs or more' };
  const deadline = deadlineOf(limits, task);
  const system = createTransitions(lower(program, { slice: true }));
  let proof: Proof = OUT_OF_TIME;
  for (const most of PRECISIONS) {
    proof = await proveWith(system, properties, most, deadline, progress);
    if ('certificate' in proof || deadline.expired()) break;
  }
  return proof;
}

async function proveWith(
  system: Transitions,
  properties: readonly string[],
  most: number,
  { expired, runOptions }: Deadline,
  progress: (text: string) => void,
): Promise<Proof> {
  progress(`which values words and locals can have, at most ${most} together`);
  const known = threadStates(system.setting, most, expired);
  if (!known) return OUT_OF_TIME;
  // Whether two CPUs meet is nothing that one knows by itself.
  const decided = openProperties(
    system,
    properties.filter((p) => !isDataRace(p)),
    known.found,
  );
  if (!decided.includes(OUT_OF_MODEL)) return { reason: 'a run may leave the model, as far as values tell' };
  const others = properties.filter((p) => p !== OUT_OF_MODEL);
  if (others.length > 0 && !others.some((p) => decided.includes(p)))
    return { reason: 'the values that words and locals can have do not exclude a violation' };
  const options = () => (expired() ? null : runOptions());
  const session = openZ3Session();
  try {
    progress('which values go together');
    const found = await threadInvariant(system, known, decided, session, options);
    if ('reason' in found) return found;
    const claimed = {
      properties: decided,
      rounds: {},
      lockOrder: [],
      invariant: found.conjuncts.map(conjunctToSmt),
    };
    return await certify(system.graph.program, claimed, runOptions, progress);
  } finally {
    await session.close();
  }
}
