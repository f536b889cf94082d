/**
 * Why a certificate is believed: of what it says only the invariant is used, with the loops' rounds and the
 * order of locks. The transition system, the initial state and the properties are made anew from the program,
 * the scripts are written anew and must be the same, and a fresh solver must answer `unsat` to each. Scripts that are
 * the same but for names (those of several CPUs, mostly) are one question, and it is asked once.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Program } from '../lang/program.ts';
import { withoutComments } from '../semantics/scripts.ts';
import type { Term } from '../semantics/terms.ts';
import { createTransitions, type Transitions } from '../semantics/transitions.ts';
import { scoped } from '../solver/question.ts';
import type { RunOptions, SolverSession } from '../solver/session.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { lower } from '../system/lower.ts';
import type { Certificate, Script, ScriptDigest } from './certificate.ts';
import { certificateScripts, isProvable } from './certificate-scripts.ts';
import { conjunctReader } from './invariant-text.ts';
import { programHash } from './program-file.ts';
import { isStateTable, readStateTable, type StateTable } from './state-table.ts';

export type Check =
  /** `solver`: name and version of what answered. */
  { readonly holds: true; readonly solver: string } | Failure;

type Failure =
  /** It is no proof: `reason` names the first thing that is wrong. */
  | { readonly holds: false; readonly reason: string }
  /** The solver gave up on a script. */
  | { readonly holds: null; readonly reason: string };

/** The parts of a certificate that its scripts are made of. */
type Given = Pick<Certificate, 'rounds' | 'lockOrder' | 'properties' | 'states'> & {
  readonly invariant: readonly { readonly smt: string }[];
};

export interface Regenerated {
  readonly system: Transitions;
  readonly conjuncts: readonly Term[];
  /** Made as they are asked for, once. */
  readonly scripts: Iterable<Script>;
}

/** The scripts that a program and an invariant give: always the same text, as nothing else takes part. */
export function regenerate(
  { rounds, lockOrder, invariant, properties, states }: Given,
  program: Program,
): Regenerated {
  const graph = lower(program, { rounds: new Map(Object.entries(rounds)), slice: true });
  const system = createTransitions(graph, lockOrder);
  const read = conjunctReader(system);
  const conjuncts = invariant.map((c) => read(c.smt));
  const table = states ? readStateTable(system, states) : null;
  return { system, conjuncts, scripts: certificateScripts(system, conjuncts, properties, table) };
}

/**
 * `session`: one that has not seen the proof being made; `options`: of each script. Errors: PagedeedError PD0401 for a
 * corrupt file.
 */
export async function checkCertificate(
  certificate: Certificate,
  program: Program,
  session: SolverSession,
  options: () => RunOptions = () => ({}),
): Promise<Check> {
  if (certificate.program.hash !== programHash(program))
    return { holds: false, reason: 'it is about another program' };
  if (!isDeepStrictEqual(certificate.program, certified(program)))
    return { holds: false, reason: 'what it says of its program is not so' };
  const { system, scripts } = regenerate(certificate, program);
  const count = certificate.scripts.length;
  let next = 0;
  const check = await checkScripts(system, certificate.properties, scripts, [session], options, (script) => {
    const given = certificate.scripts[next++];
    return given?.name === script.name && hasText(given, script.text)
      ? null
      : `its script ${given?.name} is not the one that its program and invariant give`;
  });
  if (!check.holds || next === count) return check;
  return { holds: false, reason: 'it has other scripts than its invariant asks for' };
}

/**
 * Whether the scripts show the properties; `sessions` share them. `refuses`: why a script is not to be believed,
 * whatever a solver says.
 */
export async function checkScripts(
  system: Transitions,
  properties: readonly string[],
  scripts: Iterable<Script>,
  sessions: readonly [SolverSession, ...SolverSession[]],
  options: () => RunOptions,
  refuses: (script: Script) => string | null,
): Promise<Check> {
  const wrong = (reason: string): Failure => ({ holds: false, reason });
  const unknown = properties.find((p) => !isProvable(system, p));
  if (unknown !== undefined) return wrong(`${unknown} is not something that it can prove`);
  if (!properties.includes('out-of-model')) return wrong('it does not show that runs stay in the model');
  const shown = new Set<string>();
  const waiting = scripts[Symbol.iterator]();
  let failure: Failure | null = null;

  async function ask(script: Script, session: SolverSession): Promise<Failure | null> {
    const reason = refuses(script);
    if (reason !== null) return wrong(reason);
    const question = digest(withoutComments(script.text));
    if (shown.has(question)) return null;
    const answer = await session.run(scoped(script.text), options());
    if (answer.kind === 'error') return { holds: null, reason: `${script.name}: ${answer.message}` };
    if (answer.kind !== 'answered')
      return { holds: null, reason: `${script.name}: the solver's answer was ${answer.kind}` };
    const [result, ...more] = answer.results;
    if (result === 'unknown') return { holds: null, reason: `${script.name}: the solver answered unknown` };
    if (result !== 'unsat' || more.length > 0) return wrong(`its script ${script.name} is not valid`);
    shown.add(question);
    return null;
  }
  async function work(session: SolverSession): Promise<void> {
    while (!failure) {
      const { value, done } = waiting.next();
      if (done) return;
      const failed = await ask(value, session);
      failure ??= failed;
    }
  }
  await Promise.all(sessions.map(work));
  return failure ?? { holds: true, solver: await sessions[0].solver() };
}

/** Whether a script of a certificate has this text, as far as it says. */
const hasText = (given: Script | ScriptDigest, text: string): boolean =>
  'text' in given ? given.text === text : given.sha256 === digest(text);

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A script as it stands in a certificate: as its digest, where there is a table of states. */
export function kept(script: Script, states: StateTable | undefined): Script | ScriptDigest {
  return states ? { name: script.name, sha256: digest(script.text) } : script;
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
  const isLine = (x: unknown): x is string => isText(x) && /^[\x20-\x7e]*$/.test(x);
  const isList = (x: unknown): x is readonly Record<string, unknown>[] => Array.isArray(x);
  const texts = (x: unknown) => typeof x === 'object' && x !== null && Object.values(x).every(isText);
  const numbers = (x: unknown) =>
    typeof x === 'object' && x !== null && Object.values(x).every((n) => typeof n === 'number');
  const sound =
    c?.format === 'pagedeed-certificate' &&
    c.version === 1 &&
    isLine(c.program?.name) &&
    isText(c.program.hash) &&
    numbers(c.program.bounds) &&
    texts(c.program.policy) &&
    Array.isArray(c.program.predicates) &&
    c.program.predicates.every(isText) &&
    numbers(c.rounds) &&
    Array.isArray(c.properties) &&
    c.properties.every(isLine) &&
    Array.isArray(c.lockOrder) &&
    c.lockOrder.every(isText) &&
    isList(c.invariant) &&
    c.invariant.every((i) => isText(i.smt) && isText(i.text)) &&
    isList(c.scripts) &&
    c.scripts.every((s) => isText(s.name) && isText('text' in s ? s.text : s.sha256)) &&
    (c.states === undefined || isStateTable(c.states));
  return sound ? (c as Certificate) : refuse('the file is not a certificate of this version');
}
