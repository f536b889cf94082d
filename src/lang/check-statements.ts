/** Names, types and numbers in the statements of one function. */
import { match } from 'ts-pattern';
import {
  checkBound,
  checkExpression,
  checkPlace,
  checkType,
  checkValue,
  checkVariable,
  expectTypes,
  hasCall,
  type Names,
  type Report,
  unknown,
} from './check-expressions.ts';
import { checkPropertyName } from './check-names.ts';
import { type Located, unlisted } from './located.ts';
import type { Effect, ExprNode, FunctionNode, StmtNode } from './nodes.ts';
import { type Program, structNamed } from './program.ts';
import { LIVE } from './structs.ts';
import { bitsOf, bool, type Type } from './types.ts';
import { eachExpression } from './walk.ts';

/** Reports at a line; line 0 is the function as a whole. */
export type ReportAt = (line: number) => Report;

interface Scope {
  readonly program: Program;
  readonly fn: FunctionNode;
  readonly variables: ReadonlyMap<string, Type>;
  /** Variables of the loops around: they are not assigned. */
  readonly loops: ReadonlySet<string>;
  /** `break` and `continue` have a loop to leave. */
  readonly inLoop: boolean;
  readonly reportAt: ReportAt;
}

export function checkFunction(
  program: Program,
  fn: FunctionNode,
  body: readonly Located[],
  reportAt: ReportAt,
): void {
  const variables = new Map<string, Type>();
  const names: Names = { program, variables, report: reportAt(1) };
  for (const v of [...fn.params, ...fn.locals]) {
    if (variables.has(v.name)) names.report('PD0211', `${v.name} is declared twice`);
    variables.set(v.name, v.type);
    checkType(v.type, names);
  }
  if (fn.returns) checkType(fn.returns, names);
  const scope: Scope = { program, fn, variables, loops: new Set(), inLoop: false, reportAt };
  checkBlock(body, scope);
  for (const observer of program.observers)
    if (observer.function === fn.name)
      for (const statements of [observer.enter, observer.exit]) {
        checkBlock(unlisted(statements), { ...scope, reportAt: () => reportAt(1) });
        for (const stmt of statements) checkObserver(stmt, names);
      }
}

/** An observer runs within a step of the kernel, so it has no step of its own. */
function checkObserver(stmt: StmtNode, names: Names): void {
  const ghost = stmt.kind === 'observe' || (stmt.kind === 'if' && !readsKernel(stmt.test, names.program));
  if (!ghost) names.report('PD0208', 'an observer only observes, at most under ifs over ghost memory');
  if (stmt.kind === 'if') for (const s of [...stmt.then, ...stmt.otherwise]) checkObserver(s, names);
}

function readsKernel(expr: ExprNode, program: Program): boolean {
  return [...eachExpression(expr)].some(
    (n) => n.kind === 'call' || (n.kind === 'load' && !structNamed(program, n.place.struct).ghost),
  );
}

function checkBlock(block: readonly Located[], scope: Scope): void {
  for (const located of block) checkStatement(located, scope);
}

function checkStatement({ stmt, line, blocks }: Located, scope: Scope): void {
  const report = scope.reportAt(line);
  const names: Names = { program: scope.program, variables: scope.variables, report };
  const test = (node: ExprNode): void => {
    checkValue(node, names);
    expectTypes('a test', bool, [node.type], names);
  };
  const nested = (inner: Scope): void => {
    for (const block of blocks) checkBlock(block, inner);
  };
  match(stmt)
    .with({ kind: 'set' }, (s) => {
      checkValue(s.value, names);
      if (s.target.kind === 'local') {
        checkAssigned(s.target.name, s.target.type, scope, names);
        expectTypes(`${s.target.name} =`, s.target.type, [s.value.type], names);
      } else {
        checkPlace(s.target.place, names);
        expectTypes(`${s.target.place.field} =`, s.target.place.type, [s.value.type], names);
      }
    })
    .with({ kind: 'if' }, (s) => {
      test(s.test);
      nested(scope);
    })
    .with({ kind: 'while' }, (s) => {
      test(s.test);
      nested({ ...scope, inLoop: true });
    })
    .with({ kind: 'for-each' }, (s) => {
      const type: Type = { kind: 'pointer', struct: s.struct };
      checkType(type, names);
      nested(loopScope(s.variable, type, scope, report));
    })
    .with({ kind: 'for-index' }, (s) => {
      const count = checkBound(s.count, names);
      if (s.type.kind === 'pointer') report('PD0203', `${s.variable} counts, so it is no pointer`);
      else if (count !== undefined) checkCount(count, s.type, report);
      nested(loopScope(s.variable, s.type, scope, report));
    })
    .with({ kind: 'break' }, { kind: 'continue' }, (s) => {
      if (!scope.inLoop) report('PD0204', `${s.kind} outside a loop`);
    })
    .with({ kind: 'return' }, (s) => {
      const { fn } = scope;
      if (s.value) checkValue(s.value, names);
      if (s.value && !fn.returns) report('PD0204', `${fn.name} is void, but returns a value`);
      if (!s.value && fn.returns) report('PD0204', `${fn.name} must return a value`);
      if (s.value && fn.returns) expectTypes('return', fn.returns, [s.value.type], names);
    })
    .with({ kind: 'evaluate' }, (s) => checkExpression(s.value, names))
    .with({ kind: 'choose' }, (s) => {
      checkAssigned(s.variable, s.type, scope, names);
      checkChoice(s, names);
    })
    .with({ kind: 'assume' }, { kind: 'bug' }, { kind: 'warn' }, (s) => test(s.test))
    .with({ kind: 'primitive' }, (s) => {
      const tests = [...(s.until ? [s.until] : []), ...s.demands.map((d) => d.holds)];
      for (const node of tests) test(node);
      for (const node of s.shown) checkValue(node, names);
      for (const { property } of s.demands) checkPropertyName(property, names);
      if (s.lock) checkPlace(s.lock.place, names);
      checkAtomic(s.name, tests, s.effects, names);
    })
    .with({ kind: 'observe' }, (s) => {
      if (s.when) test(s.when);
      checkAtomic('an observation', s.when ? [s.when] : [], s.effects, names);
      for (const { place } of s.effects) {
        const ghost = scope.program.structs.find((x) => x.name === place.struct)?.ghost ?? true;
        if (!ghost && place.field !== LIVE)
          report('PD0208', `an observation stores to ${place.field}, which is kernel memory`);
      }
    })
    .exhaustive();
}

/** Tests and effects that happen in one step. */
function checkAtomic(
  what: string,
  tests: readonly ExprNode[],
  effects: readonly Effect[],
  names: Names,
): void {
  const roots = [...tests];
  for (const { place, value } of effects) {
    checkPlace(place, names);
    checkValue(value, names);
    expectTypes(`${place.field} =`, place.type, [value.type], names);
    roots.push(place.pointer, value, ...(place.index ? [place.index] : []));
  }
  if (roots.some(hasCall)) names.report('PD0208', `${what} is one step, but calls a function`);
}

function checkAssigned(name: string, type: Type, scope: Scope, names: Names): void {
  checkVariable(name, type, names);
  if (scope.loops.has(name)) names.report('PD0211', `${name} is the variable of a loop, and assigned in it`);
}

function loopScope(variable: string, type: Type, scope: Scope, report: Report): Scope {
  if (scope.variables.has(variable)) report('PD0211', `${variable} is declared already`);
  return {
    ...scope,
    variables: new Map(scope.variables).set(variable, type),
    loops: new Set(scope.loops).add(variable),
    inLoop: true,
  };
}

function checkChoice(stmt: Extract<StmtNode, { kind: 'choose' }>, names: Names): void {
  const { among, type } = stmt;
  if ('count' in among) {
    const count = checkBound(among.count, names);
    if (count !== undefined) checkCount(count, type, names.report);
    if (count === 0) names.report('PD0209', `${stmt.variable} is chosen among no values`);
    if (type.kind === 'pointer') names.report('PD0203', `${stmt.variable} is a pointer, not a number`);
    return;
  }
  expectTypes(`${stmt.variable} = any`, { kind: 'pointer', struct: among.struct }, [type], names);
  const struct = names.program.structs.find((s) => s.name === among.struct);
  if (!struct) {
    const known = names.program.structs.map((s) => s.name);
    unknown('struct', among.struct, known, names);
  } else if (checkBound(struct.instances, names) === 0)
    names.report('PD0209', `${stmt.variable} is chosen among no objects`);
}

function checkCount(count: number, type: Type, report: Report): void {
  if (BigInt(count) > 1n << BigInt(bitsOf(type)))
    report('PD0209', `${count} values do not fit ${bitsOf(type)} bits`);
}
