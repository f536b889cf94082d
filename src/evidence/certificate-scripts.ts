/** The scripts of a certificate, from the transition system and the invariant alone: the same input gives the same text. */
import { writeScript } from '../semantics/scripts.ts';
import { substitute, type Term } from '../semantics/terms.ts';
import { assuming, type NamedStep, type Transitions } from '../semantics/transitions.ts';
import type { Script } from './certificate.ts';

/** The condition under which `property` fails in a step: found on the way, or, for deadlocks, by waiting. */
export function violationIn(system: Transitions, step: NamedStep, property: string): Term {
  const { terms } = system;
  const symbolic = step.step();
  if (property === 'deadlock-free')
    return system.graph.program.bounds.cpus === 1 ? symbolic.blocked : terms.true_;
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
    `${what}: each answer must be unsat`,
  ];
  const initially = new Map(system.variables.map((v) => [v.term, v.initial]));
  const initial = invariant.map((lemma) => substitute(terms, lemma, (v) => initially.get(v) ?? v));
  const scripts: Script[] = [
    {
      name: 'initial',
      text: writeScript(
        system,
        [],
        [{ label: 'the invariant is false initially', assertions: [terms.not(terms.and(...initial))] }],
        { header: header('initially true') },
      ),
    },
  ];
  const excluded = system.steps.filter((s) => isExcluded(system, s, invariant));
  scripts.push({
    name: 'control',
    text: writeScript(
      system,
      invariant,
      excluded.map((s) => ({ label: s.name, assertions: [atPoint(system, s)] })),
      { header: header('no CPU ever stands there') },
    ),
  });
  for (const step of system.steps) {
    if (excluded.includes(step)) continue;
    const preserved = obligations(system, step, invariant).map((o, i) => ({
      label: `the invariant is broken, way ${i + 1}`,
      assertions: [o.guard, terms.not(terms.and(...o.lemmas.map((l) => l.after)))],
    }));
    const implied = properties.map((p) => ({
      label: `${p} fails`,
      assertions: [violationIn(system, step, p)],
    }));
    scripts.push({
      name: step.name,
      text: writeScript(system, [...invariant, atPoint(system, step)], [...preserved, ...implied], {
        header: header(`preserved by, and properties hold in, ${step.name}`),
      }),
    });
  }
  return scripts;
}
