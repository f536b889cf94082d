import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { counterProgram } from '../../specs/reference/counter.ts';
import { ask, scoped } from '../solver/question.ts';
import { openZ3Session } from '../solver/z3.ts';
import { lower } from '../system/lower.ts';
import { composeScript, withoutComments } from './scripts.ts';
import { asDefinitions } from './term-text.ts';
import type { Term } from './terms.ts';
import { createTransitions } from './transitions.ts';

const session = openZ3Session();
afterAll(() => session.close());

const system = createTransitions(lower(counterProgram(1)));
const { terms } = system;
const words = ['a', 'b', 'c'].map((name) => terms.variable(name, 64));
const values = [
  terms.constant(64, 0n),
  terms.constant(64, 1n),
  system.addressNamed('&counter[0]') as Term,
  terms.constant(64, (1n << 64n) - 8192n),
];

const comparison = fc
  .tuple(fc.constantFrom(...words), fc.constantFrom(...values))
  .map(([word, value]) => terms.eq(word, value));
const formula = fc.letrec<{ formula: Term }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 5, depthSize: 'large' },
    comparison,
    tie('formula').map(terms.not),
    fc.array(tie('formula'), { minLength: 2, maxLength: 4 }).map((parts) => terms.and(...parts)),
    fc.array(tie('formula'), { minLength: 2, maxLength: 4 }).map((parts) => terms.or(...parts)),
  ),
})).formula;

/** True of every word, but about its bits, so that the word cannot be written as Booleans. */
const asWords = words.map((w) => terms.binary('ule', terms.binary('band', w, values[1] as Term), w));

test('a script of Booleans has the answer of the script of words', async () => {
  const answers = { sat: 0, unsat: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(formula, { minLength: 1, maxLength: 8 }), async (assertions) => {
      const booleans = await ask(system, session, assertions, {});
      const ofWords = await ask(system, session, [...assertions, ...asWords], {});
      expect(booleans.kind).toBe(ofWords.kind);
      if (booleans.kind !== 'undecided') answers[booleans.kind]++;
    }),
    { numRuns: 300, seed: 20261122 },
  );
  expect(answers.sat).toBeGreaterThan(30);
  expect(answers.unsat).toBeGreaterThan(30);
}, 120_000);

test('words that are only compared become Booleans, and the logic follows', () => {
  const [a, b] = words as [Term, Term, Term];
  const [zero, one] = values as [Term, Term, Term, Term];
  const sole = composeScript(system, [terms.or(terms.eq(a, zero), terms.eq(a, one))], []);
  expect(sole.text).toContain('(set-logic QF_UF)');
  expect(sole.text).toContain('Bool) ; a = #x0000000000000001');
  expect([...sole.symbols.keys()]).toEqual([terms.eq(a, zero), terms.eq(a, one)]);
  const related = composeScript(system, [terms.or(terms.eq(a, zero), terms.eq(a, b))], []);
  expect(related.text).toContain('(set-logic QF_BV)');
  expect([...related.symbols.keys()]).toContain(a);
  expect(scoped(sole.text)).toMatch(/^\(reset\)\n\(set-logic QF_UF\) \(push 1\)/);
});

test('symbols are numbered as they occur, and scripts that ask the same of others are the same but for comments', () => {
  const [a, b, c] = words as [Term, Term, Term];
  const [zero, one] = values as [Term, Term, Term, Term];
  const text = (x: Term, y: Term, value: Term) =>
    composeScript(
      system,
      [terms.or(terms.eq(x, value), terms.binary('ult', y, x)), terms.eq(y, value)],
      [`of ${x.symbol}`],
    ).text;
  const asked = (x: Term, y: Term, value: Term) => withoutComments(text(x, y, value));
  expect(text(a, b, zero)).not.toBe(text(b, c, zero));
  expect(asked(a, b, zero)).toBe(asked(b, c, zero));
  expect(asked(a, b, zero)).not.toBe(asked(a, b, one));
  expect(asked(a, b, zero)).not.toBe(asked(a, a, zero));
});

test.each([
  ['another operator', (a: Term, b: Term) => [terms.or(a, b)]],
  ['another polarity', (a: Term, b: Term) => [terms.and(a, terms.not(b))]],
  ['one word for both', (a: Term) => [a, a]],
  ['an assertion more', (a: Term, b: Term) => [terms.and(a, b), a]],
  ['another sort', (a: Term) => [a, terms.binary('ult', terms.variable('b', 8), terms.constant(8, 2n))]],
])('%s is another question', (_, other) => {
  const [a, b] = words.map((w) => terms.binary('ult', w, values[1] as Term)) as [Term, Term, Term];
  const asked = (assertions: readonly Term[]) => withoutComments(composeScript(system, assertions, []).text);
  expect(asked(other(a, b))).not.toBe(asked([terms.and(a, b)]));
  expect(asked(other(a, b))).toBe(asked(other(a, b)));
});

test('a name does not end the comment that it stands in', () => {
  const hostile = terms.variable('x\n(assert false)', 64);
  const { text } = composeScript(system, [terms.binary('ult', hostile, values[1] as Term)], []);
  expect(text).not.toMatch(/^\(assert false\)/m);
  expect(withoutComments(text)).not.toContain('false');
});

test('definitions say what constants with equations say', async () => {
  await fc.assert(
    fc.asyncProperty(formula, formula, async (p, q) => {
      const long = [
        terms.and(p, terms.or(q, terms.not(p))),
        terms.or(p, q, ...words.map((w) => terms.eq(w, values[0] as Term))),
      ];
      const { text } = composeScript(system, long, []);
      const defined = asDefinitions(text);
      expect(defined).not.toMatch(/declare-const d\d/);
      expect(defined.split('define-fun').length).toBe(text.split('declare-const d').length);
      // A session defines what is written as it is by itself.
      const left = text.replaceAll('(assert (= d', ' (assert (= d');
      expect((await session.run(scoped(defined))).kind).toBe('answered');
      expect(await session.run(scoped(left))).toEqual(await session.run(scoped(defined)));
    }),
    { numRuns: 100, seed: 20261126 },
  );
}, 60_000);

test('a control point of many numbers becomes Booleans that are not said to exclude each other', async () => {
  const pc = system.state.pcs[0] as Term;
  const at = (n: number) => terms.eq(pc, terms.constant(pc.bits, BigInt(n)));
  const points = Array.from({ length: 70 }, (_, n) => at(n));
  const [a] = words as [Term, Term, Term];
  const isZero = terms.eq(a, values[0] as Term);
  const somewhere = terms.or(...points);
  const zeroAt = (n: number) => terms.or(terms.not(at(n)), isZero);
  const everywhere = points.map((_, n) => zeroAt(n));
  const { text } = composeScript(system, [somewhere, ...everywhere, terms.not(isZero)], []);
  expect(text).toContain('(set-logic QF_UF)');
  expect(text).not.toContain('BitVec');
  const answer = async (...assertions: readonly Term[]) => (await ask(system, session, assertions, {})).kind;
  expect(await answer(somewhere, ...everywhere, terms.not(isZero))).toBe('unsat');
  expect(await answer(somewhere, ...everywhere.slice(1), terms.not(isZero))).toBe('sat');
  expect(await answer(somewhere, at(3), at(4))).toBe('sat');
  expect(await answer(at(3), at(4))).toBe('unsat');
});
