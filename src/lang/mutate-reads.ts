/** Mutants that read a word once where the kernel reads it again: what a compiler may do without READ_ONCE. */
import { constantFields, ownFields, storageKey } from './fields.ts';
import type { Change } from './mutate.ts';
import type { ExprNode, FunctionNode, Place, StmtNode } from './nodes.ts';
import { printPlace } from './print.ts';
import { type Program, structNamed } from './program.ts';
import { rewriteOwnExpressions } from './rewrite.ts';
import { type StatementSite, statementSites, withBlock } from './sites.ts';
import {
  blocksOf,
  eachExpression,
  eachStatement,
  expressionsOf,
  placeExpressions,
  subexpressions,
} from './walk.ts';

type Load = Extract<ExprNode, { kind: 'load' }>;

const FIRST = 'first_read';

/**
 * For each load that a statement before it makes on every way to it, through the same pointer: that first
 * read is kept in a local, and the load replaced by it. Left out are words of objects that are never freed that
 * nothing stores to, or only operations of the same CPU: read again in a function, they are the same.
 */
export function* rereadMutants(fn: FunctionNode, program: Program): Generator<Change> {
  const constants = new Set([...constantFields(program), ...ownFields(program)]);
  const done = new Set<string>();
  /** Lines of the loads so far, by what is loaded. */
  const seen = new Map<string, number[]>();
  const lines = new Map<string, number[]>();
  for (const { stmt, line } of statementSites(fn)) eachOwnLoad(stmt, (key) => push(lines, key, line));
  for (const site of statementSites(fn)) {
    const { stmt, line, block, index } = site;
    const after = block.slice(index);
    for (const first of stmt.kind === 'while' ? [] : unconditionalLoads(stmt)) {
      const key = printPlace(first.place);
      const before = seen.get(key)?.length ?? 0;
      if (isAssigned(first.place, after) || staysAsItIs(first, program, constants)) continue;
      for (let k = 1; k < countLoads(after, key); k++) {
        const at = `${key} ${before + k}`;
        if (done.has(at)) continue;
        done.add(at);
        yield {
          name: `re-read of ${key} replaced by the first read`,
          line: lines.get(key)?.[before + k] ?? line,
          fn: readOnce(fn, site, first, key, k),
        };
      }
    }
    eachOwnLoad(stmt, (key) => push(seen, key, line));
  }
}

/** The function with the first load before the site's statement, used there and for the k-th after it. */
function readOnce(fn: FunctionNode, site: StatementSite, first: Load, key: string, k: number): FunctionNode {
  const { block, index } = site;
  const target = { kind: 'local', name: FIRST, type: first.type } as const;
  const kept: StmtNode = { kind: 'set', target, value: first };
  let ordinal = 0;
  const rest = rewriteLoads(block.slice(index), (load) => {
    if (printPlace(load.place) !== key) return load;
    const here = ordinal++;
    return here === 0 || here === k ? target : load;
  });
  return {
    ...site.with([...block.slice(0, index), kept, ...rest]),
    locals: [...fn.locals, { name: FIRST, type: first.type }],
  };
}

/** The word, and each by which it is found, is constant and does not go away. */
function staysAsItIs(load: Load, program: Program, constants: ReadonlySet<string>): boolean {
  const loads = [...eachExpression(load)].flatMap((node) => (node.kind === 'load' ? [node.place] : []));
  return loads.every(
    (place) => constants.has(storageKey(program, place)) && !structNamed(program, place.struct).mortal,
  );
}

function push(map: Map<string, number[]>, key: string, value: number): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

/** What primitives and observations read is part of their step. */
const readsInSteps = (stmt: StmtNode): boolean => stmt.kind !== 'primitive' && stmt.kind !== 'observe';

/** Rewrites the loads of statements in the order of the listing; a place before the value stored there. */
function rewriteLoads(block: readonly StmtNode[], change: (load: Load) => ExprNode): readonly StmtNode[] {
  return block.map((stmt) => {
    let own = stmt;
    if (readsInSteps(stmt)) {
      let changed = false;
      const rewritten = rewriteOwnExpressions(stmt, (node) => {
        const result = node.kind === 'load' ? change(node) : node;
        changed ||= result !== node;
        return result;
      });
      if (changed) own = spelledOut(rewritten);
    }
    return blocksOf(own).reduce((outer, nested, k) => withBlock(outer, k, rewriteLoads(nested, change)), own);
  });
}

/** `x++` no longer adds to x, so it is not written so. */
function spelledOut(stmt: StmtNode): StmtNode {
  if (stmt.kind !== 'set') return stmt;
  const { form: _, ...rest } = stmt;
  return rest;
}

function eachOwnLoad(stmt: StmtNode, visit: (key: string) => void): void {
  if (!readsInSteps(stmt)) return;
  rewriteOwnExpressions(stmt, (node) => {
    if (node.kind === 'load') visit(printPlace(node.place));
    return node;
  });
}

function countLoads(block: readonly StmtNode[], key: string): number {
  let count = 0;
  for (const stmt of eachStatement(block))
    eachOwnLoad(stmt, (other) => {
      if (other === key) count++;
    });
  return count;
}

/** Loads that are made whenever the statement is executed, each the first of its place in it. */
function unconditionalLoads(stmt: StmtNode): readonly Load[] {
  if (!readsInSteps(stmt)) return [];
  const found = new Map<string, Load>();
  const conditional = new Set<string>();
  const visit = (node: ExprNode, always: boolean): void => {
    if (node.kind === 'binary' && (node.op === 'land' || node.op === 'lor')) {
      visit(node.left, always);
      visit(node.right, false);
    } else if (node.kind === 'conditional') {
      visit(node.test, always);
      visit(node.then, false);
      visit(node.otherwise, false);
    } else {
      for (const child of subexpressions(node)) visit(child, always);
      if (node.kind !== 'load') return;
      const key = printPlace(node.place);
      if (!always) conditional.add(key);
      else if (!found.has(key) && !conditional.has(key)) found.set(key, node);
    }
  };
  for (const root of expressionsOf(stmt)) visit(root, true);
  return [...found.values()];
}

/** Whether a local by which the place is found is assigned among these statements: then it may be another place. */
function isAssigned(place: Place, statements: readonly StmtNode[]): boolean {
  const names = new Set(
    placeExpressions(place).flatMap((root) =>
      [...eachExpression(root)].flatMap((node) => (node.kind === 'local' ? [node.name] : [])),
    ),
  );
  return [...eachStatement(statements)].some(
    (stmt) =>
      (stmt.kind === 'set' && stmt.target.kind === 'local' && names.has(stmt.target.name)) ||
      (stmt.kind === 'choose' && names.has(stmt.variable)),
  );
}
