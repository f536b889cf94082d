/** Kernel functions and the operations that a CPU may start. */
import { type Expr, type ExprOf, handle, literal, ModelError, type Operand } from './expressions.ts';
import type { FunctionNode, StmtNode, Variable } from './nodes.ts';
import { body, type Stmt } from './statements.ts';
import { sameType, type Type, typeName } from './types.ts';

type Variables = Readonly<Record<string, Type>>;
type Handles<V extends Variables> = { readonly [K in keyof V]: Expr<V[K]> };

/**
 * What a program says of how its functions are written, as the kernel's Kconfig does: names that an encoding may
 * ask for.
 */
export type Options = ReadonlySet<string>;

export interface FunctionSpec<P extends Variables, L extends Variables, R extends Type | null> {
  /** Source file in the kernel's tree; leave out for what the kernel does not have as a function. */
  readonly file?: string;
  readonly params?: P;
  readonly locals?: L;
  /** Left out: void. */
  readonly returns?: R;
  /** What the encoding leaves out of the C function, one sentence each. */
  readonly abstracts?: readonly string[] | ((options: Options) => readonly string[]);
}

/** Calling it in an encoding gives a call expression. */
export interface KernelFunction<P extends Variables = Variables, R extends Type | null = Type | null> {
  (...args: Operand[]): R extends Type ? Expr<R> : ExprOf;
  readonly params?: P;
  readonly functionName: string;
  /** The tree for these options (none, if not said), built at the first use: functions may refer to each other. */
  readonly definition: (options?: Options) => FunctionNode;
}

const known = new WeakMap<object, KernelFunction>();

/** The functions that a body's call nodes were made by, so that a program can collect them. */
export function calleeOf(node: object): KernelFunction | undefined {
  return known.get(node);
}

function callable<P extends Variables, R extends Type | null>(
  name: string,
  params: P,
  returns: R,
  definition: (options?: Options) => FunctionNode,
): KernelFunction<P, R> {
  const types = Object.values(params);
  const call = (...args: readonly Operand[]) => {
    if (args.length !== types.length)
      throw new ModelError(`${name} takes ${types.length} arguments, ${args.length} given`);
    const nodes = args.map((arg, i) => {
      const type = types[i] as Type;
      const node = literal(arg, type);
      if (!sameType(node.type, type))
        throw new ModelError(`${name}: argument ${i + 1} is ${typeName(node.type)}, not ${typeName(type)}`);
      return node;
    });
    const node = {
      kind: 'call',
      type: returns ?? ({ kind: 'word', bits: 1 } as const),
      name,
      args: nodes,
    } as const;
    known.set(node, self as unknown as KernelFunction);
    return handle(node);
  };
  const self = Object.assign(call, { functionName: name, definition }) as unknown as KernelFunction<P, R>;
  return self;
}

/**
 * One kernel function. `write` gets a handle for each parameter and local, and the options of the program that the
 * function is for, and gives the body.
 * Errors: a ModelError where types do not fit, when the tree is built.
 */
export function kernelFunction<
  P extends Variables = Record<never, never>,
  L extends Variables = Record<never, never>,
  R extends Type | null = null,
>(
  name: string,
  spec: FunctionSpec<P, L, R>,
  write: (v: Handles<P & L>, options: Options) => readonly Stmt[],
): KernelFunction<P, R> {
  const built = new Map<string, FunctionNode>();
  const params = (spec.params ?? {}) as P;
  const list = (variables: Variables): Variable[] =>
    Object.entries(variables).map(([n, type]) => ({ name: n, type }));
  const definition = (options: Options = new Set()): FunctionNode => {
    const key = JSON.stringify([...options].sort());
    const made = built.get(key);
    if (made) return made;
    const all = [...list(params), ...list(spec.locals ?? {})];
    const handles = Object.fromEntries(
      all.map((v) => [v.name, handle({ kind: 'local', type: v.type, name: v.name })]),
    );
    let statements: readonly StmtNode[];
    try {
      statements = body(write(handles as Handles<P & L>, options));
    } catch (error) {
      if (error instanceof ModelError) throw new ModelError(`${name}: ${error.message}`);
      throw error;
    }
    const { abstracts = [] } = spec;
    const node: FunctionNode = {
      name,
      file: spec.file ?? '',
      abstracts: typeof abstracts === 'function' ? abstracts(options) : abstracts,
      params: list(params),
      locals: list(spec.locals ?? {}),
      returns: spec.returns ?? null,
      body: statements,
    };
    built.set(key, node);
    return node;
  };
  return callable(name, params, (spec.returns ?? null) as R, definition);
}

/** A function pointer (`ops->iomap_begin`): the program binds the name to a function. */
export function virtualFunction<P extends Variables = Record<never, never>, R extends Type | null = null>(
  name: string,
  spec: { readonly params?: P; readonly returns?: R },
): KernelFunction<P, R> {
  return callable(name, (spec.params ?? {}) as P, (spec.returns ?? null) as R, () => {
    throw new ModelError(`${name} is not bound to a function`);
  });
}

/** An operation that a CPU may start at any time: what user space, a device or the VM sets off. */
export function operation<L extends Variables = Record<never, never>>(
  name: string,
  spec: { readonly locals?: L; readonly abstracts?: readonly string[] },
  write: (v: Handles<L>) => readonly Stmt[],
): KernelFunction {
  return kernelFunction<Record<never, never>, L, null>(name, spec, write) as unknown as KernelFunction;
}
