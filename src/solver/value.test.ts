import { expect, test } from 'vitest';
import { InternalError } from '../support/assert.ts';
import { readSExprs } from './sexpr.ts';
import { parseValue, parseValues } from './value.ts';

test.each([
  ['true', true],
  ['false', false],
  ['#b0101', 5n],
  ['#xffffffffffffffff', 2n ** 64n - 1n],
  ['#xDEADbeef', 0xdeadbeefn],
  ['(_ bv18446744073709551615 64)', 2n ** 64n - 1n],
])('%s', (text, value) => {
  expect(readSExprs(text).map(parseValue)).toEqual([value]);
});

test.each(['#b2', '#x', '12', '(_ +oo 8 24)', '((as const (Array Bool Bool)) true)', 'x'])(
  '%s is no value of these sorts',
  (text) => {
    expect(() => readSExprs(text).map(parseValue)).toThrow(InternalError);
  },
);

test('get-value: terms as printed, in order', () => {
  const [answer = ''] = readSExprs('((x #x01) ((bvadd x #x01) (_ bv2 8)) (|p 0| true))');
  expect([...parseValues(answer)]).toEqual([
    ['x', 1n],
    ['(bvadd x #x01)', 2n],
    ['|p 0|', true],
  ]);
});

test('what is not an answer to get-value is refused', () => {
  expect(() => parseValues('sat')).toThrow(InternalError);
  expect(() => parseValues([['x']])).toThrow(InternalError);
});
