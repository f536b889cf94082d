/**
 * Checks a program as a whole: that lowering, generated code, solvers and the interpreter can take it, and
 * will take it to mean the same. Every diagnostic names the function and the line of its printed listing.
 */
import type { DiagnosticCode } from '../support/diagnostic-codes.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import {
  checkBound,
  checkExpression,
  checkPlace,
  checkType,
  checkValue,
  expectTypes,
  hasCall,
  type Names,
  unknown,
} from './check-expressions.ts';
import { checkPropertyName } from './check-names.ts';
import { checkPaths } from './check-paths.ts';
import { checkFunction, type ReportAt } from './check-statements.ts';
import { eachLocated, type Located, locatedBody } from './located.ts';
import { DEAD } from './locks.ts';
import type { ExprNode, FieldNode, FunctionNode, StructNode } from './nodes.ts';
import { functionLines } from './print.ts';
import type { Program } from './program.ts';
import { bitsOf, bool } from './types.ts';
import { eachExpression, expressionsOf } from './walk.ts';

/** A lock word has a bit for each CPU and mode. */
const MOST_CPUS = 4;

interface Checking {
  readonly names: Names;
  readonly functions: ReadonlyMap<string, FunctionNode>;
  readonly bodies: ReadonlyMap<string, readonly Located[]>;
  readonly report: (place: string) => Names['report'];
  readonly reportIn: (name: string) => ReportAt;
  readonly found: readonly Diagnostic[];
}

function begin(program: Program): Checking {
  const found: Diagnostic[] = [];
  const report = (place: string) => (code: DiagnosticCode, message: string, hint?: string) => {
    found.push({ code, message, place, hint });
  };
  const functions = new Map(program.functions.map((fn) => [fn.name, fn]));
  return {
    names: { program, variables: new Map(), report: report(program.name) },
    functions,
    bodies: new Map(program.functions.map((fn) => [fn.name, locatedBody(fn)])),
    report,
    // The place is printed only where there is something to say of it.
    reportIn:
      (name) =>
      (line) =>
      (...said) =>
        report(linePlace(functions.get(name), line))(...said),
    found,
  };
}

/** Empty: the program is well-formed. */
export function checkProgram(program: Program): readonly Diagnostic[] {
  const checking = begin(program);
  const { names, functions, report } = checking;
  checkBounds(names);
  for (const struct of program.structs) checkStruct(struct, { ...names, report: report(struct.name) });
  checkOperations(functions, names);
  checkInitial(names);
  checkAfterOops(names);
  checkProperties(functions, names, report);
  checkFunctions(checking, program.functions);
  return checking.found;
}

/** As `checkProgram`, for a program that was well-formed before this function was replaced. */
export function checkReplaced(program: Program, fn: FunctionNode): readonly Diagnostic[] {
  const checking = begin(program);
  checkFunctions(checking, [fn]);
  return checking.found;
}

function checkFunctions(checking: Checking, functions: readonly FunctionNode[]): void {
  const { names, bodies, reportIn, found } = checking;
  for (const fn of functions) checkFunction(names.program, fn, bodies.get(fn.name) ?? [], reportIn(fn.name));
  checkRecursion(bodies, reportIn);
  // Paths are followed through calls, so names must be known and calls must end.
  if (found.length === 0) checkPaths({ program: names.program, bodies, reportIn });
}

function linePlace(fn: FunctionNode | undefined, line: number): string {
  if (!fn) return 'the program';
  return `line ${line} of ${fn.name}: ${functionLines(fn)[line - 1]?.text ?? ''}`;
}

function checkBounds({ program, report }: Names): void {
  for (const [name, count] of Object.entries(program.bounds))
    if (!Number.isSafeInteger(count) || count < 0) report('PD0209', `the bound ${name} is ${count}`);
  const { cpus } = program.bounds;
  const most = program.afterOops ? DEAD : MOST_CPUS;
  if (cpus < 1 || cpus > most)
    report(
      'PD0209',
      `there are 1 to ${most} CPUs${program.afterOops ? ' where runs go on after an oops' : ''}, not ${cpus}`,
    );
}

function checkStruct(struct: StructNode, names: Names): void {
  checkBound(struct.instances, names);
  for (const field of struct.fields) {
    checkType(field.type, names);
    if (field.length !== undefined) checkBound(field.length, names);
    if (field.aliasOf !== undefined) checkUnion(struct, field, field.aliasOf, names);
  }
}

/** A union member lies in the low bits of a field that has storage of its own. */
function checkUnion(struct: StructNode, field: FieldNode, storage: string, names: Names): void {
  const fields = struct.fields.filter((f) => f.aliasOf === undefined);
  const of = fields.find((f) => f.name === storage);
  if (!of) {
    const known = fields.map((f) => f.name);
    unknown('field with storage', storage, known, names);
    return;
  }
  if (bitsOf(field.type) > bitsOf(of.type))
    names.report('PD0203', `${field.name} is wider than ${storage}, whose storage it shares`);
  if (field.length !== undefined || of.length !== undefined)
    names.report('PD0203', `${field.name} and ${storage} share storage, so neither is an array`);
}

function checkOperations(functions: ReadonlyMap<string, FunctionNode>, names: Names): void {
  for (const name of names.program.operations) {
    const fn = functions.get(name);
    if (!fn) unknown('function', name, functions.keys(), names);
    else if (fn.params.length > 0) names.report('PD0203', `${name} is an operation, but takes arguments`);
  }
}

function checkInitial(names: Names): void {
  for (const { place, value } of names.program.initial) {
    checkPlace(place, names);
    checkValue(value, names);
    expectTypes(`${place.field} =`, place.type, [value.type], names);
    const says = `the initial value of ${place.field}`;
    if (place.pointer.kind !== 'address') names.report('PD0210', `${says} belongs to no object`);
    if (place.index && place.index.kind !== 'const') names.report('PD0210', `${says} has no known index`);
    if (value.kind !== 'const' && value.kind !== 'address')
      names.report('PD0210', `${says} is neither a constant nor an address`);
    const struct = names.program.structs.find((s) => s.name === place.struct);
    const field = struct?.fields.find((f) => f.name === place.field);
    const storage = struct?.fields.find((f) => f.name === field?.aliasOf);
    if (field && storage && bitsOf(field.type) < bitsOf(storage.type))
      names.report(
        'PD0210',
        `${says} leaves the rest of ${storage.name} open`,
        `give ${storage.name} a value`,
      );
    const length = field?.length === undefined ? undefined : checkBound(field.length, names);
    if (place.index?.kind === 'const' && length !== undefined && place.index.value >= BigInt(length))
      names.report('PD0209', `${says} is past its end, ${length}`);
  }
}

/** Stores that happen as a task dies: at known objects that are never freed, so that they cannot fail. */
function checkAfterOops(outer: Names): void {
  const { program } = outer;
  const names = {
    ...outer,
    report: (code: DiagnosticCode, message: string) => outer.report(code, `after an oops: ${message}`),
  };
  for (const { place, value } of program.afterOops ?? []) {
    checkPlace(place, names);
    checkValue(value, names);
    expectTypes(`${place.field} =`, place.type, [value.type], names);
    const struct = program.structs.find((s) => s.name === place.struct);
    if (place.pointer.kind !== 'address' || struct?.mortal)
      names.report('PD0210', `${place.field} is not that of a known object which is never freed`);
    if (hasCall(value)) names.report('PD0208', 'a function is called');
  }
}

function checkProperties(
  functions: ReadonlyMap<string, FunctionNode>,
  outer: Names,
  report: (place: string) => Names['report'],
): void {
  const { properties, elsewhere } = outer.program;
  if (elsewhere) checkPredicate('elsewhere', elsewhere, { ...outer, report: report('elsewhere') });
  const ids = properties.map((p) => p.id);
  for (const [i, { id, holds, judged }] of properties.entries()) {
    const names = { ...outer, report: report(`property ${id}`) };
    if (ids.indexOf(id) < i) names.report('PD0211', `two properties are called ${id}`);
    checkPropertyName(id, names);
    checkPredicate(id, holds, names);
    if (judged.when === 'after' && !functions.has(judged.function))
      unknown('function', judged.function, functions.keys(), names);
  }
}

function checkPredicate(id: string, holds: ExprNode, names: Names): void {
  checkExpression(holds, names);
  expectTypes(id, bool, [holds.type], names);
  if (hasCall(holds)) names.report('PD0208', 'a property is judged in one step, but calls a function');
  if ([...eachExpression(holds)].some((n) => n.kind === 'cpu'))
    names.report('PD0202', 'a property is about the state and knows no cpu');
}

/** Calls are inlined, so no function may reach itself. Reports the call that closes the circle. */
function checkRecursion(
  bodies: ReadonlyMap<string, readonly Located[]>,
  reportIn: (fn: string) => ReportAt,
): void {
  const done = new Set<string>();
  const visit = (name: string, callers: readonly string[]): void => {
    if (done.has(name)) return;
    const path = [...callers, name];
    for (const { stmt, line } of eachLocated(bodies.get(name) ?? []))
      for (const root of expressionsOf(stmt))
        for (const node of eachExpression(root)) {
          if (node.kind !== 'call') continue;
          if (path.includes(node.name)) {
            const circle = [...path.slice(path.indexOf(node.name)), node.name];
            reportIn(name)(line)('PD0205', `${node.name} calls itself: ${circle.join(' -> ')}`);
          } else visit(node.name, path);
        }
    done.add(name);
  };
  for (const name of bodies.keys()) visit(name, []);
}
