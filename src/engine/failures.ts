/** When something goes wrong in a frame of unrolled runs, as terms. */
import { violationIn } from '../evidence/certificate-scripts.ts';
import type { Term } from '../semantics/terms.ts';
import { isAt, type Transitions } from '../semantics/transitions.ts';
import { nobodyElse, restingCpus } from '../semantics/waiting.ts';
import type { Frame } from './unrolling.ts';

/** Whether a property fails in a state, and not in a step from there. */
export function judgesState({ graph }: Transitions, property: string): boolean {
  return property === 'deadlock-free' && graph.program.bounds.cpus > 1;
}

/** The state, or the step taken from it, fails the property or comes to what `reach:` asks for. */
export function failsIn({ system, candidates }: Frame, property: string): Term {
  const { terms } = system;
  if (judgesState(system, property)) return isStuck(system);
  return terms.or(
    ...candidates.map(({ step, taken }) => terms.and(taken, violationIn(system, step, property))),
  );
}

/** Some CPU runs, and all that run wait. */
function isStuck(system: Transitions): Term {
  const { terms, state } = system;
  const idle = state.pcs.map((_, cpu) => isAt(system, { cpu, point: 0 }));
  return terms.and(terms.not(terms.and(...idle)), nobodyElse(system), ...restingCpus(system));
}

/** By loop: the step taken here goes round it more often than it was unrolled. */
export function cutsIn({ system, candidates }: Frame): ReadonlyMap<string, Term> {
  const { terms } = system;
  const cuts = new Map<string, Term>();
  for (const { step, taken } of candidates)
    for (const [loop, when] of step.step().cuts)
      cuts.set(loop, terms.or(cuts.get(loop) ?? terms.false_, terms.and(taken, when)));
  return cuts;
}
