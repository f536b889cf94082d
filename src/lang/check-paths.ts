/** What must hold on every path through a program's functions. They must not be recursive. */
import type { ReportAt } from './check-statements.ts';
import { eachLocated, type Located, unlisted } from './located.ts';
import type { ExprNode, StmtNode } from './nodes.ts';
import { join, type PathMark, type Rules, walkPaths, walkRound } from './paths.ts';
import type { Program } from './program.ts';
import { storesOf } from './walk.ts';

export interface Bodies {
  readonly program: Program;
  /** By function. */
  readonly bodies: ReadonlyMap<string, readonly Located[]>;
  readonly reportIn: (fn: string) => ReportAt;
}

export function checkPaths(checked: Bodies): void {
  checkReturns(checked);
  checkLoops(checked);
  checkAssumptions(checked);
}

/** What a call does to the mark: the body walked once for each mark it may begin with. */
function calls(
  { program, bodies }: Bodies,
  rules: () => Rules,
): (name: string, before: PathMark) => PathMark {
  const known = new Map<string, PathMark>();
  return (name, before) => {
    const key = `${name} ${before}`;
    const found = known.get(key);
    if (found) return found;
    const observers = program.observers.filter((o) => o.function === name);
    const entered = observers.reduce((mark, o) => walkPaths(unlisted(o.enter), mark, rules()).next, before);
    const { next, ret } = walkPaths(bodies.get(name) ?? [], entered, rules());
    const after = observers.reduce(
      (mark, o) => walkPaths(unlisted(o.exit), mark, rules()).next,
      join(next, ret),
    );
    known.set(key, after);
    return after;
  };
}

/** A function that gives a value must not end without a return. */
function checkReturns({ program, bodies, reportIn }: Bodies): void {
  const keep: Rules = { load: (_, m) => m, call: (_, m) => m, execute: (_, m) => m };
  for (const fn of program.functions) {
    if (!fn.returns) continue;
    if (walkPaths(bodies.get(fn.name) ?? [], 'clear', keep).next !== 'none')
      reportIn(fn.name)(1)('PD0204', `${fn.name} can end without a return`);
  }
}

/** Marked while no step was taken: a `while` that comes round marked would loop for ever within a step. */
function checkLoops(checked: Bodies): void {
  const { program, bodies, reportIn } = checked;
  const isGhost = ghosts(program);
  const step = (mark: PathMark): PathMark => (mark === 'none' ? 'none' : 'clear');
  const takesStep = (stmt: StmtNode): boolean =>
    stmt.kind === 'primitive' ||
    stmt.kind === 'choose' ||
    (stmt.kind === 'set' && stmt.target.kind === 'place' && !isGhost(stmt.target.place.struct));
  const rules: Rules = {
    load: (node, before) => (isGhost(node.place.struct) ? before : step(before)),
    call: (node, before) => called(node.name, before),
    execute: (stmt, before) => (takesStep(stmt) ? step(before) : before),
  };
  const called = calls(checked, () => rules);
  for (const [name, body] of bodies)
    for (const { stmt, line, blocks } of eachLocated(body)) {
      if (stmt.kind !== 'while') continue;
      const { next, cont } = walkRound(stmt, blocks[0] ?? [], 'set', rules);
      if (join(next, cont) === 'set')
        reportIn(name)(line)(
          'PD0206',
          'this loop can go round without a step',
          'on each way round there must be an access to kernel memory, a primitive or a choice',
        );
    }
}

/** Marked once something was stored, ghost memory included: an operation that is not enabled did nothing. */
function checkAssumptions(checked: Bodies): void {
  const { program, reportIn } = checked;
  const reported = new Set<string>();
  /** The function being walked, innermost last. */
  const stack: string[] = [];
  const rules: Rules = {
    load: (_, before) => before,
    call(node: Extract<ExprNode, { kind: 'call' }>, before) {
      stack.push(node.name);
      const after = called(node.name, before);
      stack.pop();
      return after;
    },
    execute(stmt, before, line) {
      const name = stack.at(-1) ?? '';
      if (stmt.kind === 'assume' && before === 'set' && !reported.has(`${name} ${line}`)) {
        reported.add(`${name} ${line}`);
        reportIn(name)(line)('PD0207', 'this assumption comes after a store');
      }
      return storesOf(stmt).length > 0 ? 'set' : before;
    },
  };
  const called = calls(checked, () => rules);
  for (const operation of program.operations) {
    stack.push(operation);
    called(operation, 'clear');
    stack.pop();
  }
}

function ghosts(program: Program): (struct: string) => boolean {
  const names = new Set(program.structs.filter((s) => s.ghost).map((s) => s.name));
  return (struct) => names.has(struct);
}
