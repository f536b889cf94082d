/** Expressions as text that is the same for those that differ in the order of operands that may be exchanged alone. */
import type { BinaryOperator, ExprNode } from './nodes.ts';
import { rewriteExpression } from './rewrite.ts';
import { typeName } from './types.ts';
import { subexpressions } from './walk.ts';

const associative: ReadonlySet<BinaryOperator> = new Set([
  'land',
  'lor',
  'band',
  'bor',
  'bxor',
  'add',
  'mul',
]);
const commutative: ReadonlySet<BinaryOperator> = new Set([...associative, 'eq', 'ne']);

/** For expressions that are looked at in one go: what is not evaluated in C is no different here. */
export function normalForm(node: ExprNode): string {
  if (node.kind === 'binary' && commutative.has(node.op))
    return `(${node.op} ${operands(node).map(normalForm).sort().join(' ')})`;
  return `(${head(node)} ${subexpressions(node).map(normalForm).join(' ')})`;
}

function operands(node: Extract<ExprNode, { kind: 'binary' }>): readonly ExprNode[] {
  const of = (side: ExprNode) =>
    side.kind === 'binary' && side.op === node.op && associative.has(node.op) ? operands(side) : [side];
  return [...of(node.left), ...of(node.right)];
}

function head(node: ExprNode): string {
  const type = typeName(node.type);
  switch (node.kind) {
    case 'const':
      return `const ${type} ${node.value}`;
    case 'address':
      return `address ${node.struct} ${node.instance}`;
    case 'local':
    case 'call':
      return `${node.kind} ${node.name}`;
    case 'unary':
    case 'binary':
      return node.op;
    case 'convert':
      return `${node.how} ${type}`;
    case 'load':
      return `load ${node.place.struct}.${node.place.field}`;
    default:
      return node.kind;
  }
}

/** Whether the expression is the same with each two neighbours of `count` things exchanged by `renamed`. */
export function isInvariant(
  node: ExprNode,
  count: number,
  renamed: (n: ExprNode, exchange: (i: number) => number) => ExprNode,
): boolean {
  const form = normalForm(node);
  return Array.from({ length: count - 1 }, (_, a) => (i: number) => (i === a ? a + 1 : i === a + 1 ? a : i))
    .map((exchange) => normalForm(rewriteExpression(node, (n) => renamed(n, exchange))))
    .every((other) => other === form);
}
