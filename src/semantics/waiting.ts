/** Whether CPUs wait. */
import { createMemory } from './symbolic-memory.ts';
import type { Term } from './terms.ts';
import { isAt, type NamedStep, type Transitions } from './transitions.ts';

const known = new WeakMap<Transitions, readonly Term[]>();

/** For each CPU: it is idle, or waits where it stands. */
export function restingCpus(system: Transitions): readonly Term[] {
  const { terms, state, steps } = system;
  const before = known.get(system);
  if (before) return before;
  const resting = state.pcs.map((_, cpu) => {
    const waits = steps.flatMap((step) => {
      const here = step.cpu === cpu && step.point > 0 ? isAt(system, step) : terms.false_;
      return here === terms.false_ ? [] : [terms.and(here, step.step().blocked)];
    });
    return terms.or(isAt(system, { cpu, point: 0 }), ...waits);
  });
  known.set(system, resting);
  return resting;
}

/** Nobody on no CPU could let go of what CPUs wait for. */
export function nobodyElse({ terms, setting, state, graph }: Transitions): Term {
  const { elsewhere } = graph.program;
  if (!elsewhere) return terms.true_;
  const at = { words: new Map(state.words), locals: new Map<string, Term>() };
  return terms.not(createMemory(setting, 0).evaluate(elsewhere, at, true));
}

/** Where this step is to be taken it has to wait, and no other CPU goes on. */
export function stuckAt(system: Transitions, step: NamedStep): Term {
  const { terms } = system;
  if (step.point === 0) return terms.false_;
  const { blocked } = step.step();
  if (blocked === terms.false_) return terms.false_;
  return terms.and(blocked, nobodyElse(system), ...restingCpus(system).filter((_, cpu) => cpu !== step.cpu));
}
