/** When the predicates of properties are judged, as code. */
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
  const { graph, cpus } = context;
  const due = graph.program.properties.flatMap((p, i) =>
    p.judged.when === 'idle' ? [`if (!predicate_${i}()) judged(${i}, -1);`] : [],
  );
  if (due.length === 0) return '';
  const idle = Array.from({ length: cpus }, (_, c) => `${readPoint(context, c)} === 0`);
  return `if (${idle.join(' && ')}) { ${due.join(' ')} }\n`;
}
