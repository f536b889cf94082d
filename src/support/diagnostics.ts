import type { DiagnosticCode } from './diagnostic-codes.ts';

/** Where in a text something is wrong; lines and columns count from 1. */
export type TextPlace = { readonly file: string; readonly line: number; readonly column: number };

/** What is wrong with an input, as data; rendered only where it leaves the program. */
export type Diagnostic = {
  readonly code: DiagnosticCode;
  /** One sentence without a full stop, naming the offending word. */
  readonly message: string;
  /** A position in a text, or the name of the thing that is wrong (an option, a scenario). */
  readonly place?: TextPlace | string | undefined;
  /** What to do about it. */
  readonly hint?: string | undefined;
};

/** The one way in which bad input is reported. (A bug of ours is an `InternalError`.) */
export class PagedeedError extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(renderDiagnostic(diagnostic));
    this.name = 'PagedeedError';
    this.diagnostic = diagnostic;
  }
}

/** The diagnostic as text without a final newline; what belongs to it is indented by two columns. */
export function renderDiagnostic({ code, message, place, hint }: Diagnostic): string {
  const lines = [`error ${code}: ${message}`];
  if (place !== undefined) lines.push(`at ${renderPlace(place)}`);
  if (hint !== undefined) lines.push(hint);
  return lines.join('\n').replaceAll('\n', '\n  ');
}

/** `FILE:LINE:COLUMN`, as compilers write it. */
export function renderPlace(place: TextPlace | string): string {
  return typeof place === 'string' ? place : `${place.file}:${place.line}:${place.column}`;
}
