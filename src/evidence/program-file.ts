/**
 * Programs as JSON: what a trace embeds and what a program's hash is taken of. A type is one word of text
 * (`u64`, `page *`); everything else is the tree as src/lang has it.
 */
import { createHash } from 'node:crypto';
import type {
  Demand,
  Effect,
  ExprNode,
  FieldNode,
  FunctionNode,
  LockUse,
  Place,
  StmtNode,
  StructNode,
  Target,
  Variable,
} from '../lang/nodes.ts';
import type { Bounds, Judged, Mark, Observer, Program, PropertyNode } from '../lang/program.ts';
import type { Bits, Type, Word } from '../lang/types.ts';
import {
  type Codec,
  count,
  dictionary,
  digits,
  either,
  flag,
  lazy,
  list,
  malformed,
  nullable,
  oneOf,
  optional,
  record,
  text,
  variant,
} from './codec.ts';

const widths: ReadonlyMap<string, Bits> = new Map([
  ['bool', 1],
  ['u8', 8],
  ['u32', 32],
  ['u64', 64],
]);

const type: Codec<Type> = {
  encode: (t) => (t.kind === 'pointer' ? `${t.struct} *` : t.bits === 1 ? 'bool' : `u${t.bits}`),
  decode(json, at) {
    const name = text.decode(json, at);
    const bits = widths.get(name);
    if (bits !== undefined) return { kind: 'word', bits };
    const [, struct] = /^(.+) \*$/.exec(name) ?? [];
    if (struct === undefined) throw malformed(at, `a type, not ${name}`);
    return { kind: 'pointer', struct };
  },
};

const length = either<number, string>(count, (v) => typeof v === 'number', text);
const expr: Codec<ExprNode> = lazy(() => exprNode);
const place: Codec<Place> = lazy(() => placeNode);
const block: Codec<readonly StmtNode[]> = lazy(() => list(stmtNode));

const placeNode = record<Place>({
  struct: text,
  field: text,
  type,
  pointer: expr,
  index: optional(expr),
  access: oneOf('plain', 'marked'),
});

const exprNode = variant<ExprNode, 'kind'>('kind', {
  const: record({ type, value: digits, name: optional(text) }),
  address: record({ type, struct: text, instance: count }),
  local: record({ type, name: text }),
  cpu: record({ type: type as Codec<Word<8>> }),
  unary: record({ type, op: oneOf('bnot', 'neg', 'lnot'), operand: expr }),
  binary: record({
    type,
    op: oneOf(
      ...(['add', 'sub', 'mul', 'band', 'bor', 'bxor', 'shl', 'shr', 'sar'] as const),
      ...(['eq', 'ne', 'ult', 'ule', 'slt', 'sle', 'land', 'lor'] as const),
    ),
    left: expr,
    right: expr,
  }),
  conditional: record({ type, test: expr, then: expr, otherwise: expr }),
  convert: record({ type, how: oneOf('zext', 'sext', 'trunc', 'cast'), operand: expr }),
  load: record({ type, place }),
  call: record({ type, name: text, args: list(expr) }),
});

const effect = record<Effect>({ place, value: expr });
const demand = record<Demand>({ property: text, holds: expr, says: text });
const lockUse = record<LockUse>({
  does: oneOf('acquire', 'release'),
  mode: oneOf('exclusive', 'shared'),
  place,
  dropped: optional(place),
});
const target = variant<Target, 'kind'>('kind', {
  local: record({ name: text, type }),
  place: record({ place }),
});

const stmtNode = variant<StmtNode, 'kind'>('kind', {
  set: record({ target, value: expr, form: optional(oneOf('increment', 'decrement')) }),
  if: record({ test: expr, then: block, otherwise: block }),
  while: record({ test: expr, body: block }),
  'for-each': record({ struct: text, variable: text, body: block }),
  'for-index': record({ variable: text, type, count: length, body: block }),
  break: record({}),
  continue: record({}),
  return: record({ value: optional(expr) }),
  evaluate: record({ value: expr }),
  choose: record({
    variable: text,
    type,
    among: either<{ readonly struct: string }, { readonly count: number | string }>(
      record({ struct: text }),
      (v) => typeof v === 'object' && v !== null && 'struct' in v,
      record({ count: length }),
    ),
  }),
  assume: record({ test: expr }),
  primitive: record({
    name: text,
    shown: list(expr),
    until: optional(expr),
    demands: list(demand),
    effects: list(effect),
    lock: optional(lockUse),
  }),
  bug: record({ test: expr }),
  warn: record({ test: expr, once: flag }),
  observe: record({ effects: list(effect), when: optional(expr) }),
});

const variable = record<Variable>({ name: text, type });
const fn = record<FunctionNode>({
  name: text,
  file: text,
  abstracts: list(text),
  params: list(variable),
  locals: list(variable),
  returns: nullable(type),
  body: block,
});
const field = record<FieldNode>({
  name: text,
  type,
  length: optional(length),
  aliasOf: optional(text),
  sparse: optional(flag),
  lock: optional(flag),
  owner: optional(flag),
});
const struct = record<StructNode>({
  name: text,
  fields: list(field),
  instances: length,
  size: count,
  align: count,
  ghost: flag,
  mortal: flag,
});
const judged = variant<Judged, 'when'>('when', {
  outside: record({ functions: list(text) }),
  after: record({ function: text }),
  idle: record({}),
});

const numbers = dictionary(count);
const bounds: Codec<Bounds> = {
  encode: numbers.encode,
  decode(json, at) {
    const { cpus, ...others } = numbers.decode(json, at);
    if (cpus === undefined) throw malformed(`${at}.cpus`, 'a natural number');
    return { cpus, ...others };
  },
};

export const programCodec: Codec<Program> = record<Program>({
  name: text,
  bounds,
  structs: list(struct),
  functions: list(fn),
  operations: list(text),
  initial: list(effect),
  observers: list(record<Observer>({ function: text, enter: block, exit: block })),
  properties: list(record<PropertyNode>({ id: text, holds: expr, judged, says: text })),
  marks: list(record<Mark>({ name: text, value: digits })),
  policy: dictionary(text),
  abstractions: list(text),
  afterOops: optional(list(effect)),
  elsewhere: optional(expr),
});

/** The same program, every node an object of its own: as it will be when it is read back from a file. */
export function unshared(program: Program): Program {
  return programCodec.decode(programCodec.encode(program), 'program');
}

/** SHA-256 of the program as JSON, in hexadecimal digits. Equal programs have equal hashes. */
export function programHash(program: Program): string {
  return createHash('sha256')
    .update(JSON.stringify(programCodec.encode(program)))
    .digest('hex');
}
