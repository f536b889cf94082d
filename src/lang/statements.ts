/** The statements of the model language, under the names that C and the kernel give them. */
import {
  type Expr,
  type ExprOf,
  handle,
  isExpr,
  literal,
  ModelError,
  NODE,
  type Operand,
  placeOf,
  truth,
} from './expressions.ts';
import type { Demand, Effect, LockUse, StmtNode, Target } from './nodes.ts';
import type { Struct } from './structs.ts';
import { type Pointer, sameType, type Type, typeName, u8, type Word } from './types.ts';

/** A statement; a call expression in a body stands for itself, as in C. */
export type Stmt = StmtNode | ExprOf;

export function body(statements: readonly Stmt[]): readonly StmtNode[] {
  return statements.map((s) => (isExpr(s) ? { kind: 'evaluate', value: s[NODE] } : s));
}

function targetOf(expr: ExprOf): Target {
  const node = expr[NODE];
  if (node.kind === 'local') return { kind: 'local', name: node.name, type: node.type };
  return { kind: 'place', place: placeOf(expr) };
}

/** `target = value;` */
export function set<T extends Type>(target: ExprOf<T>, value: Operand<T>): StmtNode {
  const to = targetOf(target);
  const type = target[NODE].type;
  const node = literal(value, type);
  if (!sameType(type, node.type))
    throw new ModelError(`=: ${typeName(type)} is given ${typeName(node.type)}`);
  return { kind: 'set', target: to, value: node };
}

/** `WRITE_ONCE(target, value);` */
export function WRITE_ONCE<T extends Type>(target: ExprOf<T>, value: Operand<T>): StmtNode {
  const place = placeOf(target);
  return {
    kind: 'set',
    target: { kind: 'place', place: { ...place, access: 'marked' } },
    value: literal(value, place.type),
  };
}

function step(target: ExprOf, op: 'add' | 'sub', form: 'increment' | 'decrement'): StmtNode {
  const node = target[NODE];
  const value = { kind: 'binary', type: node.type, op, left: node, right: literal(1, node.type) } as const;
  return { kind: 'set', target: targetOf(target), value, form };
}

/** `target++;`: a load and a store, two steps. */
export const increment = (target: ExprOf): StmtNode => step(target, 'add', 'increment');
/** `target--;`: a load and a store, two steps. */
export const decrement = (target: ExprOf): StmtNode => step(target, 'sub', 'decrement');

export function if_(test: ExprOf, then: readonly Stmt[], otherwise: readonly Stmt[] = []): StmtNode {
  return { kind: 'if', test: truth(test), then: body(then), otherwise: body(otherwise) };
}

export function while_(test: ExprOf, statements: readonly Stmt[]): StmtNode {
  return { kind: 'while', test: truth(test), body: body(statements) };
}

/** `for (;;)` */
export function forever(statements: readonly Stmt[]): StmtNode {
  return {
    kind: 'while',
    test: { kind: 'const', type: { kind: 'word', bits: 1 }, value: 1n, name: 'true' },
    body: body(statements),
  };
}

export const break_: StmtNode = { kind: 'break' };
export const continue_: StmtNode = { kind: 'continue' };

/** Runs the body for each object of the struct, in order: a list walk. `name` is the loop variable. */
export function for_each<S>(
  struct: Struct<S>,
  name: string,
  statements: (object: Expr<Pointer<S>>) => readonly Stmt[],
): StmtNode {
  const type: Pointer<S> = { kind: 'pointer', struct: struct.node.name };
  return {
    kind: 'for-each',
    struct: struct.node.name,
    variable: name,
    body: body(statements(handle({ kind: 'local', type, name }))),
  };
}

/** `for (name = 0; name < count; name++)`, `count` a number or the name of a bound. */
export function for_index<T extends Type>(
  name: string,
  type: T,
  count: number | string,
  statements: (index: Expr<T>) => readonly Stmt[],
): StmtNode {
  return {
    kind: 'for-index',
    variable: name,
    type,
    count,
    body: body(statements(handle({ kind: 'local', type, name }))),
  };
}

export function return_(value?: ExprOf): StmtNode {
  return value ? { kind: 'return', value: value[NODE] } : { kind: 'return' };
}

/** Any value of `0 .. count-1` (a number or a bound's name), or any object of a struct. */
export function choose(variable: ExprOf, among: number | string | Struct<unknown>): StmtNode {
  const node = variable[NODE];
  if (node.kind !== 'local') throw new ModelError('choose: expected a local variable');
  const domain = typeof among === 'object' ? { struct: among.node.name } : { count: among };
  return { kind: 'choose', variable: node.name, type: node.type, among: domain };
}

/** An operation goes on only where this holds: what the caller of the kernel guarantees. Before any effect. */
export function assume(test: ExprOf): StmtNode {
  return { kind: 'assume', test: truth(test) };
}

export interface PrimitiveSpec {
  /** What is printed between the parentheses. */
  readonly shown?: readonly ExprOf[];
  /** Waits until this holds. */
  readonly until?: ExprOf;
  readonly demands?: readonly { readonly property: string; readonly holds: ExprOf; readonly says: string }[];
  /** Stores that happen in the same step, all with the values from before it. */
  readonly effects?: readonly (readonly [target: ExprOf, value: Operand])[];
  readonly lock?: LockUse;
}

/** One indivisible step of the machine or the scheduler: a lock operation, an atomic, a wait. */
export function primitive(name: string, spec: PrimitiveSpec): StmtNode {
  const demands: Demand[] = (spec.demands ?? []).map((d) => ({ ...d, holds: truth(d.holds) }));
  return {
    kind: 'primitive',
    name,
    shown: (spec.shown ?? []).map((e) => e[NODE]),
    ...(spec.until && { until: truth(spec.until) }),
    demands,
    effects: effectsOf(spec.effects ?? []),
    ...(spec.lock && { lock: spec.lock }),
  };
}

/** Stores as the trees have them. */
export function effectsOf(effects: readonly (readonly [ExprOf, Operand])[]): Effect[] {
  return effects.map(([target, value]) => {
    const place = placeOf(target);
    return { place, value: literal(value, place.type) };
  });
}

/** BUG_ON: an oops when `test` is true. */
export function BUG_ON(test: ExprOf): StmtNode {
  return { kind: 'bug', test: truth(test) };
}
export function WARN_ON(test: ExprOf): StmtNode {
  return { kind: 'warn', test: truth(test), once: false };
}
export function WARN_ON_ONCE(test: ExprOf): StmtNode {
  return { kind: 'warn', test: truth(test), once: true };
}

/** Writes ghost state in the same step as what precedes it; the kernel does nothing here. */
export function observe(...effects: readonly (readonly [target: ExprOf, value: Operand])[]): StmtNode {
  return { kind: 'observe', effects: effectsOf(effects) };
}
/** As `observe`, where `test` holds. */
export function observeWhen(
  test: ExprOf,
  ...effects: readonly (readonly [target: ExprOf, value: Operand])[]
): StmtNode {
  return { kind: 'observe', effects: effectsOf(effects), when: truth(test) };
}

/** The type of a field that is a lock: bit i is set while CPU i holds it shared, bit 4+i exclusive. */
export const lockWord: Word<8> = u8;
