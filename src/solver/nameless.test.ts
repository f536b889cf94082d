import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nameless } from './nameless.ts';

const script = (x: string, y: string) => `; what it is about: ${x}
(set-logic QF_BV)
(declare-const ${x} Bool) ; page[0].mapping = ${y}
(declare-const ${y} (_ BitVec 8))
(assert (or (not ${x}) (= ${y} #x02)))
(check-sat)
`;

const symbol = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9.]{0,5}$/).map((s) => `v${s}`),
  fc.stringMatching(/^[a-z[\]0-9. ;()]{0,6}$/).map((s) => `|${s}|`),
);

test('names and comments are no part of a question', () => {
  fc.assert(
    fc.property(fc.uniqueArray(symbol, { minLength: 4, maxLength: 4 }), ([a, b, c, d]) => {
      expect(nameless(script(a as string, b as string))).toBe(nameless(script(c as string, d as string)));
    }),
  );
});

test.each([
  ['another operator', script('x', 'y').replace('(or', '(and')],
  ['another constant', script('x', 'y').replace('#x02', '#x03')],
  ['another sort', script('x', 'y').replace('BitVec 8', 'BitVec 16')],
  ['another logic', script('x', 'y').replace('QF_BV', 'QF_UFBV')],
  ['one name for both', script('x', 'y').replace('(not x)', '(not y)')],
  [
    'names exchanged in one place',
    script('x', 'y').replace('(declare-const x Bool)', '(declare-const y Bool)'),
  ],
  ['a check more', script('x', 'y').replace('(check-sat)', '(check-sat)(check-sat)')],
  ['a name that is not declared', script('x', 'y').replace('(not x)', '(not z)')],
])('%s is another question', (_, other) => {
  expect(nameless(other)).not.toBe(nameless(script('x', 'y')));
});

test('a name that looks like one of the new ones stays apart', () => {
  const declared = '(declare-const x Bool) (declare-const |0| Bool) (assert (and x |0|)) (check-sat)';
  expect(nameless(declared)).not.toBe(nameless(declared.replace('(and x |0|)', '(and x x)')));
  const free = '(declare-const x Bool) (assert (and x |0|)) (check-sat)';
  expect(nameless(free)).not.toBe(nameless(free.replace('|0|', 'x')));
});
