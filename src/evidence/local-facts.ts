/**
 * An invariant seen from where one CPU stands. With thousands of control points most conjuncts are about one of
 * them, `!(cpu0.pc == P) || ...`: they say nothing anywhere else, and are looked up instead of gone through.
 */
import { substitute, type Term } from '../semantics/terms.ts';
import type { Transitions } from '../semantics/transitions.ts';

export interface LocalFacts {
  /** What the invariant says while the CPU is at that point, without what is true there anyway. */
  at(cpu: number, point: number): readonly Term[];
  /** Those of them that come from conjuncts about this point alone. */
  onlyAt(cpu: number, point: number): readonly Term[];
  /** The conjuncts that can be false while the CPU is at that point. */
  conjunctsAt(cpu: number, point: number): readonly Term[];
  /** Those of the facts that have to do with a term: they share variables with it, or with others that do. */
  relevantTo(facts: readonly Term[], term: Term): readonly Term[];
}

interface View {
  readonly pc: Term;
  readonly everywhere: readonly Term[];
  /** Those that mention the CPU's control point. */
  readonly mentioning: ReadonlySet<Term>;
  readonly byPoint: ReadonlyMap<bigint, readonly Term[]>;
}

export function localFacts(system: Transitions, invariant: readonly Term[]): LocalFacts {
  const { terms } = system;
  const views = system.state.pcs.map((_, cpu) => viewOf(pcOf(system, cpu), invariant));

  function conjunctsAt(cpu: number, point: number): readonly Term[] {
    const { everywhere, byPoint } = views[cpu] as View;
    return [...everywhere, ...(byPoint.get(BigInt(point)) ?? [])];
  }
  function settle(lemma: Term, { pc, mentioning }: View, point: number): Term {
    if (!mentioning.has(lemma)) return lemma;
    const here = terms.constant(pc.bits, BigInt(point));
    return substitute(terms, lemma, (v) => (v === pc ? here : v));
  }
  function onlyAt(cpu: number, point: number): readonly Term[] {
    const view = views[cpu] as View;
    return (view.byPoint.get(BigInt(point)) ?? []).map((lemma) => settle(lemma, view, point));
  }

  return {
    conjunctsAt,
    onlyAt,
    at(cpu, point) {
      const view = views[cpu] as View;
      const everywhere = view.everywhere.map((lemma) => settle(lemma, view, point));
      return [...everywhere, ...onlyAt(cpu, point)].filter((lemma) => lemma !== terms.true_);
    },
    relevantTo(facts, term) {
      const reached = new Set(variablesIn(term));
      const taken = new Set<Term>();
      for (let before = -1; before !== taken.size; ) {
        before = taken.size;
        for (const fact of facts) {
          if (taken.has(fact) || ![...variablesIn(fact)].some((v) => reached.has(v))) continue;
          taken.add(fact);
          for (const v of variablesIn(fact)) reached.add(v);
        }
      }
      return facts.filter((fact) => taken.has(fact) || fact === terms.false_);
    },
  };
}

function viewOf(pc: Term, invariant: readonly Term[]): View {
  const everywhere: Term[] = [];
  const byPoint = new Map<bigint, Term[]>();
  for (const lemma of invariant) {
    const point = onlyPoint(pc, lemma);
    if (point === null) everywhere.push(lemma);
    else byPoint.set(point, [...(byPoint.get(point) ?? []), lemma]);
  }
  const mentioning = new Set(invariant.filter((lemma) => variablesIn(lemma).has(pc)));
  return { pc, everywhere, mentioning, byPoint };
}

/** The one control point at which a conjunct can be false; null where there is no such limit. */
function onlyPoint(pc: Term, lemma: Term): bigint | null {
  for (const part of lemma.symbol === 'or' ? lemma.args : [lemma]) {
    const [inner] = part.args;
    const [a, b] = inner?.args ?? [];
    if (part.symbol !== 'not' || inner?.symbol !== '=') continue;
    if (a === pc && b?.kind === 'const') return b.value;
    if (b === pc && a?.kind === 'const') return a.value;
  }
  return null;
}

export function pcOf(system: Transitions, cpu: number): Term {
  return system.variables.find((v) => v.kind.is === 'pc' && v.kind.cpu === cpu)?.term as Term;
}

const known = new WeakMap<Term, ReadonlySet<Term>>();

/** The state variables, and choices, that occur in a term. */
export function variablesIn(root: Term): ReadonlySet<Term> {
  const before = known.get(root);
  if (before) return before;
  const found = new Set<Term>();
  const seen = new Set<Term>();
  const stack = [root];
  for (let t = stack.pop(); t; t = stack.pop()) {
    if (seen.has(t) || t.rigid) continue;
    seen.add(t);
    if (t.kind === 'variable') found.add(t);
    stack.push(...t.args);
  }
  known.set(root, found);
  return found;
}
