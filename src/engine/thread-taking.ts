/** Takes what never occurs in sampled states as lemmas, as widely as it holds of these. */
import { variablesIn } from '../evidence/local-facts.ts';
import type { End } from '../semantics/symbolic.ts';
import type { Term } from '../semantics/terms.ts';
import { changedWords, type NamedStep, type Transitions } from '../semantics/transitions.ts';
import { outside } from './exclude.ts';
import { admits, createMirror, type Exclusion, holdsIn, type Part } from './exclusion.ts';
import { stepsInto } from './steps-into.ts';
import { lemmaOf, type ThreadLemmas } from './thread-lemmas.ts';
import type { Stand, ThreadRows } from './thread-rows.ts';

export interface Taking {
  /** Of shared words, wherever CPUs are. */
  takeEverywhere(exclusion: Exclusion): void;
  /** At a point, for each CPU. */
  takeAt(stand: Stand, exclusion: Exclusion): void;
  /** For CPUs at these points, and at all others of which it holds too. */
  takeJoint(here: Stand, there: Stand, exclusions: readonly Exclusion[]): void;
  /** For a CPU at a point, and another at one of some. */
  takeAmong(here: Stand, cpu: number, points: ReadonlySet<number>, exclusions: readonly Exclusion[]): void;
  /** The values of a word at two points where they are never the same; false where there is no such word. */
  separate(here: Stand, there: Stand): boolean;
}

/** `steps` are all that there are; `wake` is told of each that has more to keep true now. */
export function createTaking(
  system: Transitions,
  rows: ThreadRows,
  lemmas: ThreadLemmas,
  steps: readonly NamedStep[],
  wake: (step: NamedStep) => void,
): Taking {
  const { terms } = system;
  const words = [...system.words.values()];
  const cpus = system.state.pcs.map((_, cpu) => cpu);
  const into = stepsInto(system, steps);
  const mirror = createMirror(system);

  const changes = new Map<NamedStep, ReadonlySet<Term>>();
  function changedBy(step: NamedStep): ReadonlySet<Term> {
    const words =
      changes.get(step) ?? new Set(step.step().ends.flatMap((end) => changedWords(system, step, end)));
    changes.set(step, words);
    return words;
  }
  function changesAny(step: NamedStep, variables: ReadonlySet<Term>): boolean {
    return [...changedBy(step)].some((word) => variables.has(word));
  }

  /** Takes the values of a word at two points where they are never the same. */
  function separate(here: Stand, there: Stand): boolean {
    const [one, other] = [rows.at(here.cpu, here.point), rows.at(there.cpu, there.point)];
    if (!one || !other) return false;
    for (const word of words) {
      const [a, b] = [one.domains.get(word), other.domains.get(word)];
      if (!a || !b || a.some((l) => b.some((m) => m.value === l.value))) continue;
      takeAt(here, [outside(word, a)]);
      takeAt(there, [outside(word, b)]);
      return true;
    }
    return false;
  }

  function takeEverywhere(exclusion: Exclusion): void {
    for (const other of cpus.slice(1)) addEverywhere(mirror(exclusion, 0, other));
    addEverywhere(exclusion);
  }
  function addEverywhere(exclusion: Exclusion): void {
    const lemma = lemmaOf(terms, exclusion);
    if (lemmas.everywhere.has(lemma.term) || !holdsIn(rows.words(), exclusion)) return;
    lemmas.everywhere.set(lemma.term, lemma);
    for (const step of steps) if (changesAny(step, variablesIn(lemma.term))) wake(step);
  }

  /** Takes it at the point, for each CPU. */
  function takeAt({ cpu, point }: Stand, exclusion: Exclusion): void {
    addAt({ cpu, point }, exclusion);
    for (const other of cpus) if (other !== cpu) addAt({ cpu: other, point }, mirror(exclusion, cpu, other));
  }

  /** Takes it at the point, and at those before it, as what it means there, as far back as that holds. */
  function addAt({ cpu, point }: Stand, exclusion: Exclusion): void {
    const queue = [{ point, exclusion }];
    const touched = new Set<Term>();
    for (const at of queue) {
      const lemma = lemmaOf(terms, at.exclusion);
      const table = rows.at(cpu, at.point);
      if (lemmas.at(cpu, at.point).has(lemma.term) || !table || !holdsIn(table, at.exclusion)) continue;
      lemmas.add(cpu, at.point, lemma);
      for (const v of variablesIn(lemma.term)) touched.add(v);
      for (const step of into.get(at.point) ?? []) {
        if (step.cpu !== cpu) continue;
        wake(step);
        if (step.point === 0) continue;
        for (const end of step.step().ends) {
          if (end.point !== at.point) continue;
          const earlier = meantBefore(step, end, at.exclusion);
          if (earlier) queue.push({ point: step.point, exclusion: earlier });
        }
      }
    }
    for (const step of steps) if (step.cpu !== cpu && changesAny(step, touched)) wake(step);
  }

  /** What an exclusion after a step says of the state before it; null where that is not as simple, or nothing. */
  function meantBefore(step: NamedStep, end: End, exclusion: Exclusion): Exclusion | null {
    const by = system.after(step, end);
    const parts: Part[] = [];
    for (const part of exclusion) {
      const then = by(part.variable);
      const earlier = then === part.variable ? then : sourceOf(step, then);
      if (earlier) parts.push({ ...part, variable: earlier });
      else if (!then.rigid) return null;
      else if (!admits(part, then)) return null;
    }
    return parts.length === 0 || new Set(parts.map((p) => p.variable)).size < parts.length ? null : parts;
  }

  const sources = new Map<number, ReadonlyMap<Term, Term>>();
  /** The variable that a term stands for where a step begins. */
  function sourceOf(step: NamedStep, term: Term): Term | undefined {
    const known =
      sources.get(step.cpu) ??
      new Map(
        system.variables.flatMap(({ term: variable, kind }) => {
          const value =
            kind.is === 'word'
              ? system.state.words.get(kind.name)
              : kind.is === 'local' && kind.cpu === step.cpu
                ? system.state.locals[kind.cpu]?.get(kind.name)
                : undefined;
          return value && !value.rigid ? [[value, variable] as const] : [];
        }),
      );
    sources.set(step.cpu, known);
    return known.get(term);
  }

  function takeJoint(here: Stand, there: Stand, exclusions: readonly Exclusion[]): void {
    for (const exclusion of exclusions) {
      const [points, others] = isShared(exclusion)
        ? rows.rectangle(exclusion, here, there)
        : [new Set([here.point]), new Set([there.point])];
      addJoint(exclusion, here.cpu, points, there.cpu, others);
      const mirrored = mirror(exclusion, here.cpu, there.cpu);
      const [a, b] = [
        { cpu: there.cpu, point: here.point },
        { cpu: here.cpu, point: there.point },
      ];
      const stands = new Map([
        [a.cpu, points],
        [b.cpu, others],
      ]);
      if (isShared(mirrored) ? rows.keeps(mirrored, stands) : holdsIn(rows.both(a, b), mirrored))
        addJoint(mirrored, a.cpu, points, b.cpu, others);
    }
  }
  function takeAmong(
    here: Stand,
    cpu: number,
    points: ReadonlySet<number>,
    exclusions: readonly Exclusion[],
  ): void {
    const at = new Set([here.point]);
    for (const exclusion of exclusions) {
      addJoint(exclusion, here.cpu, at, cpu, points);
      const mirrored = mirror(exclusion, here.cpu, cpu);
      if (holdsIn(rows.among({ cpu, point: here.point }, here.cpu, points), mirrored))
        addJoint(mirrored, cpu, at, here.cpu, points);
    }
  }
  function isShared(exclusion: Exclusion): boolean {
    return exclusion.length > 0 && exclusion.every((part) => words.includes(part.variable));
  }
  function addJoint(
    exclusion: Exclusion,
    a: number,
    points: ReadonlySet<number>,
    b: number,
    others: ReadonlySet<number>,
  ): void {
    const { term } = lemmaOf(terms, exclusion);
    const stands = new Map([
      [a, points],
      [b, others],
    ]);
    lemmas.joint.push({ term, exclusion, stands });
    const about = variablesIn(term);
    for (const step of steps)
      if (changesAny(step, about) || [...stands].some(([cpu, at]) => step.cpu === cpu && leadsTo(step, at)))
        wake(step);
  }
  /** A step into the points from elsewhere. */
  function leadsTo(step: NamedStep, points: ReadonlySet<number>): boolean {
    return !points.has(step.point) && step.step().ends.some((end) => points.has(end.point));
  }

  return { takeEverywhere, takeAt, takeJoint, takeAmong, separate };
}
