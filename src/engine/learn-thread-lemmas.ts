/**
 * Finds an inductive invariant of several CPUs. Whenever the solver shows a state that satisfies what is taken so far
 * and steps out of it, or violates a property, something is taken that excludes the state and holds of all sampled
 * states: of shared words if that will do, else of one CPU at its point, else of two. Where the state is a sampled
 * one, what follows it is sampled, too, and what that refutes is dropped.
 */
import { violations } from '../evidence/certificate-scripts.ts';
import { variablesIn } from '../evidence/local-facts.ts';
import { substitute } from '../semantics/substitute.ts';
import type { Term } from '../semantics/terms.ts';
import {
  assuming,
  changedWords,
  isAt,
  type NamedStep,
  stepAssuming,
  type Transitions,
} from '../semantics/transitions.ts';
import { ask } from '../solver/question.ts';
import type { RunOptions, SolverSession } from '../solver/session.ts';
import type { Value } from '../solver/value.ts';
import { exclusionsOf } from './exclude.ts';
import type { Exclusion } from './exclusion.ts';
import { lifted } from './lift.ts';
import { valuesIn } from './model-values.ts';
import type { ReachedSet } from './reached-set.ts';
import type { Sample } from './sample.ts';
import { createDuties, type Duty, type Others } from './thread-duties.ts';
import type { ThreadInvariant } from './thread-invariant.ts';
import { createThreadLemmas } from './thread-lemmas.ts';
import type { Stand, ThreadRows } from './thread-rows.ts';
import { createTaking } from './thread-taking.ts';

/** Conjuncts that one question is about. */
const TOGETHER = 40;

/** States that are added to the sample where one turns out to be missing. */
const MORE = 1000;
/** What follows the sampled states has values that none of them has. */
export const UNKNOWN_VALUE = 'a value occurs that no sampled state has';

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
  const { terms, graph } = bare;
  const lemmas = createThreadLemmas(bare, rows);
  const system = assuming(bare, [...lemmas.domains.values()]);
  const steps = system.steps.filter((s) => rows.at(s.cpu, s.point) !== null);
  const known = new Map<NamedStep, { readonly facts: string; readonly step: NamedStep }>();
  const shown = new Map(steps.map((step) => [step, new Set<string>()]));
  /** Those of CPU 0 first: what is learned of it is taken of all, and little is left for the others. */
  const active = new Set<NamedStep>();
  const waiting = new Set<NamedStep>();
  const running = new Set<NamedStep>();
  const { dutiesAt, whereIs, assumptions } = createDuties(system, lemmas);
  const { takeEverywhere, takeAt, takeJoint, takeAmong, separate } = createTaking(
    system,
    rows,
    lemmas,
    steps,
    (step) => {
      if (active.has(step)) waiting.add(step);
    },
  );
  let asked = 0;
  let learned = 0;
  let extended = 0;

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

  /** Whether a goal of a step is impossible; if not, more is taken, or there is a reason why that does not help. */
  async function refute(
    step: NamedStep,
    goal: Term,
    others: Others,
    session: SolverSession,
  ): Promise<boolean | string> {
    const limits = options();
    if (!limits) return 'time ran out';
    const answer = await ask(system, session, [...assumptions(step, goal, others), goal], limits);
    asked++;
    if (asked % 50 === 0)
      progress(
        `${asked} questions, ${learned} lemmas, ${extended} repairs, ${waiting.size} steps wait; ${step.name}`,
      );
    if (answer.kind === 'unsat') return true;
    if (answer.kind === 'undecided') return `${step.name}: ${answer.reason}`;
    const reason = explain(step, goal, others, answer.model);
    return reason === null ? false : `${step.name}: ${reason}`;
  }

  async function settle(step: NamedStep, session: SolverSession): Promise<string | null> {
    const done = shown.get(step) as Set<string>;
    for (const property of properties)
      for (let at = 0; ; ) {
        const goal = violations(system, particular(step), property)[at];
        if (!goal) break;
        const result =
          done.has(`${property} ${at}`) || (await refute(step, goal, standsIn(property, goal), session));
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
          const holds = then === terms.true_ || (then === duty.lemma && (facts.has(then) || duty.stays));
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

  /** The points of other CPUs that a violation is about: those that it names, or all, where it says at which they are not. */
  function standsIn(property: string, goal: Term): Others {
    const judged = graph.program.properties.find((p) => p.id === property)?.judged.when;
    const mentioned = variablesIn(goal);
    return new Map(
      system.state.pcs.flatMap((pc, cpu) => {
        if (!mentioned.has(pc)) return [];
        const points = Array.from({ length: graph.points.length + 1 }, (_, p) => p);
        const named = judged === 'outside' ? points : points.filter((p) => namesPoint(goal, pc, p));
        return [[cpu, new Set(named)] as const];
      }),
    );
  }

  /** Takes what excludes a state in which a goal holds; a reason where nothing does. */
  function explain(
    step: NamedStep,
    goal: Term,
    others: Others,
    model: ReadonlyMap<Term, Value>,
  ): string | null {
    const value = valuesIn(terms, model, goal);
    /** Undefined where the question leaves it open. */
    const isThere = (cpu: number, point: number) => {
      const where = value(system.state.pcs[cpu] as Term);
      return where ? where.value === BigInt(point) : model.get(isAt(system, { cpu, point }));
    };
    const here = { cpu: step.cpu, point: step.point };
    const there = [...others].flatMap(([cpu, points]) => {
      const at = [...points].filter((p) => isThere(cpu, p) === true);
      return at.length === 1 ? [{ cpu, point: at[0] as number }] : [];
    });
    const few = [...lifted(terms, goal, value)];
    const all = [
      ...new Set([...few, ...variablesIn(goal), ...[...model.keys()].flatMap((t) => [...variablesIn(t)])]),
    ];
    for (const some of [few, all]) {
      const from = (table: ReachedSet | null) => (table ? exclusionsOf(table, some, value) : [[]]);
      if (takeBest(here, there, from)) return null;
    }
    for (const stand of there) {
      const table = rows.both(here, stand);
      const both = table.size === 0 ? [[]] : exclusionsOf(table, all, value);
      if (!both) continue;
      learned++;
      if (table.size > 0 || !separate(here, stand)) takeJoint(here, stand, both);
      return null;
    }
    for (const [cpu, points] of others) {
      if (there.some((stand) => stand.cpu === cpu)) continue;
      const open = new Set([...points].filter((p) => rows.at(cpu, p) && isThere(cpu, p) !== false));
      if (open.size === 0) continue;
      const among = exclusionsOf(rows.among(here, cpu, open), all, value);
      if (!among) continue;
      learned++;
      takeAmong(here, cpu, open, among);
      return null;
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

  /**
   * Finds a sampled state in which a goal holds, and samples what follows it; a reason where there is none, or where
   * what follows has values that no sampled state had.
   */
  function extend(
    stands: readonly Stand[],
    about: readonly Term[],
    value: (v: Term) => Term | null,
  ): string | null {
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
  for (const isNext of [(cpu: number) => cpu === 0, (cpu: number) => cpu > 0]) {
    for (const step of [...steps].reverse().filter((s) => isNext(s.cpu))) {
      active.add(step);
      waiting.add(step);
    }
    await Promise.all(sessions.map(work));
    if (reason !== null) return { reason };
  }
  progress(`${asked} questions, ${learned} lemmas`);
  return { conjuncts: lemmas.all() };
}

function firstOf<T>(list: Iterable<T>, fits: (item: T) => boolean): T | undefined {
  for (const item of list) if (fits(item)) return item;
  return undefined;
}

/** A comparison with this control point occurs in a goal. */
function namesPoint(goal: Term, pc: Term, point: number): boolean {
  return pointsNamed(goal).get(pc)?.has(BigInt(point)) ?? false;
}

const named = new WeakMap<Term, ReadonlyMap<Term, ReadonlySet<bigint>>>();

/** What variables are compared with. */
function pointsNamed(goal: Term): ReadonlyMap<Term, ReadonlySet<bigint>> {
  const before = named.get(goal);
  if (before) return before;
  const found = new Map<Term, Set<bigint>>();
  const seen = new Set<Term>();
  const stack = [goal];
  for (let t = stack.pop(); t; t = stack.pop()) {
    if (seen.has(t)) continue;
    seen.add(t);
    const [a, b] = t.args;
    if (t.symbol === '=' && a && b) {
      const [variable, value] = a.kind === 'variable' ? [a, b] : [b, a];
      if (value.kind === 'const') found.set(variable, (found.get(variable) ?? new Set()).add(value.value));
    }
    stack.push(...t.args);
  }
  named.set(goal, found);
  return found;
}
