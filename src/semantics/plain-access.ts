/** Code that tells which word a CPU is about to access without a lock or a mark: data races are made of these. */
import { storageKey } from '../lang/fields.ts';
import type { GraphNode, Point } from '../system/graph.ts';
import type { CodeContext } from './code-context.ts';
import type { PlainAccess } from './compiled.ts';
import { onFirstCall } from './environment.ts';
import type { ExpressionWriter } from './expression-code.ts';
import { locate } from './located-words.ts';
import { remembered } from './register-code.ts';

/** The plain access that a control point stands before; also where nothing reads the word. */
export function plainAccess(
  context: CodeContext,
  { instanceOf, indexOf }: ExpressionWriter,
  { node, live }: Point,
): PlainAccess | null {
  const { graph, environment, locals } = context;
  const action = graph.nodes[node] as GraphNode;
  if ((action.op !== 'load' && action.op !== 'store') || action.place.access !== 'plain') return null;
  const { place } = action;
  const field = storageKey(graph.program, place);
  if (graph.constants.has(field)) return null;
  const code = () => {
    locals.clear();
    const registers = remembered(context, live);
    const [instance, index] = [instanceOf(place.pointer, place.struct), indexOf(place)];
    const { position } = locate(context, place, 'o', index === null ? null : 'i');
    return `(cpu) => {
${registers.length > 0 ? `const ${registers.join(', ')};` : ''}
const o = ${instance}, i = ${index ?? 0};
return o < 0 || i < 0 ? -1 : ${position};
}`;
  };
  return {
    field,
    store: action.op === 'store',
    word: onFirstCall(() => environment.evaluate(code())),
  };
}
