/**
 * Finds an inductive invariant of several CPUs. Whenever the solver shows a state that satisfies what is taken so far
 * and steps out of it, or violates a property, something is taken that excludes the state and holds of all sampled
 * states: of shared words if that will do, else of one CPU at its point, else of two. Where the state is a sampled
 * one, what follows it is sampled, too, and what that refutes is dropped.
 */
import { violations } from '../evidence/certificate-scripts.ts';
import { relevantAmong, variablesIn } from '../evidence/local-facts.ts';
import type { End } from '../semantics/symbolic.ts';
import { substitute, type Term } from '../semantics/terms.ts';
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
import { type GraphNode, successors } from '../system/graph.ts';
import { postorderUpTo } from '../system/points.ts';
import { exclusionsOf, outside } from './exclude.ts';
import type { ReachedSet } from './reached-set.ts';
import type { Sample } from './sample.ts';
import { admits, createMirror, type Exclusion, holdsIn, type Part } from './exclusion.ts';
import { createThreadLemmas, lemmaOf } from './thread-lemmas.ts';
import type { Stand, ThreadRows } from './thread-rows.ts';

export type ThreadInvariant = { readonly conjuncts: readonly Term[] } | { readonly reason: string };

/** Conjuncts that one question is about. */
const TOGETHER = 40;

/** States that are added to the sample where one turns out to be missing. */
const MORE = 1000;
/** What follows the sampled states has values that none of them has. */
export const UNKNOWN_VALUE = 'a value occurs that no sampled state has';

/** What must hold after a step, given where another CPU stands. */
interface Duty {
  /** To be known by when it was shown. */
  readonly key: string;
  readonly lemma: Term;
  /** Points of other CPUs; the lemma is about the time while they are there. */
  readonly others: ReadonlyMap<number, ReadonlySet<number>>;
}

/** `options`: null once time is out. */
export async function learnThreadLemmas(
  bare: Transitions,
  sample: Sample,
  rows: ThreadRows,
  properties: readonly string[],
  sessions: readonly SolverSession[],
  options: () => RunOptions | null,
  progress: (text: string) => void,
): Promise<ThreadInvariant> {
  const { terms, graph, setting } = bare;
  const lemmas = createThreadLemmas(bare, rows);
  const system = assuming(bare, [...lemmas.domains.values()]);
  const words = system.variables.flatMap((v) => (v.kind.is === 'word' ? [v.term] : []));
  const cpus = system.state.pcs.map((_, cpu) => cpu);
  const steps = system.steps.filter((s) => rows.at(s.cpu, s.point) !== null);
  const known = new Map<NamedStep, { readonly facts: string; readonly step: NamedStep }>();
  const shown = new Map<NamedStep, Set<string | Term>>(steps.map((step) => [step, new Set()]));
  /** Those of other CPUs are the same but for the number of the CPU. */
  const active = new Set(steps.filter((s) => s.cpu === 0));
  const waiting = new Set([...active].reverse());
  const running = new Set<NamedStep>();
  const into = ways();
  const mirror = createMirror(system);
  let asked = 0;
  let learned = 0;
  let extended = 0;

  /** The steps that lead to a point. */
  function ways(): ReadonlyMap<number, ReadonlySet<NamedStep>> {
    const into = new Map<number, Set<NamedStep>>();
    for (const step of steps)
      for (const id of postorderUpTo(graph.nodes, successors(graph.nodes[step.node] as GraphNode), (n) =>
        setting.pointAt.has(n),
      )) {
        const point = graph.nodes[id]?.op === 'end' ? 0 : setting.pointAt.get(id);
        if (point !== undefined) into.set(point, (into.get(point) ?? new Set()).add(step));
      }
    return into;
  }

  /** The step with what is known where it begins. */
  function particular(step: NamedStep): NamedStep {
    const facts = lemmas.factsAt(step.cpu, step.point);
    const key = facts.map((f) => f.id).join();
    const made = known.get(step);
    if (made?.facts === key) return made.step;
    const now = stepAssuming(system, step, facts);
    known.set(step, { facts: key, step: now });
    return now;
  }

  const changes = new Map<NamedStep, ReadonlySet<Term>>();
  function changedBy(step: NamedStep): ReadonlySet<Term> {
    const words =
      changes.get(step) ??
      new Set(particular(step).step().ends.flatMap((end) => changedWords(system, particular(step), end)));
    changes.set(step, words);
    return words;
  }
  function changesAny(step: NamedStep, variables: ReadonlySet<Term>): boolean {
    return [...changedBy(step)].some((word) => variables.has(word));
  }

  /** What must hold at the end of a step, of all that could have become false. */
  function dutiesAt(step: NamedStep, end: End, changed: ReadonlySet<Term>): readonly Duty[] {
    const { cpu } = step;
    const touched = (lemma: Term) => [...variablesIn(lemma)].some((v) => changed.has(v));
    const none: Duty['others'] = new Map();
    const own = [
      ...[...changed].flatMap((word) => lemmas.domains.get(word) ?? []),
      ...[...lemmas.everywhere.keys()].filter(touched),
      ...lemmas.factsAt(cpu, end.point),
    ].map((lemma) => ({ key: `${end.point} ${lemma.id}`, lemma, others: none }));
    const others: Duty[] = [];
    const together = new Map<string, boolean>();
    const seen = new Set<string>();
    for (const word of changed)
      for (const { cpu: other, point: at, fact } of lemmas.about(word)) {
        if (other === cpu) continue;
        const key = `${end.point} ${fact.id} ${other} ${at}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const where = `${other} ${at}`;
        const meet = together.get(where) ?? !lemmas.apart(step, { cpu: other, point: at });
        together.set(where, meet);
        if (meet) others.push({ key, lemma: fact, others: new Map([[other, new Set([at])]]) });
      }
    const joint = lemmas.joint
      .filter(({ stands, term }) =>
        stands.has(cpu) ? stands.get(cpu)?.has(end.point) : touched(term),
      )
      .map((lemma) => ({
        key: `${end.point} joint ${lemmas.joint.indexOf(lemma)}`,
        lemma: lemma.term,
        others: new Map([...lemma.stands].filter(([other]) => other !== cpu)),
      }));
    return [...own, ...others, ...joint];
  }

  const isAt = (cpu: number, points: Iterable<number>): Term => {
    const pc = system.state.pcs[cpu] as Term;
    return terms.or(...[...points].map((p) => terms.eq(pc, terms.constant(pc.bits, BigInt(p)))));
  };
  const whereIs = (others: Duty['others']): readonly Term[] =>
    [...others].map(([cpu, points]) => isAt(cpu, points));

  /** What is known where a step begins, with what it says of other CPUs that may be at these points. */
  function assumptions({ cpu, point }: Stand, goal: Term, others: ReadonlyMap<number, ReadonlySet<number>>) {
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
      for (const [fact, at] of where) add(fact, [isAt(other, at)]);
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

  /** Whether a goal of a step is impossible; if not, more is taken, or there is a reason why that does not help. */
  async function refute(
    step: NamedStep,
    goal: Term,
    others: ReadonlyMap<number, ReadonlySet<number>>,
    session: SolverSession,
  ): Promise<boolean | string> {
    const limits = options();
    if (!limits) return 'time ran out';
    const answer = await ask(system, session, [...assumptions(step, goal, others), goal], limits);
    asked++;
    if (asked % 50 === 0)
      progress(`${asked} questions, ${learned} lemmas, ${extended} repairs, ${waiting.size} steps wait; ${step.name}`);
    if (answer.kind === 'unsat') return true;
    if (answer.kind === 'undecided') return `${step.name}: ${answer.reason}`;
    const reason = explain(step, goal, others, answer.model);
    return reason === null ? false : `${step.name}: ${reason}`;
  }

  async function settle(step: NamedStep, session: SolverSession): Promise<string | null> {
    const done = shown.get(step) as Set<string | Term>;
    for (const property of properties)
      for (let at = 0; ; ) {
        const goal = violations(system, particular(step), property)[at];
        if (!goal) break;
        const result = done.has(`${property} ${at}`) || (await refute(step, goal, standsIn(goal), session));
        if (typeof result === 'string') return result;
        if (!result) continue;
        done.add(`${property} ${at}`);
        at++;
      }
    for (const index of particular(step).step().ends.keys())
      for (;;) {
        const from = particular(step);
        const end = from.step().ends[index];
        if (!end) break;
        const by = system.after(from, end);
        const facts = new Set([
          ...lemmas.domains.values(),
          ...lemmas.everywhere.keys(),
          ...lemmas.factsAt(step.cpu, step.point),
        ]);
        const open: (Duty & { readonly then: Term })[] = [];
        for (const duty of dutiesAt(step, end, new Set(changedWords(system, from, end)))) {
          if (done.has(`${index} ${duty.key}`)) continue;
          const then = substitute(terms, duty.lemma, by);
          const holds = then === terms.true_ || (then === duty.lemma && (facts.has(then) || stays(step, duty)));
          if (holds) done.add(`${index} ${duty.key}`);
          else open.push({ ...duty, then });
          if (open.length === TOGETHER) break;
        }
        if (open.length === 0) break;
        const broken = open.map(({ then, others }) => terms.and(...whereIs(others), terms.not(then)));
        const goal = terms.and(end.guard, terms.or(...broken));
        const others = new Map<number, Set<number>>();
        for (const duty of open)
          for (const [cpu, points] of duty.others)
            others.set(cpu, new Set([...(others.get(cpu) ?? []), ...points]));
        const result = goal === terms.false_ || (await refute(step, goal, others, session));
        if (typeof result === 'string') return result;
        if (result) for (const duty of open) done.add(`${index} ${duty.key}`);
      }
    return null;
  }

  /** A lemma about another CPU, or about a point that the step stays at, that nothing in it changed. */
  function stays(step: NamedStep, duty: Duty): boolean {
    if (duty.others.size === 0) return false;
    const joint = /joint (\d+)$/.exec(duty.key);
    if (!joint) return true;
    return lemmas.joint[Number(joint[1])]?.stands.get(step.cpu)?.has(step.point) ?? true;
  }

  /** The points of other CPUs that a goal mentions; all others, where it only rules some out. */
  function standsIn(goal: Term): ReadonlyMap<number, ReadonlySet<number>> {
    const mentioned = variablesIn(goal);
    return new Map(
      system.state.pcs.flatMap((pc, cpu) =>
        mentioned.has(pc) ? [[cpu, new Set([...Array(graph.points.length + 1).keys()])] as const] : [],
      ),
    );
  }

  /** Takes what excludes a state in which a goal holds; a reason where nothing does. */
  function explain(
    step: NamedStep,
    goal: Term,
    others: ReadonlyMap<number, ReadonlySet<number>>,
    model: ReadonlyMap<Term, Value>,
  ): string | null {
    const value = valuesIn(model);
    const here = { cpu: step.cpu, point: step.point };
    const there = [...others].flatMap(([cpu, points]) => {
      const at = [...points].filter((p) => isAtIn(model, cpu, p));
      return at.length === 1 ? [{ cpu, point: at[0] as number }] : [];
    });
    const few = [...lifted(goal, value)];
    const all = [...new Set([...few, ...variablesIn(goal), ...[...model.keys()].flatMap((t) => [...variablesIn(t)])])];
    for (const some of [few, all]) {
      const from = (table: ReachedSet | null) => (table ? exclusionsOf(table, some, value) : [[]]);
      if (takeBest(here, there, from)) return null;
    }
    for (const stand of there) {
      const table = rows.both(here, stand);
      if (table.size === 0 && separate(here, stand)) return null;
      const both = table.size === 0 ? [[]] : exclusionsOf(table, all, value);
      if (!both) continue;
      learned++;
      return takeJoint(here, stand, both);
    }
    return extend([here, ...there.slice(0, 1)], few, value);
  }

  /** Takes the smallest exclusions that the tables give. */
  function takeBest(
    here: Stand,
    there: readonly Stand[],
    from: (table: ReachedSet | null) => readonly Exclusion[] | null,
  ): boolean {
    const candidates = [
      { stand: null, list: from(rows.words()) },
      ...[here, ...there].map((stand) => ({ stand, list: from(rows.at(stand.cpu, stand.point)) })),
    ].flatMap(({ stand, list }) => (list ? [{ stand, list, size: list[0]?.length ?? 0 }] : []));
    const [best] = candidates.sort((a, b) => a.size - b.size);
    if (!best) return false;
    learned++;
    for (const exclusion of best.list)
      if (best.stand) takeAt(best.stand, exclusion);
      else takeEverywhere(exclusion);
    return true;
  }

  /** Takes the values of a word at two points where they are never the same. */
  function separate(here: Stand, there: Stand): boolean {
    const [one, other] = [rows.at(here.cpu, here.point), rows.at(there.cpu, there.point)];
    if (!one || !other) return false;
    for (const word of words) {
      const [a, b] = [one.domains.get(word), other.domains.get(word)];
      if (!a || !b || a.some((l) => b.some((m) => m.value === l.value))) continue;
      learned++;
      takeAt(here, [outside(word, a)]);
      takeAt(there, [outside(word, b)]);
      return true;
    }
    return false;
  }

  /** Variables whose values alone make the goal true, whatever the others are. */
  function lifted(goal: Term, value: (v: Term) => Term | null): ReadonlySet<Term> {
    const kept = new Set([...variablesIn(goal)]);
    const holds = () =>
      substitute(terms, goal, (v) => (kept.has(v) ? (value(v) ?? v) : v)) === terms.true_;
    if (!holds()) {
      return kept;
    }
    for (const v of [...kept]) {
      kept.delete(v);
      if (!holds()) kept.add(v);
    }
    return kept;
  }

  function isAtIn(model: ReadonlyMap<Term, Value>, cpu: number, point: number): boolean {
    const pc = system.state.pcs[cpu] as Term;
    const is = terms.constant(pc.bits, BigInt(point));
    return model.get(terms.eq(pc, is)) === true || model.get(pc) === BigInt(point);
  }

  function takeEverywhere(exclusion: Exclusion): void {
    for (const other of cpus.slice(1)) addEverywhere(mirror(exclusion, 0, other));
    addEverywhere(exclusion);
  }
  function addEverywhere(exclusion: Exclusion): void {
    const lemma = lemmaOf(terms, exclusion);
    if (lemmas.everywhere.has(lemma.term) || !holdsIn(rows.words(), exclusion)) return;
    lemmas.everywhere.set(lemma.term, lemma);
    for (const step of active) if (changesAny(step, variablesIn(lemma.term))) waiting.add(step);
  }

  /** Takes it at the point, for each CPU. */
  function takeAt({ cpu, point }: Stand, exclusion: Exclusion): void {
    addAt({ cpu, point }, exclusion);
    for (const other of cpus)
      if (other !== cpu) addAt({ cpu: other, point }, mirror(exclusion, cpu, other));
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
        if (active.has(step)) waiting.add(step);
        if (step.point === 0) continue;
        for (const end of step.step().ends) {
          if (end.point !== at.point) continue;
          const earlier = meantBefore(step, end, at.exclusion);
          if (earlier) queue.push({ point: step.point, exclusion: earlier });
        }
      }
    }
    for (const step of active)
      if (step.cpu !== cpu && changesAny(step, touched)) waiting.add(step);
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

  /** Takes it for the CPUs at these points, and at all others of which it holds too. */
  function takeJoint(here: Stand, there: Stand, exclusions: readonly Exclusion[]): null {
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
    return null;
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
    for (const step of active)
      if (changesAny(step, about) || [...stands].some(([cpu, at]) => step.cpu === cpu && leadsTo(step, at)))
        waiting.add(step);
  }
  /** A step into the points from elsewhere. */
  function leadsTo(step: NamedStep, points: ReadonlySet<number>): boolean {
    return !points.has(step.point) && step.step().ends.some((end) => points.has(end.point));
  }

  /**
   * Finds a sampled state in which a goal holds, and samples what follows it; a reason where there is none, or where
   * what follows has values that no sampled state had.
   */
  function extend(stands: readonly Stand[], about: readonly Term[], value: (v: Term) => Term | null): string | null {
    const values = new Map(
      about.flatMap((v) => {
        const is = value(v);
        return is && v.kind === 'variable' ? [[v, is] as const] : [];
      }),
    );
    const found = rows.find(stands, values);
    if (found < 0) return 'a state that was sampled is not found again';
    const before = sample.states.size;
    if (sample.expand(found) === 0)
      return 'a step leaves the states that the search found: search and solver disagree';
    extended++;
    for (let n = before; n < sample.states.size && n < before + MORE; n++) sample.expand(n);
    rows.update();
    for (let n = before; n < sample.states.size; n++) {
      const { points, value } = rows.look(n);
      if (!lemmas.withdraw(points, value)) return UNKNOWN_VALUE;
    }
    for (const done of shown.values()) done.clear();
    for (const step of active) waiting.add(step);
    return null;
  }

  /** The values of variables in a model, as terms that states have; null where the question leaves them open. */
  function valuesIn(model: ReadonlyMap<Term, Value>): (v: Term) => Term | null {
    const addresses = new Map([...model].flatMap(([t, value]) => (t.kind === 'address' ? [[value, t]] : [])));
    const equal = new Map<Term, Term>();
    for (const [atom, value] of model) {
      const [a, b] = atom.args;
      if (atom.symbol !== '=' || !a || !b || value !== true) continue;
      const [v, is] = a.kind === 'variable' ? [a, b] : [b, a];
      equal.set(v, is);
    }
    return (v) => {
      const value = model.get(v);
      if (value === undefined) return equal.get(v) ?? null;
      if (typeof value === 'boolean') return value ? terms.true_ : terms.false_;
      return (addresses.get(value) as Term | undefined) ?? terms.constant(v.bits, BigInt(value));
    };
  }

  let reason: string | null = null;
  const resting: (() => void)[] = [];
  async function work(session: SolverSession): Promise<void> {
    while (reason === null) {
      const step = firstOf(waiting, (s) => !running.has(s));
      if (!step && running.size === 0) break;
      if (step) {
        waiting.delete(step);
        running.add(step);
        reason = (await settle(step, session)) ?? reason;
        running.delete(step);
        for (const wake of resting.splice(0)) wake();
      } else await new Promise<void>((wake) => resting.push(wake));
    }
    for (const wake of resting.splice(0)) wake();
  }
  await Promise.all(sessions.map(work));
  if (reason !== null) return { reason };
  progress(`${asked} questions, ${learned} lemmas`);
  return { conjuncts: lemmas.all() };
}

function firstOf<T>(list: Iterable<T>, fits: (item: T) => boolean): T | undefined {
  for (const item of list) if (fits(item)) return item;
  return undefined;
}
