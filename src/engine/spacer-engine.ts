/**
 * Proof by Spacer, z3's solver of Horn clauses (Komuravelli, Gurfinkel and Chaki, "SMT-based model checking for
 * recursive programs", 2014). Which values words have is seen in a sample of states; what Spacer answers is made
 * into a certificate and checked like any other.
 */
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import { conjunctToSmt } from '../evidence/invariant-text.ts';
import type { Term } from '../semantics/terms.ts';
import {
  createTransitions,
  domainsIn,
  limitsOneVariable,
  type Transitions,
} from '../semantics/transitions.ts';
import { openZ3Session } from '../solver/z3.ts';
import { certify, type Proof } from './certify.ts';
import { type Deadline, deadlineOf } from './deadline.ts';
import { type Domains, domainConjuncts } from './domains.ts';
import type { Limits, Task } from './engine.ts';
import { hornQuestion } from './horn-clauses.ts';
import { lockOrderOf } from './lock-cycle.ts';
import { openProperties } from './open-properties.ts';
import { provingEngine } from './proof-outcomes.ts';
import { collectReached, domainsOf } from './reached-set.ts';
import type { Sample } from './sample.ts';
import { sampleProgram } from './sample-program.ts';
import { isSmall } from './small.ts';
import { toldOf } from './told.ts';

export const spacerEngine = provingEngine({
  id: 'spacer',
  applies: ({ program }, { depth }) => depth === null && isSmall(program),
  prove,
});

/** Sampled states; where a step leads to a value that none of them has, four times as many are sampled. */
const FEWEST_STATES = 80_000;
const MOST_STATES = 1_280_000;
/** Where others have told which values there are, a sample is for the order of locks and what is violated. */
const FEW_STATES = 5_000;

async function prove(task: Task, limits: Limits, progress: (text: string) => void): Promise<Proof> {
  if (task.program.afterOops) return { reason: 'of runs that go on after an oops nothing is proved yet' };
  const deadline = deadlineOf(limits);
  const { expired } = deadline;
  const isTold = (task.lemmas?.known() ?? []).length > 0;
  for (let states = isTold ? FEW_STATES : FEWEST_STATES, values = 0; ; states *= 4) {
    progress(`sampling ${states} states`);
    const sampled = sample(task, states, expired);
    if ('reason' in sampled) return sampled;
    if (expired()) return { reason: 'time ran out' };
    const attempt = await proveWith(sampled, task, limits.memoryMiB, deadline, progress);
    if (attempt !== 'refuted') return attempt;
    const before = values;
    values = sampled.values;
    if (sampled.sample.complete || values === before || states >= MOST_STATES)
      return { reason: 'Spacer comes to a violation, or to a value that no sampled state has' };
  }
}

interface Sampled {
  readonly rounds: ReadonlyMap<string, number>;
  readonly sample: Sample;
  /** How many values there are of all words together. */
  readonly values: number;
  readonly lockOrder: readonly string[];
  readonly system: Transitions;
  readonly domains: Domains;
  /** What others found to hold in all states besides. */
  readonly told: readonly Term[];
}

function sample(task: Task, states: number, expired: () => boolean): Sampled | { readonly reason: string } {
  const { program } = task;
  const rounds = new Map<string, number>();
  const taken = sampleProgram(program, rounds, { breadth: states / 8, states, expired });
  if ('reason' in taken) return taken;
  const lockOrder = lockOrderOf(taken.sample.order, program) ?? [];
  const system = createTransitions(taken.graph, lockOrder);
  const { compiled, states: visited } = taken.sample;
  const told = toldOf(system, task);
  const seen = domainsOf(collectReached(system, { compiled, states: visited.size, visited }));
  const domains = inOrder(system, new Map([...seen, ...(told.length > 0 ? domainsTold(system, told) : [])]));
  const values = [...domains.values()].reduce((sum, some) => sum + some.length, 0);
  const others = told.filter((lemma) => !limitsOneVariable(system, lemma));
  return { rounds, sample: taken.sample, values, lockOrder, system, domains, told: others };
}

/** `refuted`: Spacer has a run, of the values that were sampled, to something that must not be. */
async function proveWith(
  { rounds, sample: { found }, lockOrder, system, domains, told }: Sampled,
  { program, properties }: Task,
  memoryMiB: number,
  { expired, runOptions }: Deadline,
  progress: (text: string) => void,
): Promise<Proof | 'refuted'> {
  const open = openProperties(system, properties, found);
  if (!open.includes(OUT_OF_MODEL)) return { reason: 'a run leaves the model' };
  if (properties.every((p) => p !== OUT_OF_MODEL && !open.includes(p)))
    return { reason: 'what is asked for is violated, or nothing that this engine proves' };
  const withTold = hornQuestion(system, domains, told, open, expired);
  // What was told may compute with words.
  const isPlain = told.length === 0 || !('reason' in withTold);
  const question = isPlain ? withTold : hornQuestion(system, domains, [], open, expired);
  if ('reason' in question) return question;
  progress(`Spacer looks for an invariant of ${open.length} properties`);
  const session = openZ3Session();
  try {
    const limited = `(reset) (set-option :memory_max_size ${memoryMiB})\n${question.text}`;
    const answer = await session.run(limited, runOptions());
    if (answer.kind === 'error') return { reason: answer.message };
    if (answer.kind !== 'answered') return { reason: `Spacer's answer was ${answer.kind}` };
    const [verdict, found] = answer.results;
    if (verdict === 'sat') return 'refuted';
    if (verdict !== 'unsat' || found === undefined) return { reason: `Spacer answered ${String(verdict)}` };
    const relation = question.conjunctsIn(found);
    if (!relation) return { reason: 'Spacer answered with what is no Boolean formula' };
    const invariant = [...domainConjuncts(system, domains), ...(isPlain ? told : []), ...relation].map(
      conjunctToSmt,
    );
    const claimed = { properties: open, rounds: Object.fromEntries(rounds), lockOrder, invariant };
    return await certify(program, claimed, runOptions, progress);
  } finally {
    await session.close();
  }
}

/** What others say of single variables; a truth value of which they say nothing may be either. */
function domainsTold({ terms, variables }: Transitions, told: readonly Term[]): Domains {
  const either = variables.flatMap(({ term }) =>
    term.bits === 1 ? [[term, [terms.false_, terms.true_]] as const] : [],
  );
  const literal = told.flatMap((t) => {
    const negated = t.symbol === 'not' ? t.args[0] : undefined;
    if (t.kind === 'variable') return [[t, [terms.true_]] as const];
    return negated?.kind === 'variable' ? [[negated, [terms.false_]] as const] : [];
  });
  return new Map([...either, ...literal, ...domainsIn(told)]);
}

/** In an order that does not depend on the sample: constants, then addresses. What no state has is 0. */
function inOrder({ terms }: Transitions, domains: Domains): Domains {
  const before = (a: Term, b: Term) =>
    a.symbol === b.symbol ? (a.value < b.value ? -1 : 1) : a.symbol < b.symbol ? -1 : 1;
  return new Map(
    [...domains].map(([variable, values]) => [
      variable,
      values.length > 0 ? [...values].sort(before) : [terms.constant(variable.bits, 0n)],
    ]),
  );
}
