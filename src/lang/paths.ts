/**
 * Facts about the paths through a function, found by walking its statements. A fact is of the form "on some
 * path the mark is set"; what sets and clears the mark is the caller's business.
 */
import type { Located } from './located.ts';
import type { ExprNode, StmtNode } from './nodes.ts';
import { expressionsOf, subexpressions } from './walk.ts';

/** `none`: no path leads here; `clear`: on every path the mark is clear; `set`: on some path it is set. */
export type PathMark = 'none' | 'clear' | 'set';

export interface Rules {
  /** The mark after a load. */
  load(node: Extract<ExprNode, { kind: 'load' }>, before: PathMark): PathMark;
  /** The mark after a call, its arguments apart. */
  call(node: Extract<ExprNode, { kind: 'call' }>, before: PathMark): PathMark;
  /** The mark after what a statement does, the loads and calls in its expressions apart. */
  execute(stmt: StmtNode, before: PathMark, line: number): PathMark;
}

/** The marks with which control leaves statements, by the way it leaves. */
export interface Exits {
  readonly next: PathMark;
  readonly brk: PathMark;
  readonly cont: PathMark;
  readonly ret: PathMark;
}

const rank: Readonly<Record<PathMark, number>> = { none: 0, clear: 1, set: 2 };

export function join(...marks: readonly PathMark[]): PathMark {
  return marks.reduce((a, b) => (rank[a] >= rank[b] ? a : b), 'none');
}

const nowhere: Exits = { next: 'none', brk: 'none', cont: 'none', ret: 'none' };

export function walkPaths(block: readonly Located[], before: PathMark, rules: Rules): Exits {
  let exits: Exits = { ...nowhere, next: before };
  for (const located of block) {
    if (exits.next === 'none') return exits;
    const own = walkStatement(located, exits.next, rules);
    exits = {
      next: own.next,
      brk: join(exits.brk, own.brk),
      cont: join(exits.cont, own.cont),
      ret: join(exits.ret, own.ret),
    };
  }
  return exits;
}

/** The exits of a loop's body that is entered once, from before its test. */
export function walkRound(
  stmt: Extract<StmtNode, { kind: 'while' }>,
  body: readonly Located[],
  before: PathMark,
  rules: Rules,
): Exits {
  return walkPaths(body, walkExpression(stmt.test, before, true, rules), rules);
}

function walkStatement({ stmt, line, blocks }: Located, before: PathMark, rules: Rules): Exits {
  const [first = [], second = []] = blocks;
  switch (stmt.kind) {
    case 'if': {
      const then = walkPaths(first, walkExpression(stmt.test, before, true, rules), rules);
      const otherwise = walkPaths(second, walkExpression(stmt.test, before, false, rules), rules);
      const both = (way: keyof Exits) => join(then[way], otherwise[way]);
      return { next: both('next'), brk: both('brk'), cont: both('cont'), ret: both('ret') };
    }
    // Once round is enough to know the mark at the head: what is set there stays possible.
    case 'while': {
      const once = walkRound(stmt, first, before, rules);
      const head = join(before, once.next, once.cont);
      const again = walkRound(stmt, first, head, rules);
      const ended = walkExpression(stmt.test, head, false, rules);
      return { ...nowhere, next: join(ended, again.brk), ret: again.ret };
    }
    case 'for-each':
    case 'for-index': {
      const once = walkPaths(first, before, rules);
      const again = walkPaths(first, join(before, once.next, once.cont), rules);
      return { ...nowhere, next: join(before, again.next, again.cont, again.brk), ret: again.ret };
    }
    case 'break':
      return { ...nowhere, brk: before };
    case 'continue':
      return { ...nowhere, cont: before };
    case 'return':
      return { ...nowhere, ret: stmt.value ? walkExpression(stmt.value, before, null, rules) : before };
    case 'bug':
      return { ...nowhere, next: walkExpression(stmt.test, before, false, rules) };
    case 'assume':
      return {
        ...nowhere,
        next: walkExpression(stmt.test, rules.execute(stmt, before, line), true, rules),
      };
    case 'primitive':
    case 'observe':
      return { ...nowhere, next: rules.execute(stmt, before, line) };
    default: {
      const evaluated = expressionsOf(stmt).reduce(
        (mark, expr) => walkExpression(expr, mark, null, rules),
        before,
      );
      return { ...nowhere, next: rules.execute(stmt, evaluated, line) };
    }
  }
}

/** The mark after an expression whose value is true, false, or (null) whichever. */
function walkExpression(node: ExprNode, before: PathMark, outcome: boolean | null, rules: Rules): PathMark {
  if (before === 'none') return 'none';
  const walk = (n: ExprNode, mark: PathMark, result: boolean | null) =>
    walkExpression(n, mark, result, rules);
  if (node.kind === 'const') return outcome === null || outcome === (node.value !== 0n) ? before : 'none';
  if (node.kind === 'unary' && node.op === 'lnot')
    return walk(node.operand, before, outcome === null ? null : !outcome);
  if (node.kind === 'binary' && (node.op === 'land' || node.op === 'lor')) {
    /** The value of the left operand with which the right one is not evaluated. */
    const decisive = node.op === 'lor';
    const both = walk(node.right, walk(node.left, before, !decisive), outcome);
    return outcome === !decisive ? both : join(walk(node.left, before, decisive), both);
  }
  if (node.kind === 'conditional')
    return join(
      walk(node.then, walk(node.test, before, true), outcome),
      walk(node.otherwise, walk(node.test, before, false), outcome),
    );
  const evaluated = subexpressions(node).reduce<PathMark>((mark, child) => walk(child, mark, null), before);
  if (node.kind === 'load') return rules.load(node, evaluated);
  return node.kind === 'call' ? rules.call(node, evaluated) : evaluated;
}
