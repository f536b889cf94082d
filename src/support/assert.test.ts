import { expect, test } from 'vitest';
import { assert, InternalError, unreachable } from './assert.ts';

test('a broken invariant is an internal error', () => {
  expect(() => assert(1 > 2, 'one is less than two')).toThrow(new InternalError('one is less than two'));
  expect(() => assert(1 < 2, 'one is less than two')).not.toThrow();
});

test('a case the types exclude names the value that reached it', () => {
  expect(() => unreachable({ kind: 'surprise' } as never)).toThrow(/surprise/);
});
