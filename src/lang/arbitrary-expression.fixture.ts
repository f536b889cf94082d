/** Random well-typed expressions. */
import {
  addressNode,
  chance,
  constantNode,
  type Draw,
  fieldsOfType,
  instances,
  MARK,
  pick,
  slots,
  types,
} from './arbitrary-world.fixture.ts';
import type { BinaryOperator, ExprNode, FunctionNode, Place, Variable } from './nodes.ts';
import { bitsOf, bool, sameType, type Type, u8, u32, u64, type Word } from './types.ts';

export interface ExpressionScope {
  readonly draw: Draw;
  readonly variables: readonly Variable[];
  /** Memory that it may read: any, through whatever pointer; known words of known objects; none. */
  readonly reads: 'any' | 'known' | 'none';
  /** Functions that it may call. */
  readonly callees: readonly Pick<FunctionNode, 'name' | 'params' | 'returns'>[];
  readonly cpu: boolean;
}

export const arithmetic = ['add', 'sub', 'mul', 'band', 'bor', 'bxor', 'shl', 'shr', 'sar'] as const;
export const comparisons = ['eq', 'ne', 'ult', 'ule', 'slt', 'sle'] as const;
const words: readonly Word[] = [u8, u32, u64, bool];

export function expression(s: ExpressionScope, type: Type, depth: number): ExprNode {
  if (depth <= 0) return leaf(s, type);
  if (type.kind === 'pointer') return pointerExpression(s, type, depth);
  const makers = type.bits === 1 ? [...boolMakers, ...wordMakers] : wordMakers;
  return pick(s.draw, makers)(s, type, depth - 1);
}

function leaf(s: ExpressionScope, type: Type): ExprNode {
  const variables = s.variables.filter((v) => sameType(v.type, type));
  if (variables.length > 0 && !chance(s.draw, 1, 3))
    return { kind: 'local', type, name: pick(s.draw, variables).name };
  if (type.kind === 'pointer') return goodPointer(s, type.struct);
  if (s.cpu && type.bits === 8 && chance(s.draw, 1, 4)) return { kind: 'cpu', type: u8 };
  return constantNode(s.draw, type);
}

type Maker = (s: ExpressionScope, type: Type, depth: number) => ExprNode;

const wordMakers: readonly Maker[] = [
  (s, type, depth) => leaf(s, type) ?? expression(s, type, depth),
  ...arithmetic.map(
    (op): Maker =>
      (s, type, depth) =>
        binary(op, type, expression(s, type, depth), expression(s, type, depth)),
  ),
  ...(['bnot', 'neg'] as const).map(
    (op): Maker =>
      (s, type, depth) => ({ kind: 'unary', type, op, operand: expression(s, type, depth) }),
  ),
  conditional,
  conversion,
  conversion,
  conversion,
  load,
  load,
  call,
];

const boolMakers: readonly Maker[] = [
  ...comparisons.flatMap((op): Maker[] =>
    Array(2).fill((s: ExpressionScope, _: Type, depth: number) => {
      const of = pick(s.draw, types);
      return binary(op, bool, expression(s, of, depth), expression(s, of, depth));
    }),
  ),
  ...(['land', 'lor', 'land', 'lor'] as const).map(
    (op): Maker =>
      (s, _, depth) =>
        binary(op, bool, expression(s, bool, depth), expression(s, bool, depth)),
  ),
  (s, type, depth) => ({ kind: 'unary', type, op: 'lnot', operand: expression(s, bool, depth) }),
];

function binary(op: BinaryOperator, type: Type, left: ExprNode, right: ExprNode): ExprNode {
  return { kind: 'binary', type, op, left, right };
}

function conditional(s: ExpressionScope, type: Type, depth: number): ExprNode {
  return {
    kind: 'conditional',
    type,
    test: expression(s, bool, depth),
    then: expression(s, type, depth),
    otherwise: expression(s, type, depth),
  };
}

function conversion(s: ExpressionScope, type: Type, depth: number): ExprNode {
  const bits = bitsOf(type);
  const from = pick(s.draw, bits === 64 ? [...words, ...types.filter((t) => t.kind === 'pointer')] : words);
  const how =
    bitsOf(from) === bits ? 'cast' : bitsOf(from) > bits ? 'trunc' : pick(s.draw, ['zext', 'sext'] as const);
  return { kind: 'convert', type, how, operand: expression(s, from, depth) };
}

function load(s: ExpressionScope, type: Type, depth: number): ExprNode {
  if (s.reads === 'none') return leaf(s, type);
  return { kind: 'load', type, place: placeOfType(s, type, depth, 'all') ?? never(type) };
}

function call(s: ExpressionScope, type: Type, depth: number): ExprNode {
  const fitting = s.callees.filter((f) => f.returns && sameType(f.returns, type));
  if (fitting.length === 0) return leaf(s, type);
  return callTo({ ...s, callees: [] }, pick(s.draw, fitting), depth);
}

export function callTo(
  s: ExpressionScope,
  fn: Pick<FunctionNode, 'name' | 'params' | 'returns'>,
  depth: number,
): ExprNode {
  const args = fn.params.map((p) => expression(s, p.type, depth));
  return { kind: 'call', type: fn.returns ?? bool, name: fn.name, args };
}

/** A place of this type, through a pointer that is mostly good; undefined where no field has the type. */
export function placeOfType(
  s: ExpressionScope,
  type: Type,
  depth: number,
  where: 'all' | 'stored' | 'ghost',
): Place | undefined {
  const fields = fieldsOfType(type, where);
  if (fields.length === 0) return undefined;
  const { struct, field } = pick(s.draw, fields);
  const pointer =
    s.reads === 'any' && !chance(s.draw, 1, 3) && struct !== 'fixed' && struct !== 'ghost'
      ? expression(s, { kind: 'pointer', struct }, depth)
      : goodPointer(s, struct);
  const base = {
    struct,
    field: field.name,
    type,
    pointer,
    access: chance(s.draw, 1, 6) ? 'marked' : 'plain',
  } as const;
  return field.length === undefined ? base : { ...base, index: indexInto(s, depth) };
}

/** Mostly inside the array; of any width. */
function indexInto(s: ExpressionScope, depth: number): ExprNode {
  const type = pick(s.draw, [u64, u64, u32, u8]);
  if (s.reads === 'any' && chance(s.draw, 1, 4)) return expression(s, type, depth);
  const past = s.reads === 'any' && chance(s.draw, 1, 8);
  return { kind: 'const', type, value: BigInt(past ? slots : s.draw.below(slots)) };
}

function goodPointer(s: ExpressionScope, struct: string): ExprNode {
  return addressNode(struct, s.draw.below(instances[struct] as number));
}

/** Mostly an object of the struct; else NULL, the mark, a tagged pointer, another type's, or any word. */
function pointerExpression(
  s: ExpressionScope,
  type: Extract<Type, { kind: 'pointer' }>,
  depth: number,
): ExprNode {
  const cast = (operand: ExprNode): ExprNode => ({ kind: 'convert', type, how: 'cast', operand });
  const other = type.struct === 'node' ? 'box' : 'node';
  const makers: readonly (() => ExprNode)[] = [
    ...Array.from({ length: 8 }, () => () => goodPointer(s, type.struct)),
    ...Array.from({ length: 5 }, () => () => leaf(s, type)),
    ...Array.from({ length: 4 }, () => () => load(s, type, depth - 1)),
    () => conditional(s, type, depth - 1),
    () => ({ kind: 'const', type, value: 0n }),
    () => ({ kind: 'const', type, value: MARK }),
    () => binary('bor', type, goodPointer(s, type.struct), { kind: 'const', type, value: 2n }),
    () => cast(goodPointer(s, other)),
    () => cast(expression(s, u64, depth - 1)),
  ];
  return pick(s.draw, makers)();
}

function never(type: Type): never {
  throw new Error(`no field has the type ${JSON.stringify(type)}`);
}
