import { describe, expect, test } from 'vitest';
import { createTerms } from '../semantics/terms.ts';
import { readSExprs } from '../solver/sexpr.ts';
import { readRelation } from './horn-answer.ts';

const terms = createTerms();
const [p, q, r] = ['p', 'q', 'r'].map((name) => terms.variable(name, 1));
if (!p || !q || !r) throw new Error('three variables');
const { and, or, not, eq } = terms;
const read = (text: string) => readRelation(terms, readSExprs(text)[0] ?? '', 'inv', [p, q, r]);

describe('the relation', () => {
  test.each([
    ['(forall ((A Bool) (B Bool) (C Bool)) (= (inv A B C) (and (or A (not B)) C)))', and(or(p, not(q)), r)],
    ['(forall ((A Bool)) (! (= (inv A B C) (=> A B)) :weight 0))', or(not(p), q)],
    ['(forall ((A Bool)) (= (inv A B C) (= A B)))', eq(p, q)],
    ['(forall ((A Bool)) (= (inv A B C) (ite A B C)))', or(and(p, q), and(not(p), r))],
    ['(let ((a!1 (forall () (= (inv A B C) (let ((x (not A))) (or x B)))))) a!1)', or(not(p), q)],
    ['(and (= failure false) (forall () (= (inv A B C) false)))', terms.false_],
    ['true', terms.true_],
  ])('%s', (text, meant) => {
    expect(read(text)).toBe(meant);
  });

  test('a name stands for what is bound where it stands', () => {
    const inner = '(let ((x C)) (and x (let ((x B)) x)))';
    expect(read(`(let ((x A)) (= (inv A B C) (or x ${inner})))`)).toBe(or(p, and(r, q)));
  });
});

test.each([
  '(forall ((A Bool)) (= (other A) A))',
  '(forall ((A Bool)) (= (inv A B C) (exists ((x Bool)) (or x A))))',
  '(forall ((A Bool)) (= (inv A B C) (or A unknown)))',
])('no relation: %s', (text) => {
  expect(read(text)).toBeNull();
});
