import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asTerm, type Formula, join, negate } from '../semantics/formula.ts';
import { substitute } from '../semantics/substitute.ts';
import { createTerms, type Term } from '../semantics/terms.ts';
import { knownValues } from './known-values.ts';

const terms = createTerms();
const words = ['a', 'b', 'c'].map((name) => terms.variable(name, 8));
const flag = terms.variable('f', 1);
const bytes = [0n, 1n, 2n].map((n) => terms.constant(8, n));
const bools = [terms.false_, terms.true_];

const literal: fc.Arbitrary<Formula> = fc.oneof(
  fc.tuple(fc.constantFrom(...words), fc.constantFrom(...bytes)).map(([w, v]) => terms.eq(w, v)),
  fc.constantFrom(flag, terms.not(flag), terms.true_, terms.false_),
);
const { formula } = fc.letrec<{ formula: Formula }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 4 },
    literal,
    fc
      .tuple(fc.constantFrom('and', 'or'), fc.array(tie('formula'), { minLength: 1, maxLength: 4 }))
      .map(([junction, parts]) => join(terms, junction as 'and' | 'or', parts)),
    tie('formula').map((f) => negate(terms, f)),
    tie('formula').map((f) => asTerm(terms, f)),
  ),
}));

function* assignments(): Generator<ReadonlyMap<Term, Term>> {
  for (const a of bytes)
    for (const b of bytes)
      for (const c of bytes)
        for (const f of bools)
          yield new Map([...words.map((w, i) => [w, [a, b, c][i] as Term] as const), [flag, f]]);
}

test('no value that a variable can have is missing', () => {
  let restricted = 0;
  fc.assert(
    fc.property(formula, (f) => {
      const known = knownValues(terms, f);
      const whole = asTerm(terms, f);
      for (const of of assignments()) {
        if (substitute(terms, whole, (v) => of.get(v) ?? v) !== terms.true_) continue;
        for (const [variable, values] of known) expect(values).toContain(of.get(variable));
      }
      if (known.size > 0) restricted++;
    }),
    { seed: 20261126, numRuns: 500 },
  );
  expect(restricted).toBeGreaterThan(50);
});
