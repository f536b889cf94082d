/** Reading tokens one after the other, with errors that name what was found, what was expected, and what is near. */
import type { DiagnosticCode } from '../support/diagnostic-codes.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { didYouMean } from '../support/nearest.ts';
import type { At } from './test.ts';
import { shownToken, type Token, tokensOf } from './tokens.ts';

export interface Reader {
  peek(): Token;
  next(): Token;
  /** What is read so far could end here: a line does, or a semicolon follows. */
  ends(): boolean;
  /** Takes the token if it reads so. */
  took(text: string): boolean;
  /** Errors: PD0501 where the token reads otherwise. */
  expect(text: string): Token;
  /**
   * One of these words. `what` names them together, e.g. `an operation`; an error offers those of `near`, too.
   * Errors: PD0501.
   */
  oneOf<const T extends string>(words: readonly T[], what: string, near?: readonly string[]): T;
  /** A word that is in the list of known names. Errors: PD0501 for no word, PD0502 for an unknown one. */
  known(names: readonly string[], what: string): string;
  /** Any word. Errors: PD0501. */
  name(what: string): Token;
  /** A number from `least` to `most`. Errors: PD0501, or PD0504 where it is out of range. */
  number(least: number, most: number, what: string): number;
  fail(code: DiagnosticCode, at: At, message: string, hint?: string): never;
}

/** Errors: PD0501 for text that is no token. */
export function createReader(text: string, file: string): Reader {
  const tokens = tokensOf(text, file);
  let position = 0;
  const peek = () => tokens[position] as Token;

  function fail(code: DiagnosticCode, at: At, message: string, hint?: string): never {
    throw new PagedeedError({ code, message, place: { file, line: at.line, column: at.column }, hint });
  }
  function unexpected(expected: string, candidates: readonly string[] = []): never {
    const token = peek();
    fail(
      'PD0501',
      token.at,
      `expected ${expected}, not ${shownToken(token)}`,
      token.kind === 'word' ? didYouMean(token.text, candidates) : undefined,
    );
  }
  function next(): Token {
    const token = peek();
    if (position < tokens.length - 1) position++;
    return token;
  }
  function took(sign: string): boolean {
    if (peek().text !== sign) return false;
    next();
    return true;
  }

  return {
    peek,
    next,
    ends: () => ['\n', ';'].includes(peek().text) || peek().kind === 'end-of-file',
    took,
    fail,
    expect: (sign) =>
      peek().text === sign ? next() : unexpected(sign === '\n' ? 'the end of the line' : sign),
    oneOf(words, what, near = []) {
      const found = words.find((word) => word === peek().text);
      if (found === undefined) unexpected(`${what} (${words.join(', ')})`, [...words, ...near]);
      next();
      return found;
    },
    known(names, what) {
      const token = peek();
      if (token.kind !== 'word') unexpected(what);
      if (!names.includes(token.text))
        fail(
          'PD0502',
          token.at,
          `${token.text} is not ${what}`,
          didYouMean(token.text, names) ??
            (names.length > 0 ? `there are: ${names.join(', ')}` : 'there is none'),
        );
      return next().text;
    },
    name(what) {
      if (peek().kind !== 'word') unexpected(what);
      return next();
    },
    number(least, most, what) {
      const token = peek();
      if (token.kind !== 'number') unexpected(what);
      const value = Number(token.text);
      if (value < least || value > most)
        fail('PD0504', token.at, `${what} is ${least} to ${most} here, not ${token.text}`);
      next();
      return value;
    },
  };
}
