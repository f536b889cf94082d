/** The places of a function's statements, each with what it takes to change it there and nowhere else. */
import { type Located, locatedBody } from './located.ts';
import type { FunctionNode, StmtNode } from './nodes.ts';

export interface StatementSite {
  readonly stmt: StmtNode;
  /** In the printed listing. */
  readonly line: number;
  /** The statements around it, and its position among them. */
  readonly block: readonly StmtNode[];
  readonly index: number;
  /** The function with other statements in place of `block`. */
  with(block: readonly StmtNode[]): FunctionNode;
}

/** In the order of the listing. */
export function* statementSites(fn: FunctionNode): Generator<StatementSite> {
  yield* sitesIn(locatedBody(fn), (body) => ({ ...fn, body }));
}

function* sitesIn(located: readonly Located[], rebuild: StatementSite['with']): Generator<StatementSite> {
  const block = located.map((l) => l.stmt);
  for (const [index, { stmt, line, blocks }] of located.entries()) {
    yield { stmt, line, block, index, with: rebuild };
    for (const [k, nested] of blocks.entries())
      yield* sitesIn(nested, (inner) => rebuild(block.with(index, withBlock(stmt, k, inner))));
  }
}

/** The statement with other statements in its k-th nested block, in the order of `blocksOf`. */
export function withBlock(stmt: StmtNode, k: number, block: readonly StmtNode[]): StmtNode {
  switch (stmt.kind) {
    case 'if':
      return k === 0 ? { ...stmt, then: block } : { ...stmt, otherwise: block };
    case 'while':
    case 'for-each':
    case 'for-index':
      return { ...stmt, body: block };
    default:
      return stmt;
  }
}
