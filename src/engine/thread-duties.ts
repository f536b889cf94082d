/** What a step of one CPU has to keep true, and what it may rely on. */
import { relevantAmong, variablesIn } from '../evidence/local-facts.ts';
import type { End } from '../semantics/symbolic.ts';
import type { Term } from '../semantics/terms.ts';
import type { NamedStep, Transitions } from '../semantics/transitions.ts';
import type { ThreadLemmas } from './thread-lemmas.ts';
import type { Stand } from './thread-rows.ts';

/** Points at which other CPUs may be, by CPU. */
export type Others = ReadonlyMap<number, ReadonlySet<number>>;

/** What must hold after a step, given where another CPU stands. */
export interface Duty {
  /** To be known by when it was shown. */
  readonly key: string;
  readonly lemma: Term;
  /** Points of other CPUs; the lemma is about the time while they are there. */
  readonly others: Others;
  /** It holds before every step that starts where the lemma says and changes none of its words. */
  readonly stays: boolean;
}

export interface Duties {
  dutiesAt(step: NamedStep, end: End, changed: ReadonlySet<Term>): readonly Duty[];
  /** That other CPUs are at these points. */
  whereIs(others: Others): readonly Term[];
  assumptions(stand: Stand, goal: Term, others: Others): readonly Term[];
}

export function createDuties({ terms }: Transitions, lemmas: ThreadLemmas): Duties {
  const { isAmong } = lemmas;
  const whereIs = (others: Others): readonly Term[] =>
    [...others].map(([cpu, points]) => isAmong(cpu, points));

  /** What must hold at the end of a step, of all that could have become false. */
  function dutiesAt(step: NamedStep, end: End, changed: ReadonlySet<Term>): readonly Duty[] {
    const { cpu } = step;
    const touched = (lemma: Term) => [...variablesIn(lemma)].some((v) => changed.has(v));
    const none: Others = new Map();
    const own = [
      ...[...changed].flatMap((word) => lemmas.domains.get(word) ?? []),
      ...[...lemmas.everywhere.keys()].filter(touched),
      ...lemmas.factsAt(cpu, end.point),
    ].map((lemma) => ({ key: `${end.point} ${lemma.id}`, lemma, others: none, stays: false }));
    const others: Duty[] = [];
    const together = new Map<string, boolean>();
    const meets = (other: number, at: number): boolean => {
      const where = `${other} ${at}`;
      const meet = together.get(where) ?? !lemmas.apart(step, { cpu: other, point: at });
      together.set(where, meet);
      return meet;
    };
    const seen = new Set<string>();
    for (const word of changed)
      for (const { cpu: other, point: at, fact } of lemmas.about(word)) {
        if (other === cpu) continue;
        const key = `${end.point} ${fact.id} ${other} ${at}`;
        if (seen.has(key)) continue;
        seen.add(key);
        if (meets(other, at))
          others.push({ key, lemma: fact, others: new Map([[other, new Set([at])]]), stays: true });
      }
    const joint = [...lemmas.joint.entries()]
      .filter(([, { stands, term }]) => (stands.has(cpu) ? stands.get(cpu)?.has(end.point) : touched(term)))
      .map(([number, lemma]) => ({
        key: `${end.point} joint ${number}`,
        lemma: lemma.term,
        others: new Map(
          [...lemma.stands].flatMap(([other, points]) =>
            other === cpu ? [] : [[other, new Set([...points].filter((at) => meets(other, at)))] as const],
          ),
        ),
        stays: lemma.stands.get(cpu)?.has(step.point) ?? true,
      }));
    return [...own, ...others, ...joint];
  }

  /** What is known where a step begins, with what it says of other CPUs that may be at these points. */
  function assumptions({ cpu, point }: Stand, goal: Term, others: Others): readonly Term[] {
    const own = [...lemmas.domains.values(), ...lemmas.everywhere.keys(), ...lemmas.factsAt(cpu, point)];
    const guarded = new Map<Term, Term[]>();
    const add = (fact: Term, where: readonly Term[]) => {
      const whole = terms.or(...where.map((w) => terms.not(w)), fact);
      guarded.set(fact, [...(guarded.get(fact) ?? []), whole]);
    };
    for (const [other, points] of others) {
      const where = new Map<Term, number[]>();
      for (const at of points)
        for (const fact of lemmas.factsAt(other, at)) where.set(fact, [...(where.get(fact) ?? []), at]);
      for (const [fact, at] of where) add(fact, [isAmong(other, new Set(at))]);
    }
    for (const { stands, term } of lemmas.joint) {
      if (!(stands.get(cpu)?.has(point) ?? true)) continue;
      const where = [...stands].filter(([other]) => other !== cpu);
      const met = where.map(
        ([other, at]) => [other, new Set([...(others.get(other) ?? [])].filter((p) => at.has(p)))] as const,
      );
      if (met.every(([, at]) => at.size > 0)) add(term, whereIs(new Map(met)));
    }
    const certain = new Set(own);
    const all = [...own, ...[...guarded.keys()].filter((fact) => !certain.has(fact))];
    const about = others.size === 0 ? goal : terms.and(goal, ...lemmas.factsAt(cpu, point));
    const relevant = relevantAmong(all, about);
    const needed = new Set([...relevant, terms.false_]);
    return [
      ...relevant.filter((fact) => certain.has(fact)),
      ...[...guarded].flatMap(([fact, whole]) =>
        !certain.has(fact) && (needed.has(fact) || variablesIn(fact).size === 0) ? whole : [],
      ),
    ];
  }

  return { dutiesAt, whereIs, assumptions };
}
