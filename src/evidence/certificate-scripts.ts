/** The scripts of a certificate, from the transition system and the invariant alone: the same input gives the same text. */
import { fieldsOfRace, isDataRace } from '../lang/races.ts';
import { type Formula, join, negate } from '../semantics/formula.ts';
import { idlePredicates } from '../semantics/idle-predicates.ts';
import { racesAt } from '../semantics/race-terms.ts';
import { composeScript } from '../semantics/scripts.ts';
import { substitute } from '../semantics/substitute.ts';
import type { Term } from '../semantics/terms.ts';
import {
  assuming,
  changedWords,
  isAt,
  type NamedStep,
  startingFrom,
  stepAssuming,
  type Transitions,
  unlessUnchanged,
} from '../semantics/transitions.ts';
import { stuckAt } from '../semantics/waiting.ts';
import type { Script } from './certificate.ts';
import { localFacts, variablesIn } from './local-facts.ts';
import { oneOf, type TableViews, type View } from './state-table.ts';

/** Conjuncts or findings that one question is about: solvers are quicker at several questions than at one large. */
const TOGETHER = 100;

function inParts(list: readonly Term[]): readonly (readonly Term[])[] {
  return Array.from({ length: Math.ceil(list.length / TOGETHER) }, (_, i) =>
    list.slice(i * TOGETHER, (i + 1) * TOGETHER),
  );
}

const languageProperties: ReadonlySet<string> = new Set([
  'no-sentinel-deref',
  'no-null-deref',
  'no-stale-deref',
  'no-warn',
  'no-bug',
  'lock-pairing',
  'out-of-model',
]);

/** Whether scripts can say anything of a property: an unknown one must not count as proved. */
export function isProvable(system: Transitions, property: string): boolean {
  const { program, nodes } = system.graph;
  if (program.afterOops) return false; // terms end with the oops
  const target = property.startsWith('reach:') ? property.slice('reach:'.length) : null;
  if (target !== null) return nodes.some((n) => n.op === 'reach' && n.target === target);
  if (property === 'deadlock-free') return true;
  if (isDataRace(property)) return fieldsOfRace(program, property).size > 0;
  // Without locks nothing is held, in whatever order.
  if (property === 'lock-order')
    return system.setting.lockRank.size > 0 || system.setting.lockWords.length === 0;
  return languageProperties.has(property) || program.properties.some((p) => p.id === property);
}

/**
 * The condition under which `property` fails in a step: found on the way, or, of deadlocks and data races, in the
 * state where it begins.
 */
export function violationIn(system: Transitions, step: NamedStep, property: string): Term {
  const { terms } = system;
  const symbolic = step.step();
  if (property === 'deadlock-free')
    return system.state.pcs.length === 1 ? symbolic.stuck : stuckAt(system, step);
  if (isDataRace(property)) return racesAt(system, step, property);
  if (property.startsWith('reach:'))
    return symbolic.reached.get(property.slice('reach:'.length)) ?? terms.false_;
  return symbolic.violations.get(property) ?? terms.false_;
}

/** The ways in which a step could violate `property`, some at a time; each is to be shown impossible. */
export function violations(system: Transitions, step: NamedStep, property: string): readonly Term[] {
  const { terms } = system;
  const whole = violationIn(system, step, property);
  const ways = whole.kind === 'app' && whole.symbol === 'or' ? whole.args : [whole];
  const parts = inParts(ways).map((some) => terms.or(...some));
  return parts.filter((goal) => goal !== terms.false_);
}

/**
 * The ways in which a step that starts in the invariant could break conjuncts, each to be shown impossible: for
 * each of its ends, some conjuncts at a time. `atStake` gives what must hold at the end's point and can be false
 * when these words have changed; `before` is what holds where the step begins.
 */
export function breaches(
  system: Transitions,
  step: NamedStep,
  atStake: (point: number, words: readonly Term[]) => readonly Term[],
  before: ReadonlySet<Term>,
): readonly Term[] {
  const { terms } = system;
  return step.step().ends.flatMap((end) => {
    const by = system.after(step, end);
    const after = atStake(end.point, changedWords(system, step, end)).flatMap((lemma) => {
      const then = substitute(terms, lemma, by);
      return then === terms.true_ || (then === lemma && before.has(lemma)) ? [] : [then];
    });
    return inParts(after)
      .map((part) => terms.and(end.guard, terms.not(terms.and(...part))))
      .filter((goal) => goal !== terms.false_);
  });
}

/** What rows say of the places of other CPUs that a goal asks for: control points may be left open in scripts. */
function whereOthersAre(system: Transitions, cpu: number, { rows }: View, goal: Term): readonly Formula[] {
  const { terms, state } = system;
  const asked = variablesIn(goal);
  return state.pcs.flatMap((pc, other) => {
    if (other === cpu || !asked.has(pc)) return [];
    const named = pointsNamed(goal, pc);
    return [...named].map((point) => {
      const here = rows.map((row) => ({ ...row, points: row.points.filter((p) => p[other] === point) }));
      return join(terms, 'or', [terms.not(isAt(system, { cpu: other, point })), oneOf(system, cpu, here)]);
    });
  });
}

/** The numbers that a control point is compared with. */
function pointsNamed(root: Term, pc: Term): ReadonlySet<number> {
  const named = new Set<number>();
  const seen = new Set<Term>([root]);
  for (const t of seen) {
    const [a, b] = t.args;
    if (t.symbol === '=' && a && b && (a === pc || b === pc)) named.add(Number((a === pc ? b : a).value));
    for (const arg of t.args) seen.add(arg);
  }
  return named;
}

/**
 * All scripts; `properties` are those the certificate is about, `table` is part of the invariant. What is judged when all CPUs are idle is part of the
 * invariant: it is shown of the initial state, and of each step that ends with all of them idle, and may so be
 * relied on where a step begins.
 */
export function* certificateScripts(
  bare: Transitions,
  invariant: readonly Term[],
  properties: readonly string[],
  table: TableViews | null = null,
): Generator<Script> {
  const { terms, graph } = bare;
  const { program } = graph;
  const facts = localFacts(bare, invariant);
  const system = assuming(bare, invariant);
  const header = (what: string) => [
    `pagedeed: ${program.name}`,
    `bounds: ${Object.entries(program.bounds)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ')}`,
    `${what}: the answer must be unsat`,
  ];
  const initially = new Map(system.variables.map((v) => [v.term, v.initial]));
  const valueThen = (v: Term) => initially.get(v) ?? v;
  const initial = [
    ...invariant.map((lemma) => substitute(terms, lemma, valueThen)),
    ...idlePredicates(startingFrom(bare, valueThen), properties),
    ...(table ? [table.of(valueThen)] : []),
  ];
  const whenIdle = idlePredicates(system, properties);
  const script = (name: string, what: string, assertions: readonly Formula[]): Script => ({
    name,
    text: composeScript(system, assertions, header(what)).text,
  });
  const excluded = new Set(system.steps.filter((s) => facts.excludes(s.cpu, s.point)));
  const somewhere = terms.or(...[...excluded].map((s) => isAt(system, s)));
  yield script('initial', 'the invariant is true initially', [negate(terms, join(terms, 'and', initial))]);
  yield script('control', 'the invariant excludes some control points', [
    ...invariant.filter((lemma) => [...variablesIn(lemma)].every((v) => system.state.pcs.includes(v))),
    somewhere,
  ]);
  /** Of several steps from one place. */
  let last: { readonly cpu: number; readonly point: number; readonly view: View | null } | null = null;
  const viewAt = (cpu: number, point: number): View | null => {
    if (last?.cpu !== cpu || last.point !== point) last = { cpu, point, view: table?.at(cpu, point) ?? null };
    return last.view;
  };
  for (const general of system.steps) {
    if (excluded.has(general)) continue;
    const { name, cpu, point } = general;
    const view = viewAt(cpu, point);
    if (table && !view) continue; // where the table has no CPU
    const step = stepAssuming(system, general, [...facts.onlyAt(cpu, point), ...(view?.facts ?? [])]);
    const holding = [...(point === 0 ? whenIdle : []), ...(view?.facts ?? [])];
    const others = view ? [oneOf(system, cpu, view.rows)] : [];
    const about = (goal: Term, ...more: readonly Formula[]) => [
      ...[...facts.relevantTo(goal, cpu, point), ...holding, ...others],
      ...[isAt(system, step), goal, ...more, ...(view ? whereOthersAre(system, cpu, view, goal) : [])],
    ];
    const before = facts.knownAt(cpu, point);
    const preserved = breaches(system, step, (end, words) => facts.atStake(cpu, end, words), before);
    for (const [i, goal] of preserved.entries())
      yield script(`${name}, ${i + 1}`, `${name} preserves the invariant, part ${i + 1}`, about(goal));
    for (const [i, end] of (table ? step.step().ends : []).entries()) {
      const then = negate(
        terms,
        (table as TableViews).thereafter(cpu, end.point, unlessUnchanged(system, step, end)),
      );
      if (then === terms.false_ || end.guard === terms.false_) continue;
      const what = `${name} ends in a state of the table, end ${i + 1}`;
      yield script(`${name}, states ${i + 1}`, what, about(end.guard, then));
    }
    for (const property of properties)
      for (const [i, goal] of violations(system, step, property).entries()) {
        const part = i === 0 ? '' : ` ${i + 1}`;
        const what = `${name} does not violate ${property}, part ${i + 1}`;
        yield script(`${name}, ${property}${part}`, what, about(goal));
      }
  }
}
