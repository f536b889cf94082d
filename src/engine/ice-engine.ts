/**
 * Proof from a sample of the states: an invariant is learned from what the sampled states have in common, and from the
 * solver's counterexamples to that (ICE learning: Garg et al., 2014). It needs no complete search, and with several
 * CPUs it learns of each by itself as far as that will do.
 */
import { setFlagsFromString } from 'node:v8';
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import { conjunctToSmt } from '../evidence/invariant-text.ts';
import { createTransitions } from '../semantics/transitions.ts';
import { openZ3Session } from '../solver/z3.ts';
import { certify, type Proof } from './certify.ts';
import { deadlineOf } from './deadline.ts';
import type { Limits, Task } from './engine.ts';
import { learnThreadLemmas, UNKNOWN_VALUE } from './learn-thread-lemmas.ts';
import { lockOrderOf } from './lock-cycle.ts';
import { openProperties } from './open-properties.ts';
import { provingEngine } from './proof-outcomes.ts';
import { sampleProgram } from './sample-program.ts';
import { OPTIMISE_LARGE_FUNCTIONS } from './search.ts';
import { createThreadRows } from './thread-rows.ts';

export const iceEngine = provingEngine({
  id: 'ice',
  /** With one CPU a search ends, and learning from all states is quicker. */
  applies: ({ program }) => program.bounds.cpus > 1,
  prove,
});

/** States in the first sample, and how many times more there are in the next, where they did not suffice. */
const FIRST = 100_000;
const GROWTH = 8;
const LARGEST = 8_000_000;
/** Solvers that are asked at the same time. */
const SOLVERS = 2;

async function prove(task: Task, limits: Limits, progress: (text: string) => void): Promise<Proof> {
  const { program, properties } = task;
  if (program.afterOops) return { reason: 'of runs that go on after an oops nothing is proved yet' };
  const { expired, runOptions } = deadlineOf(limits, task);
  setFlagsFromString(OPTIMISE_LARGE_FUNCTIONS);
  const rounds = new Map(Object.entries(task.rounds ?? {}));
  let reason = 'time ran out';
  for (let size = FIRST; size <= LARGEST; size *= GROWTH) {
    progress(`sampling up to ${size} states`);
    const sampled = sampleProgram(program, rounds, { breadth: size / 2, states: size, expired });
    if ('reason' in sampled) return sampled;
    const { graph, sample } = sampled;
    const lockOrder = (properties.includes('lock-order') && lockOrderOf(sample.order, program)) || [];
    const system = createTransitions(graph, lockOrder);
    const open = openProperties(system, properties, sample.found);
    if (!open.includes(OUT_OF_MODEL)) return { reason: 'a run leaves the model' };
    if (expired()) return { reason: 'time ran out' };
    const sessions = Array.from({ length: SOLVERS }, openZ3Session);
    try {
      const rows = createThreadRows(system, sample);
      const options = () => (expired() ? null : runOptions());
      const learned = await learnThreadLemmas(system, sample, rows, open, sessions, options, progress);
      if ('reason' in learned) {
        reason = learned.reason;
        if (reason.endsWith(UNKNOWN_VALUE) && !sample.complete) continue;
        return { reason };
      }
      const claimed = {
        properties: open,
        rounds: Object.fromEntries(rounds),
        lockOrder,
        invariant: learned.conjuncts.map(conjunctToSmt),
      };
      return await certify(program, claimed, runOptions, progress);
    } finally {
      await Promise.all(sessions.map((session) => session.close()));
    }
  }
  return { reason };
}
