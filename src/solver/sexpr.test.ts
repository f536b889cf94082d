import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printSExpr, readSExprs, type SExpr } from './sexpr.ts';

test('atoms, strings, quoted symbols, lists and comments', () => {
  expect(readSExprs('sat ; (not this\n((|a (b| #xff) (_ bv5 64) ()) "say ""(hi"""')).toEqual([
    'sat',
    [['|a (b|', '#xff'], ['_', 'bv5', '64'], []],
    '"say ""(hi"""',
  ]);
  expect(readSExprs(' \n; nothing\n')).toEqual([]);
});

test.each([
  ['(a\n (b)', 'script:1:1', 'not closed'],
  ['a\n b)', 'script:2:3', 'nothing is open'],
  ['a "b', 'script:1:2', 'string or quoted symbol'],
  ['|a', 'script:1:1', 'string or quoted symbol'],
])('%j is refused with its place', (text, place, message) => {
  expect(() => readSExprs(text, 'script')).toThrow(new RegExp(`PD0302: .*${message}.*\\n  at ${place}`));
});

test('depth does not exhaust the stack', () => {
  const depth = 200_000;
  expect(readSExprs('('.repeat(depth) + ')'.repeat(depth))).toHaveLength(1);
});

test('what is printed reads back', () => {
  const atom = fc.oneof(
    fc.stringMatching(/^[a-z!@#$%_.=<>+*-][a-z0-9]{0,5}$/),
    fc.stringMatching(/^[^"]{0,5}$/).map((text) => `"${text}""${text}"`),
    fc.stringMatching(/^[^|]{0,5}$/).map((text) => `|${text}|`),
  );
  const { expression } = fc.letrec<{ expression: SExpr }>((tie) => ({
    expression: fc.oneof({ maxDepth: 4 }, atom, fc.array(tie('expression'), { maxLength: 4 })),
  }));
  fc.assert(
    fc.property(expression, (written) => {
      expect(readSExprs(printSExpr(written))).toEqual([written]);
    }),
    { seed: 1 },
  );
});
