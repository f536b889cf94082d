import { expect, test } from 'vitest';
import { parseAnswer } from './answer.ts';

test('results in order', () => {
  expect(parseAnswer('sat\n((x true))\nunsat\n')).toEqual({
    kind: 'answered',
    results: ['sat', [['x', 'true']], 'unsat'],
  });
});

test('one refused command and there is no verdict', () => {
  expect(parseAnswer('(error "unknown constant y")\nsat\n')).toEqual({
    kind: 'error',
    message: '(error "unknown constant y")',
  });
  expect(parseAnswer('unsupported\nunsat\n').kind).toBe('error');
});

test('garbage is an error that shows it', () => {
  const answer = parseAnswer('sat\n(oops');
  expect(answer).toMatchObject({ kind: 'error', message: expect.stringContaining('(oops') });
});

test('a core may name an assertion "error"', () => {
  expect(parseAnswer('unsat\n(error a)\n').kind).toBe('answered');
});
