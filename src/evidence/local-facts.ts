/**
 * An invariant seen from where one CPU stands. With thousands of control points most conjuncts are about one of
 * them, `!(cpu0.pc == P) || ...`: they say nothing anywhere else, and are looked up instead of gone through.
 */
import { substitute } from '../semantics/substitute.ts';
import type { Term, Terms } from '../semantics/terms.ts';
import type { Transitions } from '../semantics/transitions.ts';

export interface LocalFacts {
  /** Some conjunct is false there, whatever else holds: no CPU can be there. */
  excludes(cpu: number, point: number): boolean;
  /** What conjuncts about this point alone say while the CPU is there. */
  onlyAt(cpu: number, point: number): readonly Term[];
  /** All that holds while the CPU is at the point. */
  knownAt(cpu: number, point: number): ReadonlySet<Term>;
  /** What can be false when the CPU gets to the point by a step that changes these words. */
  atStake(cpu: number, point: number, words: Iterable<Term>): readonly Term[];
  /** What the invariant says, while the CPU is at the point, that has to do with a term: it shares variables with it, or with more that does. */
  relevantTo(term: Term, cpu: number, point: number): readonly Term[];
}

/** The invariant as one CPU sees it. */
interface View {
  readonly pc: Term;
  /** Conjuncts about some points, by the numbers of these, and what they say there. */
  readonly byPoint: ReadonlyMap<bigint, readonly Term[]>;
  /** Of the others, those that mention the CPU's control point, or its locals. */
  readonly aboutPoint: readonly Term[];
  readonly aboutLocals: readonly Term[];
  /** All but those that mention the control point, and these by the variables in them. */
  readonly anywhere: readonly Term[];
  readonly byVariable: ReadonlyMap<Term, readonly Term[]>;
}

export function localFacts(system: Transitions, invariant: readonly Term[]): LocalFacts {
  const { terms } = system;
  const views = system.state.pcs.map((_, cpu) => viewOf(system, cpu, invariant));
  const viewAt = (cpu: number): View => views[cpu] as View;

  function settle(lemmas: readonly Term[], pc: Term, point: number): readonly Term[] {
    const here = terms.constant(pc.bits, BigInt(point));
    return lemmas.map((lemma) => substitute(terms, lemma, (v) => (v === pc ? here : v)));
  }
  function onlyAt(cpu: number, point: number): readonly Term[] {
    const { pc, byPoint } = viewAt(cpu);
    const local = byPoint.get(BigInt(point)) ?? [];
    return local.map(
      (beyond) => (variablesIn(beyond).has(pc) ? settle([beyond], pc, point)[0] : beyond) as Term,
    );
  }
  function particular(cpu: number, point: number): readonly Term[] {
    const { pc, aboutPoint } = viewAt(cpu);
    return [...settle(aboutPoint, pc, point), ...onlyAt(cpu, point)];
  }

  return {
    onlyAt,
    knownAt: (cpu, point) => new Set([...viewAt(cpu).anywhere, ...particular(cpu, point)]),
    excludes: (cpu, point) => particular(cpu, point).includes(terms.false_),
    atStake(cpu, point, words) {
      const { byPoint, aboutPoint, aboutLocals, byVariable } = viewAt(cpu);
      const others = [...words].flatMap((word) => byVariable.get(word) ?? []);
      return [...new Set([...aboutPoint, ...aboutLocals, ...others, ...(byPoint.get(BigInt(point)) ?? [])])];
    },
    relevantTo(term, cpu, point) {
      const { pc, anywhere, byVariable } = viewAt(cpu);
      const here = particular(cpu, point).filter((fact) => fact !== terms.true_);
      if (invariant.length <= FEW) return [...new Set([...anywhere, ...here])];
      const others = new Set(system.state.pcs.filter((other) => other !== pc));
      const index = indexByVariable(here);
      if (![...others].some((other) => variablesIn(term).has(other)))
        return sharing(term, (v) => [...(byVariable.get(v) ?? []), ...(index.get(v) ?? [])], others);
      const about = terms.and(term, ...here);
      const near = sharing(about, (v) => [...(byVariable.get(v) ?? []), ...(index.get(v) ?? [])], others);
      const reached = new Set([about, ...near].flatMap((fact) => [...variablesIn(fact)]));
      const far = [...others].flatMap((other) => byVariable.get(other) ?? []);
      const known = far.filter((fact) =>
        [...variablesIn(fact)].every((v) => others.has(v) || reached.has(v)),
      );
      return [...near, ...known];
    },
  };
}

/** With no more conjuncts than these there is no need to choose. */
const FEW = 500;

/** What shares variables with a term, or with others that do; `beside` variables that do not count. */
function sharing(
  term: Term,
  having: (v: Term) => readonly Term[],
  beside: ReadonlySet<Term> = new Set(),
): readonly Term[] {
  const reached = new Set(variablesIn(term));
  const taken = new Set<Term>();
  for (const v of reached)
    for (const fact of having(v)) {
      if ([...variablesIn(fact)].some((other) => beside.has(other))) continue;
      taken.add(fact);
      for (const other of variablesIn(fact)) reached.add(other);
    }
  return [...taken].sort((a, b) => a.id - b.id);
}

/** Those of the facts that have to do with a term. */
export function relevantAmong(facts: readonly Term[], term: Term): readonly Term[] {
  const index = indexByVariable(facts);
  return sharing(term, (v) => index.get(v) ?? []);
}

function viewOf(system: Transitions, cpu: number, invariant: readonly Term[]): View {
  const pc = system.state.pcs[cpu] as Term;
  const locals = new Set(
    system.variables.flatMap((v) => (v.kind.is === 'local' && v.kind.cpu === cpu ? [v.term] : [])),
  );
  const byPoint = new Map<bigint, Term[]>();
  const everywhere: Term[] = [];
  for (const lemma of invariant) {
    const local = onlyPoints(system.terms, pc, lemma);
    if (local === null) everywhere.push(lemma);
    for (const point of local?.points ?? []) {
      const list = byPoint.get(point) ?? [];
      byPoint.set(point, list);
      list.push(local?.beyond as Term);
    }
  }
  const mentions = (lemma: Term, these: ReadonlySet<Term>) =>
    [...variablesIn(lemma)].some((v) => these.has(v));
  const aboutPoint = everywhere.filter((lemma) => variablesIn(lemma).has(pc));
  const others = everywhere.filter((lemma) => !variablesIn(lemma).has(pc));
  return {
    pc,
    byPoint,
    aboutPoint,
    aboutLocals: others.filter((lemma) => mentions(lemma, locals)),
    anywhere: others,
    byVariable: indexByVariable(others),
  };
}

function indexByVariable(lemmas: readonly Term[]): ReadonlyMap<Term, readonly Term[]> {
  const index = new Map<Term, Term[]>();
  for (const lemma of lemmas)
    for (const v of variablesIn(lemma)) {
      const list = index.get(v) ?? [];
      index.set(v, list);
      list.push(lemma);
    }
  return index;
}

/** The control points outside of which a conjunct is true, and what it says there; null where there are none such. */
function onlyPoints(
  terms: Terms,
  pc: Term,
  lemma: Term,
): { readonly points: readonly bigint[]; readonly beyond: Term } | null {
  const parts = lemma.symbol === 'or' ? lemma.args : [lemma];
  for (const part of parts) {
    const points = part.symbol === 'not' ? pointsIn(pc, part.args[0] as Term) : null;
    if (points) return { points, beyond: terms.or(...parts.filter((p) => p !== part)) };
  }
  return null;
}

/** The points of `pc = P || pc = Q || ...`. */
function pointsIn(pc: Term, t: Term): readonly bigint[] | null {
  if (t.symbol === 'or') {
    const each = t.args.map((a) => pointsIn(pc, a));
    return each.every((p) => p !== null) ? each.flat() : null;
  }
  const [a, b] = t.args;
  if (t.symbol !== '=' || !a || !b) return null;
  const [other, value] = a === pc ? [a, b] : [b, a];
  return other === pc && value.kind === 'const' ? [value.value] : null;
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
