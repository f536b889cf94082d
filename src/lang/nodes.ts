/**
 * The syntax trees of the model language: plain, serialisable data. Structs and functions are referred
 * to by name, so that a tree can be written into a trace file and read back.
 */
import type { Type, Word } from './types.ts';

export type BinaryOperator =
  | 'add'
  | 'sub'
  | 'mul'
  | 'band'
  | 'bor'
  | 'bxor'
  | 'shl'
  | 'shr'
  | 'sar'
  | 'eq'
  | 'ne'
  | 'ult'
  | 'ule'
  | 'slt'
  | 'sle'
  | 'land'
  | 'lor';

export type UnaryOperator = 'bnot' | 'neg' | 'lnot';

/** `zext`, `sext` and `trunc` change the width; `cast` keeps the 64 bits of a pointer or unsigned long. */
export type Conversion = 'zext' | 'sext' | 'trunc' | 'cast';

export type ExprNode =
  | { readonly kind: 'const'; readonly type: Type; readonly value: bigint; readonly name?: string }
  | { readonly kind: 'address'; readonly type: Type; readonly struct: string; readonly instance: number }
  | { readonly kind: 'local'; readonly type: Type; readonly name: string }
  | { readonly kind: 'cpu'; readonly type: Word<8> }
  | { readonly kind: 'unary'; readonly type: Type; readonly op: UnaryOperator; readonly operand: ExprNode }
  | {
      readonly kind: 'binary';
      readonly type: Type;
      readonly op: BinaryOperator;
      readonly left: ExprNode;
      readonly right: ExprNode;
    }
  | {
      readonly kind: 'conditional';
      readonly type: Type;
      readonly test: ExprNode;
      readonly then: ExprNode;
      readonly otherwise: ExprNode;
    }
  | { readonly kind: 'convert'; readonly type: Type; readonly how: Conversion; readonly operand: ExprNode }
  | { readonly kind: 'load'; readonly type: Type; readonly place: Place }
  | { readonly kind: 'call'; readonly type: Type; readonly name: string; readonly args: readonly ExprNode[] };

/** `pointer->field` or `pointer->field[index]`. Reading or writing it is a dereference of `pointer`. */
export interface Place {
  readonly struct: string;
  readonly field: string;
  readonly type: Type;
  readonly pointer: ExprNode;
  readonly index?: ExprNode;
  /** READ_ONCE, WRITE_ONCE and atomics are `marked`: they do not race. */
  readonly access: 'plain' | 'marked';
}

export type Target =
  | { readonly kind: 'local'; readonly name: string; readonly type: Type }
  | { readonly kind: 'place'; readonly place: Place };

/** A store that belongs to a primitive or to an observation. */
export interface Effect {
  readonly place: Place;
  readonly value: ExprNode;
}

/** What a primitive demands of its caller; a failure is a finding of `property`. */
export interface Demand {
  readonly property: string;
  readonly holds: ExprNode;
  readonly says: string;
}

/** Which lock word a primitive takes or drops; the lockset and lock-order analyses read it. */
export interface LockUse {
  readonly does: 'acquire' | 'release';
  readonly mode: 'exclusive' | 'shared';
  readonly place: Place;
  /** A lock that is held now, but was not while this one was waited for: it orders nothing. */
  readonly dropped?: Place;
}

export type StmtNode =
  | {
      readonly kind: 'set';
      readonly target: Target;
      readonly value: ExprNode;
      readonly form?: 'increment' | 'decrement';
    }
  | {
      readonly kind: 'if';
      readonly test: ExprNode;
      readonly then: readonly StmtNode[];
      readonly otherwise: readonly StmtNode[];
    }
  | { readonly kind: 'while'; readonly test: ExprNode; readonly body: readonly StmtNode[] }
  | {
      readonly kind: 'for-each';
      readonly struct: string;
      readonly variable: string;
      readonly body: readonly StmtNode[];
    }
  | {
      readonly kind: 'for-index';
      readonly variable: string;
      readonly type: Type;
      readonly count: number | string;
      readonly body: readonly StmtNode[];
    }
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' }
  | { readonly kind: 'return'; readonly value?: ExprNode }
  | { readonly kind: 'evaluate'; readonly value: ExprNode }
  | {
      readonly kind: 'choose';
      readonly variable: string;
      readonly type: Type;
      readonly among: { readonly struct: string } | { readonly count: number | string };
    }
  | { readonly kind: 'assume'; readonly test: ExprNode }
  | {
      readonly kind: 'primitive';
      readonly name: string;
      readonly shown: readonly ExprNode[];
      readonly until?: ExprNode;
      readonly demands: readonly Demand[];
      readonly effects: readonly Effect[];
      readonly lock?: LockUse;
    }
  | { readonly kind: 'bug'; readonly test: ExprNode }
  | { readonly kind: 'warn'; readonly test: ExprNode; readonly once: boolean }
  | { readonly kind: 'observe'; readonly effects: readonly Effect[]; readonly when?: ExprNode };

/** A variable of a function: a parameter or a local. */
export interface Variable {
  readonly name: string;
  readonly type: Type;
}

/** One kernel function, or one operation that a CPU may start. */
export interface FunctionNode {
  readonly name: string;
  /** Where the C stands, e.g. `fs/dax.c`; empty for a function that is ours. */
  readonly file: string;
  /** What this encoding leaves out, one sentence each; printed in reports. */
  readonly abstracts: readonly string[];
  readonly params: readonly Variable[];
  readonly locals: readonly Variable[];
  /** null: void. */
  readonly returns: Type | null;
  readonly body: readonly StmtNode[];
}

export interface FieldNode {
  readonly name: string;
  readonly type: Type;
  /** Array length, a number or the name of a bound; absent for a scalar. */
  readonly length?: number | string;
  /** The union member whose storage this field shares: its low `bits` bits. */
  readonly aliasOf?: string;
  /** Reading past the end gives 0, as an xarray does; otherwise it is outside the model. */
  readonly sparse?: boolean;
  /** This word is a lock; its value is the holders' mask (see locks). */
  readonly lock?: boolean;
  /** Says who owns the object: `no-data-race` is about these words (see races). */
  readonly owner?: boolean;
}

export interface StructNode {
  readonly name: string;
  readonly fields: readonly FieldNode[];
  /** How many objects there are: a number or the name of a bound. */
  readonly instances: number | string;
  /** sizeof and alignment of the C object, in bytes. */
  readonly size: number;
  readonly align: number;
  /** Observation only: no kernel memory, its accesses are no steps. */
  readonly ghost: boolean;
  /** Objects can be freed: has a hidden field `live`. */
  readonly mortal: boolean;
}
