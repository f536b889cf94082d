import { expect, test } from 'vitest';
import { diagnosticCodes } from './diagnostic-codes.ts';
import { PagedeedError, renderDiagnostic } from './diagnostics.ts';

test('a diagnostic is rendered with its place and hint, indented', () => {
  const text = renderDiagnostic({
    code: 'PD0101',
    message: 'no scenario is called v6.13/xfs',
    place: { file: 'specs/claims.ts', line: 12, column: 5 },
    hint: 'did you mean v6.12/xfs?\npagedeed list scenarios prints them all',
  });
  expect(text).toBe(
    [
      'error PD0101: no scenario is called v6.13/xfs',
      '  at specs/claims.ts:12:5',
      '  did you mean v6.12/xfs?',
      '  pagedeed list scenarios prints them all',
    ].join('\n'),
  );
});

test('a place may be a name, and place and hint may be missing', () => {
  expect(renderDiagnostic({ code: 'PD0002', message: 'not a number: two', place: '--cpus' })).toBe(
    'error PD0002: not a number: two\n  at --cpus',
  );
  expect(renderDiagnostic({ code: 'PD0001', message: 'no command is called chekc' })).toBe(
    'error PD0001: no command is called chekc',
  );
});

test('an error carries its diagnostic and reads like it', () => {
  const diagnostic = { code: 'PD0003', message: 'cannot read a.json' } as const;
  const error = new PagedeedError(diagnostic);
  expect(error.diagnostic).toBe(diagnostic);
  expect(error.message).toBe('error PD0003: cannot read a.json');
});

test('codes are four digits and listed in order', () => {
  const codes = Object.keys(diagnosticCodes);
  expect(codes).toEqual(codes.filter((code) => /^PD\d{4}$/.test(code)).sort());
});
