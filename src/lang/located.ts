/** Statements with their lines in the printed listing, so that what is wrong with one can be pointed at. */
import type { FunctionNode, StmtNode } from './nodes.ts';
import { functionLines } from './print.ts';
import { blocksOf } from './walk.ts';

export interface Located {
  readonly stmt: StmtNode;
  /** Counts from 1, the function's signature being line 1. */
  readonly line: number;
  /** The statement lists nested in it, in the order of `blocksOf`. */
  readonly blocks: readonly (readonly Located[])[];
}

const known = new WeakMap<FunctionNode, readonly Located[]>();

/** A function's body. One statement object may stand at several lines, so lines are given by position. */
export function locatedBody(fn: FunctionNode): readonly Located[] {
  const body = known.get(fn) ?? locateBody(fn);
  known.set(fn, body);
  return body;
}

function locateBody(fn: FunctionNode): readonly Located[] {
  const lines = functionLines(fn).flatMap((line, i) => (line.stmt ? [i + 1] : []));
  let taken = 0;
  const block = (statements: readonly StmtNode[]): readonly Located[] =>
    statements.map((stmt) => {
      const line = lines[taken++] as number;
      return { stmt, line, blocks: blocksOf(stmt).map(block) };
    });
  return block(fn.body);
}

/** Statements that no listing shows, e.g. an observer's: they have line 0. */
export function unlisted(statements: readonly StmtNode[]): readonly Located[] {
  return statements.map((stmt) => ({ stmt, line: 0, blocks: blocksOf(stmt).map(unlisted) }));
}

export function* eachLocated(statements: readonly Located[]): Generator<Located> {
  for (const located of statements) {
    yield located;
    for (const block of located.blocks) yield* eachLocated(block);
  }
}
