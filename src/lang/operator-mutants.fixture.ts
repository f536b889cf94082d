/**
 * Wrong lines in a table of operators. A consumer whose line for `add` is that of `sub` does with a program
 * what it should do with that program's `add` replaced by `sub`; so that is how it is tried.
 */
import type { BinaryOperator, ExprNode } from './nodes.ts';
import { bitsOf } from './types.ts';

export interface OperatorMutant {
  readonly name: string;
  readonly change: (node: ExprNode) => ExprNode;
}

const instead: Readonly<Record<BinaryOperator, BinaryOperator>> = {
  add: 'sub',
  sub: 'add',
  mul: 'add',
  band: 'bor',
  bor: 'bxor',
  bxor: 'bor',
  shl: 'shr',
  shr: 'sar',
  sar: 'shr',
  eq: 'ule',
  ne: 'ult',
  ult: 'ule',
  ule: 'ult',
  slt: 'ult',
  sle: 'slt',
  land: 'lor',
  lor: 'land',
};

type Of<K extends ExprNode['kind']> = Extract<ExprNode, { kind: K }>;
const only =
  <K extends ExprNode['kind']>(kind: K, change: (node: Of<K>) => ExprNode) =>
  (node: ExprNode): ExprNode =>
    node.kind === kind ? change(node as Of<K>) : node;

const negated = (node: ExprNode): ExprNode => ({ kind: 'unary', type: node.type, op: 'bnot', operand: node });

export const operatorMutants: readonly OperatorMutant[] = [
  ...(Object.keys(instead) as BinaryOperator[]).map((op) => ({
    name: `${op} taken for ${instead[op]}`,
    change: only('binary', (n) => (n.op === op ? { ...n, op: instead[op] } : n)),
  })),
  { name: 'bnot taken for neg', change: only('unary', (n) => (n.op === 'bnot' ? { ...n, op: 'neg' } : n)) },
  { name: 'neg taken for bnot', change: only('unary', (n) => (n.op === 'neg' ? { ...n, op: 'bnot' } : n)) },
  { name: 'lnot left out', change: only('unary', (n) => (n.op === 'lnot' ? n.operand : n)) },
  {
    name: 'zext taken for sext',
    change: only('convert', (n) => (n.how === 'zext' ? { ...n, how: 'sext' } : n)),
  },
  {
    name: 'sext taken for zext',
    change: only('convert', (n) => (n.how === 'sext' ? { ...n, how: 'zext' } : n)),
  },
  {
    name: 'trunc complements',
    change: only('convert', (n) => (n.how === 'trunc' ? negated(n) : n)),
  },
  {
    name: 'cast complements',
    change: only('convert', (n) => (n.how === 'cast' ? negated(n) : n)),
  },
  {
    name: 'the sides of ?: exchanged',
    change: only('conditional', (n) => ({ ...n, then: n.otherwise, otherwise: n.then })),
  },
  {
    name: 'shifts by the width or more taken modulo the width',
    change: only('binary', (n) =>
      n.op === 'shl' || n.op === 'shr' || n.op === 'sar' ? { ...n, right: modulo(n.right) } : n,
    ),
  },
];

function modulo(node: ExprNode): ExprNode {
  const mask: ExprNode = { kind: 'const', type: node.type, value: BigInt(bitsOf(node.type) - 1) };
  return { kind: 'binary', type: node.type, op: 'band', left: node, right: mask };
}
