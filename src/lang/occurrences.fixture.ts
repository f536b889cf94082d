/** What occurs in a program: `op:add`, `stmt:while`, `union:wide8`, `expr:call`, by which samples are counted. */
import type { ExprNode, StmtNode } from './nodes.ts';
import { type Program, structNamed } from './program.ts';
import { eachExpression, eachStatement, expressionsOf, storesOf } from './walk.ts';

export function occurrences(program: Program): ReadonlySet<string> {
  const found = new Set<string>();
  const inExpression = (root: ExprNode): void => {
    for (const node of eachExpression(root)) {
      if (node.kind === 'unary' || node.kind === 'binary') found.add(`op:${node.op}`);
      else if (node.kind === 'convert') found.add(`op:${node.how}`);
      else found.add(`expr:${node.kind}`);
    }
  };
  const inBlock = (block: readonly StmtNode[]): void => {
    for (const stmt of eachStatement(block)) {
      found.add(`stmt:${stmt.kind}`);
      for (const expr of expressionsOf(stmt)) inExpression(expr);
      for (const place of storesOf(stmt)) {
        const field = structNamed(program, place.struct).fields.find((f) => f.name === place.field);
        if (field?.aliasOf) found.add(`union:${field.name}`);
      }
    }
  };
  for (const fn of program.functions) inBlock(fn.body);
  return found;
}

/** How many of the samples have each thing, in percent. */
export function percentages(samples: readonly ReadonlySet<string>[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const sample of samples) for (const key of sample) counts.set(key, (counts.get(key) ?? 0) + 1);
  return new Map([...counts].map(([key, n]) => [key, (100 * n) / samples.length]));
}
