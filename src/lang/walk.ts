/** Visiting trees: every expression and statement below a node, in the order of evaluation. */
import type { Effect, ExprNode, Place, StmtNode } from './nodes.ts';

export function subexpressions(node: ExprNode): readonly ExprNode[] {
  switch (node.kind) {
    case 'unary':
    case 'convert':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'conditional':
      return [node.test, node.then, node.otherwise];
    case 'load':
      return placeExpressions(node.place);
    case 'call':
      return node.args;
    default:
      return [];
  }
}

export function placeExpressions(place: Place): readonly ExprNode[] {
  return place.index ? [place.pointer, place.index] : [place.pointer];
}

const ofEffects = (effects: readonly Effect[]) =>
  effects.flatMap((e) => [...placeExpressions(e.place), e.value]);

/** The expressions that stand directly in a statement (not those of nested statements). */
export function expressionsOf(stmt: StmtNode): readonly ExprNode[] {
  switch (stmt.kind) {
    case 'set':
      return stmt.target.kind === 'place'
        ? [stmt.value, ...placeExpressions(stmt.target.place)]
        : [stmt.value];
    case 'if':
    case 'while':
    case 'assume':
    case 'bug':
    case 'warn':
      return [stmt.test];
    case 'return':
      return stmt.value ? [stmt.value] : [];
    case 'evaluate':
      return [stmt.value];
    case 'primitive':
      return [
        ...(stmt.until ? [stmt.until] : []),
        ...stmt.demands.map((d) => d.holds),
        ...ofEffects(stmt.effects),
      ];
    case 'observe':
      return [...(stmt.when ? [stmt.when] : []), ...ofEffects(stmt.effects)];
    default:
      return [];
  }
}

/** The statement lists nested in a statement. */
export function blocksOf(stmt: StmtNode): readonly (readonly StmtNode[])[] {
  switch (stmt.kind) {
    case 'if':
      return [stmt.then, stmt.otherwise];
    case 'while':
    case 'for-each':
    case 'for-index':
      return [stmt.body];
    default:
      return [];
  }
}

/** The places that a statement stores to directly. */
export function storesOf(stmt: StmtNode): readonly Place[] {
  if (stmt.kind === 'set') return stmt.target.kind === 'place' ? [stmt.target.place] : [];
  if (stmt.kind === 'primitive' || stmt.kind === 'observe') return stmt.effects.map((e) => e.place);
  return [];
}

export function* eachStatement(statements: readonly StmtNode[]): Generator<StmtNode> {
  for (const stmt of statements) {
    yield stmt;
    for (const block of blocksOf(stmt)) yield* eachStatement(block);
  }
}

/** Whether the expression reads memory itself; what a function that it calls reads does not count. */
export function readsMemory(node: ExprNode): boolean {
  return node.kind === 'load' || subexpressions(node).some(readsMemory);
}

export function* eachExpression(root: ExprNode): Generator<ExprNode> {
  yield root;
  for (const child of subexpressions(root)) yield* eachExpression(child);
}
