/**
 * Finds an inductive invariant. It starts from the values that each variable takes in the reached states of
 * a finished explicit search; whenever the solver shows a state that satisfies the candidate and steps out
 * of it (or violates a property), a smallest part of that state which no reached state has is excluded.
 * Nothing is believed of the search: what comes out is checked like any other invariant.
 */
import { atPoint, breaches, isExcluded, violations } from '../evidence/certificate-scripts.ts';
import { quoteSymbol, type Term } from '../semantics/terms.ts';
import { assuming, type NamedStep, type Transitions } from '../semantics/transitions.ts';
import { askAlone, converse } from '../solver/conversation.ts';
import type { SolverSession } from '../solver/session.ts';
import { generalise, type Literal, type ReachedSet } from './reached-set.ts';

export interface LearnLimits {
  /** Milliseconds from now; after that it gives up. */
  readonly deadline: number;
  readonly signal?: AbortSignal;
}

export type Learned =
  | { readonly kind: 'invariant'; readonly conjuncts: readonly Term[]; readonly queries: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** The solver's own count of work for a question's first try; some tenths of a second. */
const EASY = 1_000_000;

/** One of the reached values, for each variable. */
function domainLemmas(system: Transitions, reached: ReachedSet): Term[] {
  const { terms } = system;
  return [...reached.domains].flatMap(([variable, literals]) => {
    if (literals.length === 0) return [terms.eq(variable, terms.constant(variable.bits, 0n))];
    if (variable.bits === 1 && literals.length === 2) return [];
    return [terms.or(...literals.map((l) => terms.eq(variable, l.value)))];
  });
}

export async function learnInvariant(
  bare: Transitions,
  reached: ReachedSet,
  properties: readonly string[],
  session: SolverSession,
  alone: SolverSession,
  limits: LearnLimits,
  progress: (text: string) => void,
): Promise<Learned> {
  const { terms } = bare;
  const invariant = domainLemmas(bare, reached);
  const system = assuming(bare, invariant);
  const steps = system.steps.filter((s) => !isExcluded(system, s, invariant));
  const shown = system.variables.map((v) => v.term);
  let queries = 0;

  /** Adds what excludes the state; a reason where it cannot be excluded. */
  function learn(model: ReadonlyMap<string, bigint | boolean>): string | null {
    const numberOf = (symbol: string): bigint | undefined => {
      const value = model.get(quoteSymbol(symbol));
      return value === undefined ? undefined : BigInt(value);
    };
    /** What does not occur in the question may have any value. */
    const chosen = (v: Term): bigint | undefined => numberOf(v.symbol) ?? (v.bits === 1 ? 0n : undefined);
    const state: Literal[] = [];
    for (const v of system.variables) {
      const value = chosen(v.term);
      if (value === undefined) continue;
      const literal = reached.literal(v.term, value, numberOf);
      if (!literal) {
        if ((reached.domains.get(v.term)?.length ?? 0) === 0) continue;
        return `${v.term.symbol} is ${value} in a state that the values found do not allow`;
      }
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

  /** Excludes counterexamples to one step until it violates nothing and preserves all conjuncts; else why not. */
  async function settle(step: NamedStep): Promise<string | null> {
    const talk = converse(system, session);
    talk.assert(atPoint(system, step));
    let asserted = 0;
    /** Until the goal is impossible, or (`later`) too hard for a conversation. */
    const refute = async (goal: Term, hard: boolean): Promise<'refuted' | 'later' | { failed: string }> => {
      for (;;) {
        for (const lemma of invariant.slice(asserted)) talk.assert(lemma);
        asserted = invariant.length;
        const timeoutMs = limits.deadline - performance.now();
        if (timeoutMs <= 0) return { failed: `time ran out with ${invariant.length} conjuncts` };
        const options = { timeoutMs, ...(limits.signal && { signal: limits.signal }) };
        const reply = hard
          ? await askAlone(system, alone, [...invariant, atPoint(system, step), goal], options)
          : await talk.ask(goal, shown, { ...options, rlimit: EASY });
        queries++;
        if (reply.kind === 'unsat') return 'refuted';
        if (reply.kind === 'gave up') return 'later';
        if (reply.kind === 'undecided') return { failed: `${step.name}: ${reply.reason}` };
        const reason = learn(reply.model);
        if (reason) return { failed: `${step.name}: ${reason}` };
        progress(`${step.name}: ${invariant.length} conjuncts`);
      }
    };
    const seen = preserved.get(step);
    const unseen = seen === undefined ? properties : [];
    let goals: readonly Term[] = unseen.flatMap((p) => violations(system, step, p));
    for (let from = seen ?? 0; ; ) {
      const until = invariant.length;
      const queue = [...goals, ...breaches(system, step, invariant.slice(from))];
      for (const hard of [false, true])
        for (const goal of queue.splice(0)) {
          const outcome = await refute(goal, hard);
          if (typeof outcome === 'object') return outcome.failed;
          if (outcome === 'later' && hard) return `${step.name}: the solver gives up`;
          if (outcome === 'later') queue.push(goal);
        }
      [from, goals] = [until, []];
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
