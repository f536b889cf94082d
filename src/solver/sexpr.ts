import { PagedeedError } from '../support/diagnostics.ts';

/** An s-expression: an atom as it was written (strings with their quotes), or a list. */
export type SExpr = string | readonly SExpr[];

// White space and comments in front, then one token: parenthesis, string, quoted symbol or any other atom.
const TOKEN = /(?:\s+|;[^\n]*)*(?:([()])|("[^"]*"(?:"[^"]*")*|\|[^|]*\||[^\s();"|]+)|$)/y;

/**
 * Reads SMT-LIB 2 text: a script, or what a solver printed. Depth is limited by memory alone.
 *
 * @param name what to call the text in a diagnostic
 * @throws PagedeedError PD0302 where a parenthesis, string or quoted symbol is not closed
 */
export function readSExprs(text: string, name = 'SMT-LIB text'): SExpr[] {
  const top: SExpr[] = [];
  const open: { readonly list: SExpr[]; readonly offset: number }[] = [];
  let list = top;
  const token = new RegExp(TOKEN);
  for (;;) {
    const start = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw malformed(text, name, start, 'a string or quoted symbol is not closed');
    const [, parenthesis, atom] = match;
    if (atom !== undefined) {
      list.push(atom);
    } else if (parenthesis === '(') {
      const inner: SExpr[] = [];
      list.push(inner);
      open.push({ list, offset: token.lastIndex - 1 });
      list = inner;
    } else if (parenthesis === ')') {
      const outer = open.pop();
      if (outer === undefined)
        throw malformed(text, name, token.lastIndex - 1, 'nothing is open here to close');
      list = outer.list;
    } else {
      const unclosed = open.pop();
      if (unclosed !== undefined)
        throw malformed(text, name, unclosed.offset, 'this parenthesis is not closed');
      return top;
    }
  }
}

/** The text of an s-expression on one line, such that `readSExprs` gives the expression back. */
export function printSExpr(expression: SExpr): string {
  return typeof expression === 'string' ? expression : `(${expression.map(printSExpr).join(' ')})`;
}

function malformed(text: string, file: string, offset: number, message: string): PagedeedError {
  const before = text.slice(0, offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return new PagedeedError({ code: 'PD0302', message, place: { file, line: before.length, column } });
}
