/** The words of a litmus file. A line ends a statement, unless a parenthesis is open. */
import { PagedeedError } from '../support/diagnostics.ts';
import type { At } from './test.ts';

export type TokenKind = 'word' | 'number' | 'sign' | 'end-of-line' | 'end-of-file';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: At;
}

const patterns: readonly (readonly [TokenKind | null, RegExp])[] = [
  [null, /[ \t\r]+|#[^\n]*/y],
  ['end-of-line', /\n/y],
  ['word', /v\d+\.\d+/y],
  ['number', /0x[0-9a-fA-F]+|\d+(?![A-Za-z_])/y],
  ['word', /[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*|-E[A-Z0-9]+/y],
  ['sign', /->|\.\.|\/\\|\\\/|[:;,[\]()=~&./]/y],
];

/** Errors: PD0501 for a character that begins nothing. */
export function tokensOf(text: string, file: string): readonly Token[] {
  const tokens: Token[] = [];
  let [line, lineStart, open, position] = [1, 0, 0, 0];
  while (position < text.length) {
    const at = { line, column: position - lineStart + 1 };
    const found = match(text, position);
    if (!found)
      throw new PagedeedError({
        code: 'PD0501',
        message: `nothing begins with ${JSON.stringify(text.charAt(position))}`,
        place: { file, ...at },
      });
    const { kind, value } = found;
    position += value.length;
    if (value === '(') open++;
    if (value === ')') open = Math.max(0, open - 1);
    if (value === '\n') {
      line++;
      lineStart = position;
      if (open > 0 || tokens.at(-1)?.kind === 'end-of-line' || tokens.length === 0) continue;
    }
    if (kind !== null) tokens.push({ kind, text: value, at });
  }
  const end = { line, column: position - lineStart + 1 };
  if (tokens.length > 0 && tokens.at(-1)?.kind !== 'end-of-line')
    tokens.push({ kind: 'end-of-line', text: '\n', at: end });
  tokens.push({ kind: 'end-of-file', text: '', at: end });
  return tokens;
}

function match(text: string, position: number): { kind: TokenKind | null; value: string } | null {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = position;
    const value = pattern.exec(text)?.[0];
    if (value !== undefined) return { kind, value };
  }
  return null;
}

/** A token as an error names it. */
export function shownToken({ kind, text }: Token): string {
  if (kind === 'end-of-line') return 'the end of the line';
  return kind === 'end-of-file' ? 'the end of the file' : text;
}
