/**
 * A program: what a scenario comes down to. Everything in it is data (structs, functions, the operations
 * that CPUs may start, initial values, properties), so it can be hashed, embedded in a trace, and rebuilt.
 */
import {
  type Expr,
  type ExprOf,
  handle,
  literal,
  ModelError,
  NODE,
  type Operand,
  placeOf,
  truth,
} from './expressions.ts';
import { calleeOf, type KernelFunction, type Options } from './functions.ts';
import type { Effect, ExprNode, FunctionNode, StmtNode, StructNode } from './nodes.ts';
import { body, effectsOf, type Stmt } from './statements.ts';
import { optionOf, type Struct, structByName } from './structs.ts';
import type { Pointer, Type } from './types.ts';
import { eachExpression, eachStatement, expressionsOf } from './walk.ts';

/** How many of each thing exist; `cpus` is always there, the rest is named by the model. */
export type Bounds = Readonly<Record<string, number>> & { readonly cpus: number };

/** When a predicate over the state is judged. */
export type Judged =
  /** Whenever no CPU is inside one of these functions. */
  | { readonly when: 'outside'; readonly functions: readonly string[] }
  /** Each time that this function returns. */
  | { readonly when: 'after'; readonly function: string }
  /** Whenever no CPU runs an operation. */
  | { readonly when: 'idle' };

/** A property that is a predicate; those that the language itself checks are in `findings`. */
export interface PropertyNode {
  readonly id: string;
  readonly holds: ExprNode;
  readonly judged: Judged;
  /** The closing line of a trace: what is wrong where `holds` is false. */
  readonly says: string;
}

/** Ghost statements run at each entry to, and exit from, a function. */
export interface Observer {
  readonly function: string;
  readonly enter: readonly StmtNode[];
  readonly exit: readonly StmtNode[];
}

/** A constant pointer value that marks a page as shared, e.g. 0x1: reading through it is a finding of its own. */
export interface Mark {
  readonly name: string;
  readonly value: bigint;
}

export interface Program {
  readonly name: string;
  readonly bounds: Bounds;
  readonly structs: readonly StructNode[];
  readonly functions: readonly FunctionNode[];
  /** Names of the functions that a CPU may start when it is idle. */
  readonly operations: readonly string[];
  readonly initial: readonly Effect[];
  readonly observers: readonly Observer[];
  readonly properties: readonly PropertyNode[];
  readonly marks: readonly Mark[];
  /** What was decided about the environment, by name (`early-kill`: `all`); part of every verdict's text. */
  readonly policy: Readonly<Record<string, string>>;
  /** What the model leaves out beside what its functions declare. */
  readonly abstractions: readonly string[];
  /**
   * Runs go on after an oops; left out: they end with it. The task dies where it stands. Locks that it holds
   * stay held, by nobody that lives (see locks); these stores are made, and its CPU is idle: the kernel
   * runs another task there.
   */
  readonly afterOops?: readonly Effect[];
  /**
   * While it holds, somebody who is on no CPU may yet let go of what CPUs wait for: that all of them wait is then
   * no deadlock. Left out: never.
   */
  readonly elsewhere?: ExprNode;
}

/** What is asked of states: of each property, and whether somebody may let go elsewhere. */
export const predicatesOf = ({ properties, elsewhere }: Program): readonly ExprNode[] => [
  ...properties.map((p) => p.holds),
  ...(elsewhere ? [elsewhere] : []),
];

export interface ObserverSpec {
  readonly function: KernelFunction;
  readonly enter?: readonly Stmt[];
  readonly exit?: readonly Stmt[];
}

export interface PropertySpec {
  readonly id: string;
  readonly holds: ExprOf;
  readonly judged: Judged;
  readonly says: string;
}

export interface ProgramSpec {
  readonly name: string;
  readonly bounds: Bounds;
  readonly operations: readonly KernelFunction[];
  /** What function pointers point to, by name; also replaces a function of that name (a proposal). */
  readonly bind?: Readonly<Record<string, KernelFunction>>;
  /** What its functions may ask for, see Options. */
  readonly options?: readonly string[];
  /**
   * Names of bounds, where they are not those of the struct: how many objects there are (`struct`), or how long an
   * array is (`struct.field`).
   */
  readonly counts?: Readonly<Record<string, string>>;
  /** Initial values; all other words are 0. */
  readonly initial?: readonly (readonly [target: ExprOf, value: Operand])[];
  readonly observers?: readonly ObserverSpec[];
  readonly properties?: readonly PropertySpec[];
  readonly marks?: readonly Mark[];
  readonly policy?: Readonly<Record<string, string>>;
  readonly abstractions?: readonly string[];
  /** Given: runs go on after an oops; what is stored as a task dies, see Program. */
  readonly afterOops?: readonly (readonly [target: ExprOf, value: Operand])[];
  /** See Program. */
  readonly elsewhere?: ExprOf;
}

/** `&name[instance]`: the address of one object; instance counts from 0. */
export function instance<S>(struct: Struct<S>, n: number): Expr<Pointer<S>> {
  const type: Pointer<S> = { kind: 'pointer', struct: struct.node.name };
  return handle({ kind: 'address', type, struct: struct.node.name, instance: n });
}

/** A struct of which there is one. */
export const the = <S>(struct: Struct<S>): Expr<Pointer<S>> => instance(struct, 0);

/** The number that a bound's name, or a number, stands for. */
export function boundValue(bounds: Bounds, length: number | string): number {
  if (typeof length === 'number') return length;
  const n = bounds[length];
  if (n === undefined) throw new ModelError(`no bound is named ${length}`);
  return n;
}

/**
 * Builds a program: collects every function that the operations reach, and every struct that they name.
 * Errors: a ModelError for a call of an unbound function pointer or two functions of one name.
 */
export function program(spec: ProgramSpec): Program {
  const bind = new Map(Object.entries(spec.bind ?? {}));
  const options = new Set(spec.options);
  const functions = new Map<string, FunctionNode>();
  const properties = (spec.properties ?? []).map((p) => ({ ...p, holds: truth(p.holds) }));
  const observers = (spec.observers ?? []).map((o) => ({
    function: o.function.functionName,
    enter: body(o.enter ?? []),
    exit: body(o.exit ?? []),
  }));
  const initial = (spec.initial ?? []).map(([target, value]) => {
    const place = placeOf(target);
    return { place, value: literal(value, place.type) };
  });
  const afterOops = spec.afterOops && effectsOf(spec.afterOops);
  const elsewhere = spec.elsewhere && truth(spec.elsewhere);
  const structs = new Set<string>();

  const visitType = (type: Type): void => {
    if (type.kind !== 'pointer' || structs.has(type.struct)) return;
    structs.add(type.struct);
    for (const field of structByName(type.struct).fields) visitType(field.type);
  };
  const visitExpr = (root: ExprNode): void => {
    for (const node of eachExpression(root)) {
      visitType(node.type);
      if (node.kind === 'load') visitType(node.place.pointer.type);
      if (node.kind === 'call') visitFunction(bind.get(node.name) ?? calleeOf(node), node.name);
    }
  };
  const visitBody = (statements: readonly StmtNode[]): void => {
    for (const stmt of eachStatement(statements)) {
      if (stmt.kind === 'for-each') visitType({ kind: 'pointer', struct: stmt.struct });
      if (stmt.kind === 'choose' && 'struct' in stmt.among)
        visitType({ kind: 'pointer', struct: stmt.among.struct });
      for (const expr of expressionsOf(stmt)) visitExpr(expr);
    }
  };
  const visitFunction = (fn: KernelFunction | undefined, as: string): void => {
    if (!fn) throw new ModelError(`${as}: called, but not known`);
    if (functions.has(as)) return;
    const node = fn.definition(options);
    functions.set(as, { ...node, name: as });
    for (const v of [...node.params, ...node.locals]) visitType(v.type);
    visitBody(node.body);
  };

  for (const op of spec.operations) visitFunction(bind.get(op.functionName) ?? op, op.functionName);
  for (const o of observers) visitBody([...o.enter, ...o.exit]);
  for (const p of properties) visitExpr(p.holds);
  if (elsewhere) visitExpr(elsewhere);
  for (const e of [...initial, ...(afterOops ?? [])]) {
    visitExpr(e.place.pointer);
    visitExpr(e.value);
  }
  return {
    name: spec.name,
    bounds: spec.bounds,
    structs: [...structs].sort().map((name) => shaped(structByName(name), options, spec.counts ?? {})),
    functions: [...functions.values()],
    operations: spec.operations.map((op) => op.functionName),
    initial,
    observers,
    properties,
    marks: spec.marks ?? [],
    policy: spec.policy ?? {},
    abstractions: spec.abstractions ?? [],
    ...(afterOops && { afterOops }),
    ...(elsewhere && { elsewhere }),
  };
}

/** With the fields that these options give it, and its arrays as long as they are to be. */
function shaped(struct: StructNode, options: Options, counts: Readonly<Record<string, string>>): StructNode {
  const { name, instances } = struct;
  const present = struct.fields.filter((f) => {
    const option = optionOf(f);
    return option === undefined || options.has(option);
  });
  const fields = present.map((f) => {
    const length = counts[`${name}.${f.name}`];
    return length === undefined ? f : { ...f, length };
  });
  return { ...struct, fields, instances: counts[name] ?? instances };
}

export function functionNamed(p: Program, name: string): FunctionNode {
  const found = p.functions.find((f) => f.name === name);
  if (!found) throw new ModelError(`function ${name} is not part of ${p.name}`);
  return found;
}

export function structNamed(p: Program, name: string): StructNode {
  const found = p.structs.find((s) => s.name === name);
  if (!found) throw new ModelError(`struct ${name} is not part of ${p.name}`);
  return found;
}

/** `NODE` of a handle, for those outside src/lang that build trees. */
export const nodeOf = (expr: ExprOf): ExprNode => expr[NODE];
