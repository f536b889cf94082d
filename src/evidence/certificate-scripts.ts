/** The scripts of a certificate, from the transition system and the invariant alone: the same input gives the same text. */
import { writeScript } from '../semantics/scripts.ts';
import { substitute, type Term } from '../semantics/terms.ts';
import { assuming, type NamedStep, type Transitions } from '../semantics/transitions.ts';
import type { Script } from './certificate.ts';

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
  const target = property.startsWith('reach:') ? property.slice('reach:'.length) : null;
  if (target !== null) return nodes.some((n) => n.op === 'reach' && n.target === target);
  if (property === 'deadlock-free' || property === 'no-data-race') return program.bounds.cpus === 1;
  if (property === 'lock-order') return system.setting.lockRank.size > 0;
  return languageProperties.has(property) || program.properties.some((p) => p.id === property);
}

/**
 * The condition under which `property` fails in a step: found on the way, or, for deadlocks at one CPU, by
 * waiting. With one CPU no two accesses are concurrent, so `no-data-race` cannot fail.
 */
export function violationIn(system: Transitions, step: NamedStep, property: string): Term {
  const { terms } = system;
  const symbolic = step.step();
  if (property === 'deadlock-free') return symbolic.blocked;
  if (property.startsWith('reach:'))
    return symbolic.reached.get(property.slice('reach:'.length)) ?? terms.false_;
  return symbolic.violations.get(property) ?? terms.false_;
}

/** The step's CPU stands where the step begins. */
export function atPoint(system: Transitions, step: NamedStep): Term {
  const pc = system.variables.find((v) => v.kind.is === 'pc' && v.kind.cpu === step.cpu)?.term as Term;
  return system.terms.eq(pc, system.terms.constant(pc.bits, BigInt(step.point)));
}

/** No CPU can be where this step begins: some conjunct of the invariant is false there whatever else holds. */
export function isExcluded(system: Transitions, step: NamedStep, invariant: readonly Term[]): boolean {
  const { terms } = system;
  const pc = system.variables.find((v) => v.kind.is === 'pc' && v.kind.cpu === step.cpu)?.term;
  const here = (t: Term) => (t === pc ? terms.constant(t.bits, BigInt(step.point)) : t);
  return invariant.some((lemma) => substitute(terms, lemma, here) === terms.false_);
}

/** For each end of a step: its guard and the conjuncts that it could break, as they read afterwards. */
export function obligations(
  system: Transitions,
  step: NamedStep,
  invariant: readonly Term[],
): readonly { guard: Term; lemmas: readonly { before: Term; after: Term }[] }[] {
  const { terms } = system;
  return step
    .step()
    .ends.filter((end) => end.guard !== terms.false_)
    .map((end) => {
      const by = system.after(step, end);
      const lemmas = invariant.map((before) => ({ before, after: substitute(terms, before, by) }));
      return {
        guard: end.guard,
        lemmas: lemmas.filter((l) => l.after !== l.before && l.after !== terms.true_),
      };
    });
}

/** All scripts; `properties` are those the certificate is about. */
export function certificateScripts(
  bare: Transitions,
  invariant: readonly Term[],
  properties: readonly string[],
): readonly Script[] {
  const system = assuming(bare, invariant);
  const { terms, graph } = system;
  const { program } = graph;
  const header = (what: string) => [
    `pagedeed: ${program.name}`,
    `bounds: ${Object.entries(program.bounds)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ')}`,
    `${what}: the answer must be unsat`,
  ];
  const initially = new Map(system.variables.map((v) => [v.term, v.initial]));
  const initial = invariant.map((lemma) => substitute(terms, lemma, (v) => initially.get(v) ?? v));
  const script = (name: string, what: string, assertions: readonly Term[]): Script => ({
    name,
    text: writeScript(system, assertions, header(what)),
  });
  const excluded = system.steps.filter((s) => isExcluded(system, s, invariant));
  const somewhere = excluded.map((s) => atPoint(system, s));
  const scripts = [
    script('initial', 'the invariant is true initially', [terms.not(terms.and(...initial))]),
    script('control', 'the invariant excludes some control points', [...invariant, terms.or(...somewhere)]),
  ];
  for (const step of system.steps) {
    if (excluded.includes(step)) continue;
    const broken = obligations(system, step, invariant).map((o) =>
      terms.and(o.guard, terms.not(terms.and(...o.lemmas.map((l) => l.after)))),
    );
    const violated = properties.map((p) => violationIn(system, step, p));
    const what = `${step.name} preserves the invariant and violates none of ${properties.join(', ')}`;
    scripts.push(
      script(step.name, what, [...invariant, atPoint(system, step), terms.or(...broken, ...violated)]),
    );
  }
  return scripts;
}
