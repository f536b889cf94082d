/** Names and types in expressions. Builders see most of it; a tree may also come from a file. */
import { match } from 'ts-pattern';
import type { DiagnosticCode } from '../support/diagnostic-codes.ts';
import { didYouMean } from '../support/nearest.ts';
import type { BinaryOperator, ExprNode, Place } from './nodes.ts';
import type { Program } from './program.ts';
import { bitsOf, bool, sameType, type Type, typeName } from './types.ts';
import { subexpressions } from './walk.ts';

export type Report = (code: DiagnosticCode, message: string, hint?: string) => void;

/** What the names in an expression stand for. */
export interface Names {
  readonly program: Program;
  readonly variables: ReadonlyMap<string, Type>;
  readonly report: Report;
}

const comparisons: ReadonlySet<BinaryOperator> = new Set(['eq', 'ne', 'ult', 'ule', 'slt', 'sle']);

export function checkExpression(node: ExprNode, names: Names): void {
  if (node.kind === 'load') {
    checkPlace(node.place, names);
    if (!sameType(node.type, node.place.type))
      names.report('PD0203', `${node.place.field} is read as ${typeName(node.type)}`);
    return;
  }
  for (const operand of subexpressions(node)) checkValue(operand, names);
  checkType(node.type, names);
  match(node)
    .with({ kind: 'const' }, (n) => {
      if (n.value < 0n || n.value >= 1n << BigInt(bitsOf(n.type)))
        names.report('PD0209', `${n.value} does not fit ${typeName(n.type)}`);
    })
    .with({ kind: 'address' }, (n) => checkAddress(n, names))
    .with({ kind: 'local' }, (n) => checkVariable(n.name, n.type, names))
    .with({ kind: 'unary' }, (n) =>
      n.op === 'lnot'
        ? expectTypes('!', bool, [n.type, n.operand.type], names)
        : expectTypes(n.op, n.type, [n.operand.type], names),
    )
    .with({ kind: 'binary' }, (n) => {
      if (n.op === 'land' || n.op === 'lor')
        expectTypes(n.op, bool, [n.type, n.left.type, n.right.type], names);
      else expectTypes(n.op, n.left.type, [n.right.type, ...(comparisons.has(n.op) ? [] : [n.type])], names);
      if (comparisons.has(n.op)) expectTypes(n.op, bool, [n.type], names);
    })
    .with({ kind: 'conditional' }, (n) => {
      expectTypes('?:', bool, [n.test.type], names);
      expectTypes('?:', n.type, [n.then.type, n.otherwise.type], names);
    })
    .with({ kind: 'convert' }, (n) => {
      const [from, to] = [bitsOf(n.operand.type), bitsOf(n.type)];
      const fits = n.how === 'cast' ? from === to : n.how === 'trunc' ? to <= from : from <= to;
      if (!fits) names.report('PD0203', `${n.how} cannot go from ${from} bits to ${to}`);
    })
    .with({ kind: 'call' }, (n) => checkCall(n, names))
    .with({ kind: 'cpu' }, () => undefined)
    .exhaustive();
}

/** An expression whose value is used: a call of a void function has none. */
export function checkValue(node: ExprNode, names: Names): void {
  checkExpression(node, names);
  if (node.kind !== 'call') return;
  const fn = names.program.functions.find((f) => f.name === node.name);
  if (fn && !fn.returns) names.report('PD0203', `${node.name} returns nothing, but its value is used`);
}

export function checkPlace(place: Place, names: Names): void {
  checkValue(place.pointer, names);
  if (place.index) checkValue(place.index, names);
  const struct = names.program.structs.find((s) => s.name === place.struct);
  if (!struct) {
    unknown(
      'struct',
      place.struct,
      names.program.structs.map((s) => s.name),
      names,
    );
    return;
  }
  const field = struct.fields.find((f) => f.name === place.field);
  if (!field) {
    unknown(
      `field of struct ${struct.name}`,
      place.field,
      struct.fields.map((f) => f.name),
      names,
    );
    return;
  }
  const { pointer } = place;
  if (pointer.type.kind !== 'pointer' || pointer.type.struct !== struct.name)
    names.report('PD0203', `${place.field} of struct ${struct.name} through ${typeName(pointer.type)}`);
  if (!sameType(field.type, place.type))
    names.report('PD0203', `${place.field} is ${typeName(field.type)}, not ${typeName(place.type)}`);
  if (field.length !== undefined && !place.index)
    names.report('PD0203', `${place.field} is an array and needs an index`);
  if (field.length === undefined && place.index)
    names.report('PD0203', `${place.field} is no array and takes no index`);
}

export function checkType(type: Type, names: Names): void {
  if (type.kind === 'pointer' && !names.program.structs.some((s) => s.name === type.struct))
    unknown(
      'struct',
      type.struct,
      names.program.structs.map((s) => s.name),
      names,
    );
}

/** A use of a variable, read or assigned. */
export function checkVariable(name: string, type: Type, names: Names): void {
  const declared = names.variables.get(name);
  if (!declared) unknown('variable', name, names.variables.keys(), names);
  else if (!sameType(declared, type))
    names.report('PD0203', `${name} is ${typeName(declared)}, not ${typeName(type)}`);
}

/** The value of a bound or a number; undefined, and reported, where there is none. */
export function checkBound(length: number | string, names: Names): number | undefined {
  if (typeof length === 'number') return length;
  const value = names.program.bounds[length];
  if (value === undefined) unknown('bound', length, Object.keys(names.program.bounds), names);
  return value;
}

export function unknown(what: string, name: string, known: Iterable<string>, names: Names): void {
  names.report('PD0202', `no ${what} is called ${name}`, didYouMean(name, known));
}

function checkAddress(node: Extract<ExprNode, { kind: 'address' }>, names: Names): void {
  const struct = names.program.structs.find((s) => s.name === node.struct);
  if (!struct) return;
  const count = checkBound(struct.instances, names);
  if (count !== undefined && (node.instance < 0 || node.instance >= count))
    names.report('PD0209', `there is no ${node.struct}[${node.instance}], only ${count} of them`);
  if (node.type.kind !== 'pointer' || node.type.struct !== node.struct)
    names.report('PD0203', `the address of a struct ${node.struct} is taken for ${typeName(node.type)}`);
}

function checkCall(node: Extract<ExprNode, { kind: 'call' }>, names: Names): void {
  const { functions } = names.program;
  const fn = functions.find((f) => f.name === node.name);
  if (!fn) {
    unknown(
      'function',
      node.name,
      functions.map((f) => f.name),
      names,
    );
    return;
  }
  if (fn.params.length !== node.args.length)
    names.report('PD0203', `${fn.name} takes ${fn.params.length} arguments, ${node.args.length} given`);
  for (const [i, param] of fn.params.entries()) {
    const arg = node.args[i];
    if (arg) expectTypes(`${fn.name}(${param.name})`, param.type, [arg.type], names);
  }
  if (fn.returns) expectTypes(`${fn.name}()`, fn.returns, [node.type], names);
}

/** Reports the first type that is not the one expected. */
export function expectTypes(what: string, expected: Type, given: readonly Type[], names: Names): void {
  const wrong = given.find((type) => !sameType(type, expected));
  if (wrong) names.report('PD0203', `${what}: expected ${typeName(expected)}, not ${typeName(wrong)}`);
}

/** Whether evaluating the expression calls a function. */
export function hasCall(node: ExprNode): boolean {
  return node.kind === 'call' || subexpressions(node).some(hasCall);
}
