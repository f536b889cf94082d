/** Random programs mean the same to the structured interpreter and to generated code. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryCalculation } from '../lang/arbitrary-calculation.fixture.ts';
import { arbitraryProgram, decisions } from '../lang/arbitrary-program.fixture.ts';
import { type Decisions, drawFrom } from '../lang/arbitrary-world.fixture.ts';
import { checkProgram } from '../lang/check.ts';
import { occurrences, percentages } from '../lang/occurrences.fixture.ts';
import { operatorMutants } from '../lang/operator-mutants.fixture.ts';
import { printFunction } from '../lang/print.ts';
import type { Program } from '../lang/program.ts';
import { rewriteProgram } from '../lang/rewrite.ts';
import { disagreement } from './agreement.fixture.ts';

const SEED = 20261122;
const CALCULATION_DEPTH = 4;
const STEPS = 8;

const programOf = (from: Decisions): Program => arbitraryProgram(drawFrom(from));
const calculationOf = (from: Decisions): Program => arbitraryCalculation(drawFrom(from), CALCULATION_DEPTH);

/** Fails with the program's text where the two disagree. */
function agree(program: Program, from: Decisions, steps: number): void {
  const found = disagreement(program, program, from, steps);
  if (found) throw new Error(`${found}\n${program.functions.map(printFunction).join('\n')}`);
}

describe(`seed ${SEED}`, () => {
  test('random programs are well-formed', () => {
    for (const from of fc.sample(decisions, { seed: SEED, numRuns: 100 })) {
      expect(checkProgram(programOf(from))).toEqual([]);
      expect(checkProgram(calculationOf(from))).toEqual([]);
    }
  });

  test('calculations agree', () => {
    fc.assert(
      fc.property(decisions, (from) => agree(calculationOf(from), from, 1)),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('programs agree in words, findings and pauses', () => {
    fc.assert(
      fc.property(decisions, (from) => agree(programOf(from), from, STEPS)),
      { seed: SEED, numRuns: 500 },
    );
  }, 120_000);

  test('programs agree where runs go on after an oops', () => {
    fc.assert(
      fc.property(decisions, (from) => {
        const program = programOf(from);
        const mortal = new Set(program.structs.filter((s) => s.mortal).map((s) => s.name));
        const stores = program.initial.filter((e) => !mortal.has(e.place.struct));
        agree({ ...program, afterOops: stores }, from, STEPS);
      }),
      { seed: SEED, numRuns: 500 },
    );
  }, 120_000);

  test.each(
    operatorMutants.flatMap((m) => [
      [m.name, 'interpreter', m] as const,
      [m.name, 'generated code', m] as const,
    ]),
  )('%s by the %s is noticed within 1000 runs', (_, consumer, mutant) => {
    const result = fc.check(
      fc.property(decisions, (from) => {
        const right = calculationOf(from);
        const wrong = rewriteProgram(right, mutant.change);
        const [interpreted, generated] = consumer === 'interpreter' ? [wrong, right] : [right, wrong];
        return disagreement(interpreted, generated, from, 1) === null;
      }),
      { seed: SEED, numRuns: 1000, endOnFailure: true },
    );
    expect(result.failed).toBe(true);
  });

  test('a union member with storage of its own is noticed', () => {
    for (const member of ['wide32', 'wide8', 'wide1', 'next64', 'next8', 'half8', 'byte1']) {
      const result = fc.check(
        fc.property(decisions, (from) => {
          const right = programOf(from);
          return disagreement(right, withoutUnion(right, member), from, STEPS) === null;
        }),
        { seed: SEED, numRuns: 1000, endOnFailure: true },
      );
      expect([member, result.failed]).toEqual([member, true]);
    }
  }, 120_000);
});

/** The program in which a member has storage of its own. */
function withoutUnion(program: Program, member: string): Program {
  const structs = program.structs.map((s) => ({
    ...s,
    fields: s.fields.map(({ aliasOf, ...field }) =>
      aliasOf === undefined || field.name === member ? field : { ...field, aliasOf },
    ),
  }));
  return { ...program, structs };
}

test('each operator, kind of statement and expression, and union member occurs in 5% of the samples', () => {
  const samples = fc.sample(decisions, { seed: SEED, numRuns: 300 });
  const inPrograms = percentages(samples.map((from) => occurrences(programOf(from))));
  const inCalculations = percentages(samples.map((from) => occurrences(calculationOf(from))));
  const operators =
    'add sub mul band bor bxor shl shr sar eq ne ult ule slt sle land lor bnot neg lnot zext sext trunc cast';
  const statements =
    'set if while for-each for-index break continue return evaluate choose assume primitive bug warn observe';
  const expressions = 'const address local cpu conditional load call';
  const members = 'wide32 wide8 wide1 next64 next8 half8 byte1';
  const everything = [
    ...operators.split(' ').map((op) => `op:${op}`),
    ...statements.split(' ').map((kind) => `stmt:${kind}`),
    ...expressions.split(' ').map((kind) => `expr:${kind}`),
    ...members.split(' ').map((name) => `union:${name}`),
  ];
  const rare = (counts: ReadonlyMap<string, number>, keys: readonly string[]) =>
    keys.filter((key) => (counts.get(key) ?? 0) < 5);
  expect(rare(inPrograms, everything)).toEqual([]);
  expect(
    rare(
      inCalculations,
      everything.filter((key) => key.startsWith('op:')),
    ),
  ).toEqual([]);
});
