/**
 * Finds an inductive invariant. It starts from the values that each variable takes in the reached states of
 * a finished explicit search; whenever the solver shows a state that satisfies the candidate and steps out
 * of it (or violates a property), a smallest part of that state which no reached state has is excluded.
 * Nothing is believed of the search: what comes out is checked like any other invariant.
 */
import { breaches, violations } from '../evidence/certificate-scripts.ts';
import { localFacts } from '../evidence/local-facts.ts';
import { idlePredicates } from '../semantics/idle-predicates.ts';
import type { Term } from '../semantics/terms.ts';
import {
  assuming,
  isAt,
  limitsOneVariable,
  type NamedStep,
  type Transitions,
} from '../semantics/transitions.ts';
import { ask } from '../solver/question.ts';
import type { SolverSession } from '../solver/session.ts';
import type { Value } from '../solver/value.ts';
import type { Deadline } from './deadline.ts';
import { domainConjuncts } from './domains.ts';
import { valuesIn } from './model-values.ts';
import { domainsOf, generalise, type Literal, type ReachedSet } from './reached-set.ts';

export type Learned =
  | { readonly kind: 'invariant'; readonly conjuncts: readonly Term[]; readonly queries: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** `told`: what others found to hold in all states. */

export async function learnInvariant(
  bare: Transitions,
  reached: ReachedSet,
  told: readonly Term[],
  properties: readonly string[],
  session: SolverSession,
  deadline: Deadline,
  progress: (text: string) => void,
): Promise<Learned> {
  const { terms } = bare;
  const invariant = [
    ...domainConjuncts(bare, domainsOf(reached)),
    ...told.filter((lemma) => !limitsOneVariable(bare, lemma)),
  ];
  const system = assuming(bare, invariant);
  const facts = localFacts(bare, invariant);
  const steps = system.steps.filter((s) => !facts.excludes(s.cpu, s.point));
  const whenIdle = idlePredicates(system, properties);
  let queries = 0;

  /** Adds what excludes the state; a reason where it cannot be excluded. */
  function learn(model: ReadonlyMap<Term, Value>, goal: Term): string | null {
    const value = valuesIn(terms, model, goal);
    const state: Literal[] = [];
    for (const { term } of system.variables) {
      const literals = reached.domains.get(term) ?? [];
      const is = value(term);
      if (literals.length < 2 || !is) continue;
      const literal = literals.find((l) => l.value === is);
      if (!literal) return `${term.symbol} has a value that the search has not seen`;
      state.push(literal);
    }
    const cubes = generalise(reached, state);
    if (!cubes) return 'a step leaves the states that the search found: search and solver disagree';
    for (const cube of cubes) {
      const parts = cube.map((part) => terms.or(...part.values.map((l) => terms.eq(part.variable, l.value))));
      const lemma = terms.not(terms.and(...parts));
      if (!invariant.includes(lemma)) invariant.push(lemma);
    }
    return null;
  }

  /** How many conjuncts each step is known to preserve. They stay preserved as more are assumed. */
  const preserved = new Map<NamedStep, number>();

  /** Excludes counterexamples until the goal is impossible in the step; else why not. */
  async function refute(step: NamedStep, goal: Term): Promise<string | null> {
    for (;;) {
      if (deadline.expired()) return `time ran out with ${invariant.length} conjuncts`;
      const known = step.point === 0 ? [...invariant, ...whenIdle] : invariant;
      const answer = await ask(system, session, [...known, isAt(system, step), goal], deadline.runOptions());
      queries++;
      if (answer.kind === 'unsat') return null;
      const reason = answer.kind === 'sat' ? learn(answer.model, goal) : answer.reason;
      if (reason) return `${step.name}: ${reason}`;
      progress(`${step.name}: ${invariant.length} conjuncts`);
    }
  }

  /** Excludes counterexamples to one step until it violates nothing and preserves all conjuncts; else why not. */
  async function settle(step: NamedStep): Promise<string | null> {
    for (;;) {
      const seen = preserved.get(step);
      const until = invariant.length;
      const unseen = seen === undefined ? properties : [];
      const goals = [
        ...unseen.flatMap((p) => violations(system, step, p)),
        ...breaches(system, step, () => invariant.slice(seen ?? 0), new Set(invariant)),
      ];
      for (const goal of goals) {
        const reason = await refute(step, goal);
        if (reason) return reason;
      }
      preserved.set(step, until);
      if (until === invariant.length) return null;
    }
  }

  while (steps.some((step) => preserved.get(step) !== invariant.length))
    for (const step of steps) {
      if (preserved.get(step) === invariant.length) continue;
      const reason = await settle(step);
      if (reason) return { kind: 'failed', reason };
    }
  return { kind: 'invariant', conjuncts: invariant, queries };
}
