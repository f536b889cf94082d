/** Where a CPU stands before a plain access that races with one of another CPU (lang/races.ts), in SMT terms. */
import { storageKey } from '../lang/fields.ts';
import { fieldsOfRace } from '../lang/races.ts';
import { createMemory, type Target } from './symbolic-memory.ts';
import type { Term } from './terms.ts';
import { isAt, type NamedStep, type Transitions } from './transitions.ts';

/** The plain access that a CPU would make next. */
interface Waiting {
  readonly step: NamedStep;
  readonly field: string;
  readonly store: boolean;
  /** The words that it may be about. */
  readonly targets: readonly Target[];
}

const known = new WeakMap<Transitions, ReadonlyMap<string, readonly Waiting[]>>();

/** That the CPU which is to take the step, and another, stand before accesses that race. */
export function racesAt(system: Transitions, step: NamedStep, property: string): Term {
  const { terms, graph } = system;
  const mine = accessOf(system, step);
  if (!mine || !fieldsOfRace(graph.program, property).has(mine.field)) return terms.false_;
  const others = accesses(system).get(mine.field) ?? [];
  return terms.or(
    ...others.map((theirs) => {
      if (theirs.step.cpu === step.cpu || !(mine.store || theirs.store)) return terms.false_;
      const same = mine.targets.flatMap((a) =>
        theirs.targets.flatMap((b) => (a.word === b.word ? [terms.and(a.condition, b.condition)] : [])),
      );
      return terms.and(isAt(system, theirs.step), terms.or(...same));
    }),
  );
}

/** Those of all control points, by field. */
function accesses(system: Transitions): ReadonlyMap<string, readonly Waiting[]> {
  const before = known.get(system);
  if (before) return before;
  const byField = new Map<string, Waiting[]>();
  for (const step of system.steps) {
    const access = accessOf(system, step);
    if (access) byField.set(access.field, [...(byField.get(access.field) ?? []), access]);
  }
  known.set(system, byField);
  return byField;
}

function accessOf({ graph, setting }: Transitions, step: NamedStep): Waiting | null {
  const { cpu, point, from } = step;
  const action = graph.nodes[step.node];
  const isAccess = point > 0 && (action?.op === 'load' || action?.op === 'store');
  if (!isAccess || action.place.access !== 'plain') return null;
  const memory = createMemory(setting, cpu);
  const at = { words: new Map(from.words), locals: new Map(from.locals[cpu]) };
  return {
    step,
    field: storageKey(graph.program, action.place),
    store: action.op === 'store',
    targets: memory.targets(memory.spotOf(action.place, at, true), at, true).list,
  };
}
