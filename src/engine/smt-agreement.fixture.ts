/**
 * Runs a program by generated code and says, step by step, what the SMT encoding must make of it: the state
 * after, how the step ends, and which properties fail on the way.
 */
import { type Decisions, type Draw, drawFrom } from '../lang/arbitrary-world.fixture.ts';
import type { Program } from '../lang/program.ts';
import { BLOCKED, SUCCESSOR } from '../semantics/compiled.ts';
import { createScript, quoteSymbol, sortOf } from '../semantics/term-text.ts';
import type { Term } from '../semantics/terms.ts';
import { createTransitions, type StateVariable, type Transitions } from '../semantics/transitions.ts';
import type { SolverSession } from '../solver/session.ts';
import type { Graph } from '../system/graph.ts';
import { type Generated, generate, lowerAll, type Step, withIds, wordsOf } from './agreement.fixture.ts';

/** An SMT-LIB script of one check, and the answer that it must get. */
export interface Claim {
  readonly text: string;
  readonly answer: 'sat' | 'unsat';
}

/** The claims of some steps; those of a step with choices say that some choices do what these did. */
export function claimsOf(
  generated: Program,
  encoded: Program,
  decisions: Decisions,
  steps: number,
): readonly Claim[] {
  return withIds((bits) =>
    claimsOfRun(generate(generated, bits), lowerAll(encoded), drawFrom(decisions), steps),
  );
}

function claimsOfRun(code: Generated, encoded: Graph, draw: Draw, steps: number): readonly Claim[] {
  const { program: generated } = code.graph;
  const system = createTransitions(encoded);
  const claims: Claim[] = [];
  for (let i = 0; i < steps; i++) {
    const cpu = draw.below(generated.bounds.cpus);
    const point = code.point(cpu);
    const operation = point === 0 ? draw.below(generated.operations.length) : null;
    const before = valuesOf(generated, code, system);
    const did = code.run(cpu, operation, draw);
    const after = valuesOf(generated, code, system);
    claims.push(claimOf(system, code, { cpu, point, operation, did }, before, after));
    if (did.outcome !== SUCCESSOR && operation === null) break;
  }
  return claims;
}

type Values = ReadonlyMap<Term, bigint>;
interface Taken {
  readonly cpu: number;
  readonly point: number;
  readonly operation: number | null;
  readonly did: Step;
}

function valuesOf(program: Program, code: Generated, system: Transitions): Values {
  const words = wordsOf(program, code);
  const current = ({ kind }: StateVariable): bigint => {
    if (kind.is === 'pc') return BigInt(code.point(kind.cpu));
    if (kind.is === 'word') return words.get(kind.name) ?? 0n;
    return code.local(kind.cpu, kind.name);
  };
  return new Map(system.variables.map((v) => [v.term, current(v)]));
}

function claimOf(system: Transitions, code: Generated, taken: Taken, before: Values, after: Values): Claim {
  const { terms } = system;
  const name = taken.operation === null ? null : system.graph.program.operations[taken.operation];
  const named = system.steps.find(
    (s) => s.cpu === taken.cpu && s.point === taken.point && s.operation === name,
  );
  if (!named) throw new Error('a step that the encoding does not have');
  const step = named.step();
  const is = (term: Term, value: bigint) => terms.eq(term, terms.constant(term.bits, value));
  const ends = step.ends.map((end) => {
    const value = system.after(named, end);
    return terms.and(end.guard, ...[...after].map(([v, expected]) => is(value(v), expected)));
  });
  const goesOn = terms.or(...step.ends.map((end) => end.guard));
  const { outcome, findings } = taken.did;
  const ending =
    outcome === SUCCESSOR
      ? terms.or(...ends)
      : terms.and(terms.not(goesOn), outcome === BLOCKED ? step.blocked : terms.not(step.blocked));
  const properties = new Set([...step.violations.keys(), ...findings]);
  const failures = [...properties].map((property) => {
    const fails = step.violations.get(property) ?? terms.false_;
    return findings.includes(property) ? fails : terms.not(fails);
  });
  const claim = terms.and(ending, ...failures);
  const chosen = taken.did.choices.length > 0;
  const given = [...before].map(([v, value]) => is(v, value));
  const addresses = [...code.compiled.addresses].map(([object, address]) => {
    const [, struct = '', instance = ''] = /^(.*)\[(\d+)\]$/.exec(object) ?? [];
    return is(system.setting.address(struct, Number(instance)), address);
  });
  return {
    text: script([...addresses, ...given, chosen ? claim : terms.not(claim)]),
    answer: chosen ? 'sat' : 'unsat',
  };
}

function script(assertions: readonly Term[]): string {
  const body = createScript();
  const texts = assertions.map((t) => body.use(t));
  return [
    '(push 1)',
    ...[...body.symbols.values()].map((t) => `(declare-const ${quoteSymbol(t.symbol)} ${sortOf(t.bits)})`),
    ...body.lines,
    ...texts.map((t) => `(assert ${t})`),
    '(check-sat)',
    '(pop 1)',
  ].join('\n');
}

/** The first claim that the solver refuses, by its position; null if there is none. */
export async function refused(session: SolverSession, claims: readonly Claim[]): Promise<number | null> {
  const answer = await session.run(['(reset)', ...claims.map((c) => c.text)].join('\n'));
  if (answer.kind !== 'answered') throw new Error(JSON.stringify(answer));
  const wrong = answer.results.findIndex((result, i) => result !== claims[i]?.answer);
  return wrong < 0 ? null : wrong;
}
