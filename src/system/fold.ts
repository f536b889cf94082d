/** Constant folding over expressions: what is decided by the program alone, whatever the addresses are. */
import type { BinaryOperator, ExprNode } from '../lang/nodes.ts';
import type { Program } from '../lang/program.ts';
import { bitsOf, wrap } from '../lang/types.ts';
import { readsMemory } from '../lang/walk.ts';

type Arithmetic = (a: bigint, b: bigint, bits: bigint) => bigint;

const signed = (n: bigint, bits: bigint): bigint => (n >> (bits - 1n) ? n - (1n << bits) : n);
const holds = (test: boolean): bigint => (test ? 1n : 0n);

/** Results are not yet cut to the width. */
const arithmetic: Readonly<Record<BinaryOperator, Arithmetic>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  band: (a, b) => a & b,
  bor: (a, b) => a | b,
  bxor: (a, b) => a ^ b,
  shl: (a, b, bits) => (b < bits ? a << b : 0n),
  shr: (a, b, bits) => (b < bits ? a >> b : 0n),
  sar: (a, b, bits) => signed(a, bits) >> (b < bits ? b : bits - 1n),
  eq: (a, b) => holds(a === b),
  ne: (a, b) => holds(a !== b),
  ult: (a, b) => holds(a < b),
  ule: (a, b) => holds(a <= b),
  slt: (a, b, bits) => holds(signed(a, bits) < signed(b, bits)),
  sle: (a, b, bits) => holds(signed(a, bits) <= signed(b, bits)),
  land: (a, b) => a & b,
  lor: (a, b) => a | b,
};

/** The value of an operator on constants; `bits` is the width of the operands. */
export function evaluateBinary(op: BinaryOperator, bits: number, a: bigint, b: bigint): bigint {
  const result = arithmetic[op](a, b, BigInt(bits));
  return BigInt.asUintN(bits, result);
}

export function evaluateUnary(op: 'bnot' | 'neg' | 'lnot', bits: number, a: bigint): bigint {
  if (op === 'lnot') return holds(a === 0n);
  return BigInt.asUintN(bits, op === 'neg' ? -a : ~a);
}

export function evaluateConversion(
  how: 'zext' | 'sext' | 'trunc' | 'cast',
  from: number,
  to: number,
  a: bigint,
): bigint {
  return BigInt.asUintN(to, how === 'sext' ? signed(a, BigInt(from)) : a);
}

type Const = Extract<ExprNode, { kind: 'const' }>;

/** Folds one node whose operands are folded already. */
export function fold(node: ExprNode, program: Program): ExprNode {
  const constant = (value: bigint): Const => ({
    kind: 'const',
    type: node.type,
    value: wrap(node.type, value),
  });
  switch (node.kind) {
    case 'unary':
      return node.operand.kind === 'const'
        ? constant(evaluateUnary(node.op, bitsOf(node.operand.type), node.operand.value))
        : node;
    case 'convert':
      return node.operand.kind === 'const'
        ? constant(
            evaluateConversion(node.how, bitsOf(node.operand.type), bitsOf(node.type), node.operand.value),
          )
        : node;
    case 'conditional':
      return node.test.kind === 'const' ? (node.test.value ? node.then : node.otherwise) : node;
    case 'binary': {
      const { left, right, op } = node;
      if (left.kind === 'const' && right.kind === 'const')
        return constant(evaluateBinary(op, bitsOf(left.type), left.value, right.value));
      if (op === 'land' || op === 'lor') return foldLogical(node, op);
      if (op === 'eq' || op === 'ne') {
        const equal = sameAddress(left, right, program);
        if (equal !== undefined) return constant(holds(equal === (op === 'eq')));
      }
      return node;
    }
    default:
      return node;
  }
}

function foldLogical(node: Extract<ExprNode, { kind: 'binary' }>, op: 'land' | 'lor'): ExprNode {
  const decisive = op === 'land' ? 0n : 1n;
  if (node.left.kind === 'const') return node.left.value === decisive ? node.left : node.right;
  if (node.right.kind !== 'const') return node;
  if (node.right.value !== decisive) return node.left;
  // What the left operand reads is an access, whatever comes of it.
  return readsMemory(node.left) ? node : node.right;
}

/** Whether two addresses, or an address and a constant, are equal, where that is known. */
function sameAddress(a: ExprNode, b: ExprNode, program: Program): boolean | undefined {
  if (a.kind === 'address' && b.kind === 'address') return a.struct === b.struct && a.instance === b.instance;
  const [address, other] = a.kind === 'address' ? [a, b] : [b, a];
  if (address.kind !== 'address' || other.kind !== 'const') return undefined;
  const excluded = other.value === 0n || program.marks.some((m) => m.value === other.value);
  return excluded ? false : undefined;
}
