/** Random programs mean the same to Z3 as to generated code. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { arbitraryCalculation } from '../lang/arbitrary-calculation.fixture.ts';
import { arbitraryProgram, decisions } from '../lang/arbitrary-program.fixture.ts';
import { drawFrom } from '../lang/arbitrary-world.fixture.ts';
import { operatorMutants } from '../lang/operator-mutants.fixture.ts';
import { printFunction } from '../lang/print.ts';
import type { Program } from '../lang/program.ts';
import { rewriteProgram } from '../lang/rewrite.ts';
import { openZ3Session } from '../solver/z3.ts';
import { claimsOf, refused } from './smt-agreement.fixture.ts';

const SEED = 20261122;
const CALCULATION_DEPTH = 4;
/** Programs whose claims go to the solver in one script. */
const BATCH = 25;

const session = openZ3Session();
afterAll(() => session.close());

/** Whether the solver accepts what one program does as what the other's encoding does, in all the runs. */
async function firstRefused(
  runs: number,
  steps: number,
  make: (draw: ReturnType<typeof drawFrom>) => Program,
  encodedAs: (program: Program) => Program = (p) => p,
): Promise<string | null> {
  const samples = fc.sample(decisions, { seed: SEED, numRuns: runs });
  for (let i = 0; i < samples.length; i += BATCH) {
    const claims = samples.slice(i, i + BATCH).flatMap((from) => {
      const program = make(drawFrom(from));
      return claimsOf(program, encodedAs(program), from, steps).map((claim) => ({ ...claim, program }));
    });
    const wrong = await refused(session, claims);
    if (wrong !== null) {
      const functions = claims[wrong]?.program.functions ?? [];
      return [...functions.map(printFunction), claims[wrong]?.text].join('\n');
    }
  }
  return null;
}

describe(`seed ${SEED}`, () => {
  const calculation = (draw: ReturnType<typeof drawFrom>) => arbitraryCalculation(draw, CALCULATION_DEPTH);

  test('calculations agree', async () => {
    expect(await firstRefused(200, 1, calculation)).toBe(null);
  }, 120_000);

  test('programs agree in words, ends and failures', async () => {
    expect(await firstRefused(200, 6, arbitraryProgram)).toBe(null);
  }, 120_000);

  test.each(operatorMutants)('$name by the encoding is noticed within 1000 runs', async ({ change }) => {
    const found = await firstRefused(1000, 1, calculation, (p) => rewriteProgram(p, change));
    expect(found).not.toBe(null);
  });
});
