import { expect, test } from 'vitest';
import { createTerms } from '../semantics/terms.ts';
import { lifted } from './lift.ts';

const terms = createTerms();
const [a, b, c] = ['a', 'b', 'c'].map((name) => terms.variable(name, 8)) as [never, never, never];
const is = (v: never, n: bigint) => terms.eq(v, terms.constant(8, n));
const values = new Map([a, b, c].map((v, i) => [v, terms.constant(8, BigInt(i))]));
const value = (v: never) => values.get(v) ?? null;

test('what the goal does not depend on is left out', () => {
  const goal = terms.and(is(a, 0n), terms.or(is(b, 1n), is(c, 7n)));
  expect(new Set(lifted(terms, goal, value as never))).toEqual(new Set([a, b]));
});

test('all are kept where the values do not make the goal true', () => {
  expect(new Set(lifted(terms, terms.and(is(a, 3n), is(b, 1n)), value as never))).toEqual(new Set([a, b]));
});

test('arithmetic is followed', () => {
  const sum = terms.binary('add', a, b);
  const goal = terms.and(terms.binary('ult', sum, c), terms.or(is(c, 2n), is(a, 9n)));
  expect(new Set(lifted(terms, goal, value as never))).toEqual(new Set([a, b, c]));
});
