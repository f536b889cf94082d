/** Rewriting of trees, bottom up; what is not changed is the same object as before. */
import type { Effect, ExprNode, Place, StmtNode } from './nodes.ts';
import type { Program } from './program.ts';

type OnExpression = (node: ExprNode) => ExprNode;

/** Each node with its operands rewritten, then given to `change`. */
export function rewriteExpression(node: ExprNode, change: OnExpression): ExprNode {
  const of = (n: ExprNode) => rewriteExpression(n, change);
  switch (node.kind) {
    case 'unary':
    case 'convert':
      return change({ ...node, operand: of(node.operand) });
    case 'binary':
      return change({ ...node, left: of(node.left), right: of(node.right) });
    case 'conditional':
      return change({ ...node, test: of(node.test), then: of(node.then), otherwise: of(node.otherwise) });
    case 'load':
      return change({ ...node, place: rewritePlace(node.place, change) });
    case 'call':
      return change({ ...node, args: node.args.map(of) });
    default:
      return change(node);
  }
}

export function rewritePlace(place: Place, change: OnExpression): Place {
  const pointer = rewriteExpression(place.pointer, change);
  return place.index
    ? { ...place, pointer, index: rewriteExpression(place.index, change) }
    : { ...place, pointer };
}

/** The expressions that stand in a statement itself; nested statements stay as they are. */
export function rewriteOwnExpressions(stmt: StmtNode, change: OnExpression): StmtNode {
  const of = (n: ExprNode) => rewriteExpression(n, change);
  const effects = (list: readonly Effect[]) =>
    list.map((e) => ({ place: rewritePlace(e.place, change), value: of(e.value) }));
  switch (stmt.kind) {
    case 'set': {
      const { target } = stmt;
      const to = target.kind === 'local' ? target : { ...target, place: rewritePlace(target.place, change) };
      return { ...stmt, target: to, value: of(stmt.value) };
    }
    case 'if':
    case 'while':
    case 'assume':
    case 'bug':
    case 'warn':
      return { ...stmt, test: of(stmt.test) };
    case 'return':
      return stmt.value ? { ...stmt, value: of(stmt.value) } : stmt;
    case 'evaluate':
      return { ...stmt, value: of(stmt.value) };
    case 'primitive':
      return {
        ...stmt,
        shown: stmt.shown.map(of),
        ...(stmt.until && { until: of(stmt.until) }),
        demands: stmt.demands.map((d) => ({ ...d, holds: of(d.holds) })),
        effects: effects(stmt.effects),
        ...(stmt.lock && { lock: { ...stmt.lock, place: rewritePlace(stmt.lock.place, change) } }),
      };
    case 'observe':
      return { ...stmt, ...(stmt.when && { when: of(stmt.when) }), effects: effects(stmt.effects) };
    default:
      return stmt;
  }
}

/** Each statement, its nested blocks rewritten first, becomes the statements that `change` gives. */
export function rewriteBlock(
  block: readonly StmtNode[],
  change: (stmt: StmtNode) => readonly StmtNode[],
): readonly StmtNode[] {
  const of = (nested: readonly StmtNode[]) => rewriteBlock(nested, change);
  return block.flatMap((stmt) => {
    switch (stmt.kind) {
      case 'if':
        return change({ ...stmt, then: of(stmt.then), otherwise: of(stmt.otherwise) });
      case 'while':
      case 'for-each':
      case 'for-index':
        return change({ ...stmt, body: of(stmt.body) });
      default:
        return change(stmt);
    }
  });
}

/** Every expression of a program: in functions, observers and properties. */
export function rewriteProgram(program: Program, change: OnExpression): Program {
  const block = (statements: readonly StmtNode[]) =>
    rewriteBlock(statements, (stmt) => [rewriteOwnExpressions(stmt, change)]);
  return {
    ...program,
    functions: program.functions.map((fn) => ({ ...fn, body: block(fn.body) })),
    observers: program.observers.map((o) => ({ ...o, enter: block(o.enter), exit: block(o.exit) })),
    properties: program.properties.map((p) => ({ ...p, holds: rewriteExpression(p.holds, change) })),
    ...(program.elsewhere && { elsewhere: rewriteExpression(program.elsewhere, change) }),
  };
}
