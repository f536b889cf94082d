/** Text broken at blanks, for reports that are read in mail: 75 columns. */

export const COLUMNS = 75;

/** Printed as a blank at which a line is not broken. */
export const NO_BREAK = '\u00a0';

/**
 * Lines of at most `width` columns; the first begins with `first`, the others with `rest`. Only a word that
 * is longer than a line is broken.
 */
export function wrap(text: string, first: string, rest: string, width = COLUMNS): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  const room = width - Math.max(first.length, rest.length);
  for (const word of text.split(' ').flatMap((w) => pieces(w, room))) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].map((l) => l.replaceAll(NO_BREAK, ' '));
}

function pieces(word: string, room: number): readonly string[] {
  if (word.length <= room) return [word];
  return [word.slice(0, room), ...pieces(word.slice(room), room)];
}
