/**
 * The runs of a system, unrolled: the state after each step, as terms over which steps were taken before, what
 * they chose, and where the objects lie. What is known is folded, so that of the first steps little is left.
 */
import type { Term } from '../semantics/terms.ts';
import { isAt, type NamedStep, startingFrom, type Transitions } from '../semantics/transitions.ts';

/** A step that may come next. */
export interface Candidate {
  readonly step: NamedStep;
  /** It is this one that is taken. */
  readonly taken: Term;
}

/** All that can happen after a number of steps. */
export interface Frame {
  readonly depth: number;
  /** The system, with steps that start here. */
  readonly system: Transitions;
  /** The value that a state variable has here. */
  valueAt(variable: Term): Term;
  /** A variable: the number of the candidate that is taken. */
  readonly which: Term;
  readonly candidates: readonly Candidate[];
}

export function firstFrame(system: Transitions): Frame {
  return frameAt(system, 0, new Map(system.variables.map((v) => [v.term, v.initial])));
}

/** Any state: of the variables it is known which values they can have. */
export function anyFrame(system: Transitions, domains: ReadonlyMap<Term, readonly Term[]>): Frame {
  const { terms } = system;
  return frameAt(system, 0, new Map([...domains].map(([v, values]) => [v, terms.oneOf(v, values)])));
}

function frameAt(bare: Transitions, depth: number, state: ReadonlyMap<Term, Term>): Frame {
  const valueAt = (v: Term) => state.get(v) ?? v;
  const system = startingFrom(bare, valueAt, `@${depth}`);
  const { terms } = system;
  const which = terms.variable(`step@${depth}`, 32);
  const candidates = system.steps.flatMap((step, i): readonly Candidate[] => {
    const here = isAt(system, step);
    if (here === terms.false_) return [];
    return [{ step, taken: terms.and(here, terms.eq(which, terms.constant(32, BigInt(i)))) }];
  });
  return { depth, system, valueAt, which, candidates };
}

/** What can happen one step later, where such a step was taken; null where none can be. */
export function nextFrame(frame: Frame): { readonly went: Term; readonly next: Frame } | null {
  const { system, candidates, valueAt, depth } = frame;
  const { terms } = system;
  const ways = candidates.flatMap(({ step, taken }) =>
    step.step().ends.map((end) => ({ when: terms.and(taken, end.guard), after: system.after(step, end) })),
  );
  const possible = ways.filter((way) => way.when !== terms.false_);
  if (possible.length === 0) return null;
  const state = new Map<Term, Term>();
  for (const { term: variable } of system.variables) {
    const before = valueAt(variable);
    const values = new Map<Term, Term[]>();
    for (const { when, after } of possible) {
      const value = after(variable) === variable ? before : after(variable);
      values.set(value, [...(values.get(value) ?? []), when]);
    }
    const [rest = before] = values.has(before) ? [before] : values.keys();
    values.delete(rest);
    state.set(
      variable,
      [...values].reduce(
        (otherwise, [value, whens]) => terms.ite(terms.or(...whens), value, otherwise),
        rest,
      ),
    );
  }
  const went = terms.or(...possible.map((way) => way.when));
  return { went, next: frameAt(system, depth + 1, state) };
}
