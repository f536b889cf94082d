/** When the predicates of properties are judged, as code. */
import { fieldsRead } from '../lang/fields.ts';
import type { ExprNode } from '../lang/nodes.ts';
import type { GraphNode } from '../system/graph.ts';
import type { CodeContext } from './code-context.ts';
import { readPoint } from './packed-words.ts';

/** A further condition: no other CPU stands inside the functions of a predicate. */
export function othersOutside(context: CodeContext, property: number): string {
  const { graph, cpus, environment } = context;
  const judged = graph.program.properties[property]?.judged;
  if (cpus === 1 || judged?.when !== 'outside') return '';
  const inside = environment.named(`inside_${property}`, () =>
    Uint8Array.from([
      0,
      ...graph.points.map((p) =>
        (graph.nodes[p.node] as GraphNode).site.calls.some((c) => judged.functions.includes(c)) ? 1 : 0,
      ),
    ]),
  );
  const others = Array.from(
    { length: cpus },
    (_, c) => `(cpu === ${c} || !${inside}[${readPoint(context, c)}])`,
  );
  return ` && ${others.join(' && ')}`;
}

/** Where all CPUs are idle, the predicates that are due then are judged. */
export function idleJudgements(context: CodeContext): string {
  if (dueWhenIdle(context).length === 0) return '';
  const idle = Array.from({ length: context.cpus }, (_, c) => `${readPoint(context, c)} === 0`);
  return `if (${idle.join(' && ')}) judgeIdle();\n`;
}

/** The function `judgeIdle`. Most steps store to nothing that predicates read: those that held then hold. */
export function idleJudge(context: CodeContext, predicates: readonly ExprNode[]): string {
  const due = dueWhenIdle(context);
  const expressions = due.map((i) => predicates[i] as ExprNode);
  const cells = [...cellsRead(context, expressions)];
  const changed = cells.map(([cell, mask], k) => `(S[${cell}] ^ before[${k}]) & ${mask}`).join(' | ') || '0';
  const judge = due.map((i) => `if (!predicate_${i}()) { all = false; judged(${i}, -1); }`);
  const keep = cells.map(([cell], k) => `before[${k}] = S[${cell}];`);
  return `(() => {
const before = new Int32Array(${cells.length});
let held = false;
return () => {
if (held && (${changed}) === 0) return;
held = false;
let all = true;
${judge.join('\n')}
${keep.join('\n')}
held = all;
};
})()`;
}

/** The properties that are judged when all CPUs are idle, by their numbers. */
const dueWhenIdle = ({ graph }: CodeContext): readonly number[] =>
  graph.program.properties.flatMap((p, i) => (p.judged.when === 'idle' ? [i] : []));

/** The cells of the state that expressions may read, each with a mask of the bits. */
function cellsRead(
  { graph: { program }, layout }: CodeContext,
  expressions: readonly ExprNode[],
): ReadonlyMap<number, number> {
  const masks = new Map<number, number>();
  for (const key of new Set(expressions.flatMap((e) => [...fieldsRead(program, e)]))) {
    const { base, width, count } = layout.fields.get(key) ?? { base: 0, width: 0, count: 0 };
    for (let bit = base; bit < base + width * count; bit++)
      masks.set(bit >>> 5, (masks.get(bit >>> 5) ?? 0) | (1 << (bit & 31)));
  }
  return masks;
}
