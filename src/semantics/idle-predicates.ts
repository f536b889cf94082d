/** What properties that are judged when no CPU runs say of a state. */
import { createMemory } from './symbolic-memory.ts';
import type { Term } from './terms.ts';
import { isAt, type Transitions } from './transitions.ts';

/** That they hold, in the system's state, if all CPUs are idle there. Of other properties it says nothing. */
export function idlePredicates(system: Transitions, properties: readonly string[]): readonly Term[] {
  const { terms, setting, state } = system;
  const { program } = system.graph;
  const runs = terms.or(...state.pcs.map((_, cpu) => terms.not(isAt(system, { cpu, point: 0 }))));
  const at = { words: new Map(state.words), locals: new Map<string, Term>() };
  return properties.flatMap((id) => {
    const property = program.properties.find((p) => p.id === id);
    if (property?.judged.when !== 'idle') return [];
    // A predicate knows no CPU: whose memory it is read from makes no difference.
    return [terms.or(runs, createMemory(setting, 0).evaluate(property.holds, at, true))];
  });
}
