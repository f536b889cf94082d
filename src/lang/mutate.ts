/**
 * Small changes to a program's kernel functions, all that follow from a few rules, none picked: a set of
 * properties that does not tell a changed program from the right one says too little.
 */
import { checkReplaced } from './check.ts';
import { rereadMutants } from './mutate-reads.ts';
import type { ExprNode, FunctionNode, StmtNode } from './nodes.ts';
import { printPlace, printStmt } from './print.ts';
import { type Program, structNamed } from './program.ts';
import { rewriteBlock } from './rewrite.ts';
import { type StatementSite, statementSites } from './sites.ts';
import { bool } from './types.ts';

export interface Mutant {
  readonly rule: RuleName;
  /** The rule and the text of what it was applied to. */
  readonly name: string;
  /** `FUNCTION:LINE` of the listing before the change. */
  readonly place: string;
  readonly program: Program;
}

/** A changed function, by the same rule wherever it applies. */
export interface Change {
  readonly name: string;
  readonly line: number;
  readonly fn: FunctionNode;
}

type Rule = (fn: FunctionNode, program: Program) => Iterable<Change>;

const rules = {
  'store dropped': droppedStores,
  'guard negated': negatedGuards,
  'decrement moved': movedDecrements,
  'lock dropped': droppedLocks,
  're-read replaced': rereadMutants,
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;
export const ruleNames = Object.keys(rules) as readonly RuleName[];

/** The mutants that are well-formed, function by function in the program's order, rule by rule. */
export function* mutantsOf(program: Program): Generator<Mutant> {
  for (const fn of program.functions) {
    if (fn.file === '') continue;
    for (const rule of ruleNames)
      for (const { name, line, fn: changed } of rules[rule](fn, program)) {
        const functions = program.functions.map((f) => (f === fn ? changed : f));
        const mutant = { ...program, functions };
        if (checkReplaced(mutant, changed).length === 0)
          yield { rule, name, place: `${fn.name}:${line}`, program: mutant };
      }
  }
}

const without = ({ block, index }: StatementSite, ...instead: readonly StmtNode[]): readonly StmtNode[] =>
  block.toSpliced(index, 1, ...instead);

/** A store to kernel memory left out, in a primitive that is no lock operation too; its value is evaluated. */
function* droppedStores(fn: FunctionNode, program: Program): Generator<Change> {
  for (const site of statementSites(fn)) {
    const { stmt, line } = site;
    const name = `store dropped: ${printStmt(stmt)}`;
    if (stmt.kind === 'set' && stmt.target.kind === 'place' && !isGhost(stmt.target.place.struct, program)) {
      const evaluated: StmtNode = { kind: 'evaluate', value: stmt.value };
      yield { name, line, fn: site.with(without(site, evaluated)) };
    }
    if (stmt.kind === 'primitive' && !stmt.lock)
      for (const [k, { place }] of stmt.effects.entries()) {
        const effects = stmt.effects.toSpliced(k, 1);
        const changed = site.with(without(site, { ...stmt, effects }));
        yield { name: `${name} ${printPlace(place)}`, line, fn: changed };
      }
  }
}

function* negatedGuards(fn: FunctionNode): Generator<Change> {
  for (const site of statementSites(fn)) {
    const { stmt, line } = site;
    if (stmt.kind !== 'if') continue;
    const test: ExprNode = { kind: 'unary', type: bool, op: 'lnot', operand: stmt.test };
    yield {
      name: `guard negated: ${printStmt(stmt)}`,
      line,
      fn: site.with(without(site, { ...stmt, test })),
    };
  }
}

/** A decrement before what stands before it, and after what stands after it. */
function* movedDecrements(fn: FunctionNode): Generator<Change> {
  for (const site of statementSites(fn)) {
    const { stmt, line, block, index } = site;
    if (!isDecrement(stmt)) continue;
    const moved = (to: number) => site.with(without(site).toSpliced(to, 0, stmt));
    const [before, after] = [block[index - 1], block[index + 1]];
    if (before)
      yield { name: `moved before ${printStmt(before)}: ${printStmt(stmt)}`, line, fn: moved(index - 1) };
    if (after && !leaves(after))
      yield { name: `moved after ${printStmt(after)}: ${printStmt(stmt)}`, line, fn: moved(index + 1) };
  }
}

function isDecrement(stmt: StmtNode): boolean {
  if (stmt.kind !== 'set' || stmt.target.kind !== 'place') return false;
  return stmt.form === 'decrement' || (stmt.value.kind === 'binary' && stmt.value.op === 'sub');
}

const leaves = (stmt: StmtNode): boolean =>
  stmt.kind === 'return' || stmt.kind === 'break' || stmt.kind === 'continue';

/** Every operation on one lock left out of a function that both takes and drops it. */
function* droppedLocks(fn: FunctionNode): Generator<Change> {
  const uses = new Map<string, { readonly line: number; readonly does: Set<string> }>();
  for (const { stmt, line } of statementSites(fn)) {
    if (stmt.kind !== 'primitive' || !stmt.lock) continue;
    const place = printPlace(stmt.lock.place);
    const use = uses.get(place) ?? { line, does: new Set() };
    use.does.add(stmt.lock.does);
    uses.set(place, use);
  }
  for (const [place, { line, does }] of uses) {
    if (does.size < 2) continue;
    const body = rewriteBlock(fn.body, (stmt) =>
      stmt.kind === 'primitive' && stmt.lock && printPlace(stmt.lock.place) === place ? [] : [stmt],
    );
    yield { name: `lock dropped: ${place}`, line, fn: { ...fn, body } };
  }
}

function isGhost(struct: string, program: Program): boolean {
  return structNamed(program, struct).ghost;
}
