/**
 * An inductive invariant from what is known of each CPU's states (thread-states.ts). It starts from the values of
 * each word and local by itself; a solver shows where more is needed: which values of some of them go together.
 */
import { breaches, violations } from '../evidence/certificate-scripts.ts';
import { relevantAmong, variablesIn } from '../evidence/local-facts.ts';
import type { Term } from '../semantics/terms.ts';
import {
  assuming,
  changedWords,
  type NamedStep,
  stepAssuming,
  type Transitions,
} from '../semantics/transitions.ts';
import { ask } from '../solver/question.ts';
import type { RunOptions, SolverSession } from '../solver/session.ts';
import type { Value } from '../solver/value.ts';
import { valuesIn } from './model-values.ts';
import { stepsInto } from './steps-into.ts';
import { createThreadFacts } from './thread-facts.ts';
import type { ThreadStates } from './thread-states.ts';

export type ThreadInvariant = { readonly conjuncts: readonly Term[] } | { readonly reason: string };

/** `options`: null once time is out. */
export async function threadInvariant(
  bare: Transitions,
  known: ThreadStates,
  properties: readonly string[],
  session: SolverSession,
  options: () => RunOptions | null,
): Promise<ThreadInvariant> {
  const { terms } = bare;
  const facts = createThreadFacts(bare, known);
  const words = [...facts.ofWords.values()];
  const system = assuming(bare, words);
  const steps = system.steps.filter((s) => known.points.has(s.point));
  const into = stepsInto(bare, steps);
  /** Goals that are impossible with what was taken; they stay so when more is. */
  const impossible = new Map<NamedStep, Set<Term>>(steps.map((step) => [step, new Set()]));
  const waiting = new Set([...steps].reverse());

  function changedAt(point: number): void {
    for (const step of into.get(point) ?? []) waiting.add(step);
    for (const step of steps) if (step.point === point) waiting.add(step);
  }

  /** What could go wrong in a step; the locks that must be known to be held for it are taken first. */
  function goalsOf(general: NamedStep): readonly Term[] {
    const { point, cpu } = general;
    const step = stepAssuming(system, general, facts.at(point, cpu));
    for (const end of step.step().ends) {
      const locks = changedWords(system, step, end)
        .flatMap((word) => facts.locksOf(word))
        .filter((lock) => facts.mayHold(point, lock));
      if (locks.length > 0 && facts.takeLocks(point, locks)) changedAt(point);
    }
    const before = new Set([...words, ...facts.at(point, cpu)]);
    const atStake = (end: number, changed: readonly Term[]) => [
      ...changed.flatMap((word) => facts.ofWords.get(word) ?? []),
      ...facts.at(end, cpu),
    ];
    return [
      ...properties.flatMap((p) => violations(system, step, p)),
      ...breaches(system, step, atStake, before),
    ];
  }

  /** Takes more until nothing can go wrong in a step; a reason where that does not help. */
  async function settle(step: NamedStep): Promise<string | null> {
    const done = impossible.get(step) as Set<Term>;
    for (const goal of goalsOf(step)) {
      while (!done.has(goal)) {
        const limits = options();
        if (!limits) return 'time ran out';
        const assumed = [...words, ...facts.at(step.point, step.cpu)];
        const answer = await ask(system, session, [...relevantAmong(assumed, goal), goal], limits);
        if (answer.kind === 'unsat') done.add(goal);
        else if (answer.kind === 'undecided') return answer.reason;
        else if (exclude(step, goal, answer.model)) changedAt(step.point);
        else return `${step.name}: what is known of each CPU by itself does not suffice`;
      }
    }
    return null;
  }

  /** Where it is a word that is known, whoever stores to it must be known to hold its locks: that is looked at again. */
  function exclude({ point, cpu }: NamedStep, goal: Term, model: ReadonlyMap<Term, Value>): boolean {
    const before = facts.guarded.size;
    const [value, matter] = [valuesIn(terms, model, goal), variablesIn(goal)];
    const excluded = facts.exclude(point, cpu, (v) => (matter.has(v) ? value(v) : null));
    if (facts.guarded.size > before) for (const step of steps) waiting.add(step);
    return excluded;
  }

  for (const step of waiting) {
    waiting.delete(step);
    const reason = await settle(step);
    if (reason) return { reason };
  }
  return { conjuncts: facts.all() };
}
