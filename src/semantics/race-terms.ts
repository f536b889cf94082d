/** Where a CPU stands before a plain access that races with one of another CPU (lang/races.ts), in SMT terms. */
import { storageKey } from '../lang/fields.ts';
import { fieldsOfRace } from '../lang/races.ts';
import type { SymbolicState } from './symbolic.ts';
import { createMemory, type Target } from './symbolic-memory.ts';
import type { Term } from './terms.ts';
import { isAt, type NamedStep, type Transitions } from './transitions.ts';

/** The plain access of the CPU that would take a step next. */
interface Waiting {
  readonly field: string;
  readonly store: boolean;
  /** The words that it may be about. */
  readonly targets: readonly Target[];
}

/** That the CPU which is to take the step, and another, stand before accesses that race. */
export function racesAt(system: Transitions, step: NamedStep, property: string): Term {
  const { terms, graph } = system;
  const fields = fieldsOfRace(graph.program, property);
  const mine = accessOf(system, step, step.from);
  if (!mine || !fields.has(mine.field)) return terms.false_;
  const others = system.steps.filter((other) => other.cpu !== step.cpu && other.point > 0);
  return terms.or(
    ...others.map((other) => {
      const theirs = accessOf(system, other, step.from);
      if (theirs?.field !== mine.field || !(mine.store || theirs.store)) return terms.false_;
      const same = mine.targets.flatMap((a) =>
        theirs.targets.flatMap((b) => (a.word === b.word ? [terms.and(a.condition, b.condition)] : [])),
      );
      return terms.and(isAt(system, other), terms.or(...same));
    }),
  );
}

function accessOf(
  { graph, setting }: Transitions,
  { cpu, point, node }: NamedStep,
  { words, locals }: SymbolicState,
): Waiting | null {
  const action = graph.nodes[node];
  const isAccess = point > 0 && (action?.op === 'load' || action?.op === 'store');
  if (!isAccess || action.place.access !== 'plain') return null;
  const memory = createMemory(setting, cpu);
  const at = { words: new Map(words), locals: new Map(locals[cpu]) };
  return {
    field: storageKey(graph.program, action.place),
    store: action.op === 'store',
    targets: memory.targets(memory.spotOf(action.place, at, true), at, true).list,
  };
}
