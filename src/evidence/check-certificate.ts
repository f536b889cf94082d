/**
 * Why a certificate is believed: of what it says only the invariant is used, with the loops' rounds and the
 * order of locks. The transition system, the initial state and the properties are made anew from the program,
 * the scripts are written anew and must be the same, and a fresh solver must answer `unsat` to each. Scripts that are
 * the same but for names (those of several CPUs, mostly) are one question, and it is asked once.
 */
import type { Program } from '../lang/program.ts';
import type { Term } from '../semantics/terms.ts';
import { createTransitions, type Transitions } from '../semantics/transitions.ts';
import { nameless } from '../solver/nameless.ts';
import { scoped } from '../solver/question.ts';
import type { RunOptions, SolverSession } from '../solver/session.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { lower } from '../system/lower.ts';
import type { Certificate, Script } from './certificate.ts';
import { certificateScripts, isProvable } from './certificate-scripts.ts';
import { conjunctReader } from './invariant-text.ts';
import { programHash } from './program-file.ts';

export type Check =
  /** `solver`: name and version of what answered. */
  | { readonly holds: true; readonly solver: string }
  /** It is no proof: `reason` names the first thing that is wrong. */
  | { readonly holds: false; readonly reason: string }
  /** The solver gave up on a script. */
  | { readonly holds: null; readonly reason: string };

/** The parts of a certificate that its scripts are made of. */
type Given = Pick<Certificate, 'rounds' | 'lockOrder' | 'properties'> & {
  readonly invariant: readonly { readonly smt: string }[];
};

export interface Regenerated {
  readonly system: Transitions;
  readonly conjuncts: readonly Term[];
  readonly scripts: readonly Script[];
}

/** The scripts that a program and an invariant give: always the same text, as nothing else takes part. */
export function regenerate(
  { rounds, lockOrder, invariant, properties }: Given,
  program: Program,
): Regenerated {
  const graph = lower(program, { rounds: new Map(Object.entries(rounds)), slice: true });
  const system = createTransitions(graph, lockOrder);
  const read = conjunctReader(system);
  const conjuncts = invariant.map((c) => read(c.smt));
  return { system, conjuncts, scripts: certificateScripts(system, conjuncts, properties) };
}

/**
 * `session`: one that has not seen the proof being made. `anew`: what the program and the invariant give, where
 * the certificate was only just made of it. Errors: PagedeedError PD0401 for a corrupt file.
 */
export async function checkCertificate(
  certificate: Certificate,
  program: Program,
  session: SolverSession,
  options: RunOptions = {},
  anew: Regenerated = regenerate(certificate, program),
): Promise<Check> {
  const wrong = (reason: string): Check => ({ holds: false, reason });
  if (certificate.program.hash !== programHash(program)) return wrong('it is about another program');
  const { system, scripts } = anew;
  const unknown = certificate.properties.find((p) => !isProvable(system, p));
  if (unknown !== undefined) return wrong(`${unknown} is not something that it can prove`);
  if (!certificate.properties.includes('out-of-model'))
    return wrong('it does not show that runs stay in the model');
  if (scripts.length !== certificate.scripts.length)
    return wrong('it has other scripts than its invariant asks for');
  for (const [i, script] of scripts.entries()) {
    const given = certificate.scripts[i];
    if (given?.name !== script.name || given.text !== script.text)
      return wrong(`its script ${given?.name} is not the one that its program and invariant give`);
  }
  const shown = new Set<string>();
  for (const script of scripts) {
    const question = nameless(script.text);
    if (shown.has(question)) continue;
    const answer = await session.run(scoped(script.text), options);
    if (answer.kind === 'error') return { holds: null, reason: `${script.name}: ${answer.message}` };
    if (answer.kind !== 'answered')
      return { holds: null, reason: `${script.name}: the solver's answer was ${answer.kind}` };
    const [result, ...more] = answer.results;
    if (result === 'unknown') return { holds: null, reason: `${script.name}: the solver answered unknown` };
    if (result !== 'unsat' || more.length > 0) return wrong(`its script ${script.name} is not valid`);
    shown.add(question);
  }
  return { holds: true, solver: await session.solver() };
}

/** What a certificate says of the program that it is about. */
export function certified(program: Program): Certificate['program'] {
  const { name, bounds, policy, properties } = program;
  const predicates = [...new Set(properties.map((p) => p.id))];
  return { name, bounds, policy, predicates, hash: programHash(program) };
}

/** The text of a certificate file. */
export function writeCertificate(certificate: Certificate): string {
  return `${JSON.stringify(certificate, null, 1)}\n`;
}

/** Errors: PagedeedError PD0401 where the text is not that of a certificate. */
export function readCertificate(text: string, name: string): Certificate {
  const refuse = (message: string): never => {
    throw new PagedeedError({ code: 'PD0401', message, place: name });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('the file is not JSON: it may be cut short');
  }
  const c = value as Partial<Certificate> | null;
  const isText = (x: unknown): x is string => typeof x === 'string';
  const isList = (x: unknown): x is readonly Record<string, unknown>[] => Array.isArray(x);
  const texts = (x: unknown) => typeof x === 'object' && x !== null && Object.values(x).every(isText);
  const numbers = (x: unknown) =>
    typeof x === 'object' && x !== null && Object.values(x).every((n) => typeof n === 'number');
  const sound =
    c?.format === 'pagedeed-certificate' &&
    c.version === 1 &&
    isText(c.program?.name) &&
    isText(c.program.hash) &&
    numbers(c.program.bounds) &&
    texts(c.program.policy) &&
    Array.isArray(c.program.predicates) &&
    c.program.predicates.every(isText) &&
    numbers(c.rounds) &&
    Array.isArray(c.properties) &&
    c.properties.every(isText) &&
    Array.isArray(c.lockOrder) &&
    c.lockOrder.every(isText) &&
    isList(c.invariant) &&
    c.invariant.every((i) => isText(i.smt) && isText(i.text)) &&
    isList(c.scripts) &&
    c.scripts.every((s) => isText(s.name) && isText(s.text));
  return sound ? (c as Certificate) : refuse('the file is not a certificate of this version');
}
