/** What generated code reports while it runs, by the names under which it is asked for. */
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import { type Compiled, DEMANDED, type Listener, STATED } from '../semantics/compiled.ts';
import type { Values } from '../semantics/values.ts';
import type { Graph, NodeId } from '../system/graph.ts';

/** A loop goes round more often than the graph has it: lower the program again with one round more. */
export class MoreRounds extends Error {
  readonly loop: string;
  constructor(loop: string) {
    super(`the loop at ${loop} goes round more often`);
    this.loop = loop;
  }
}

export interface Heard {
  readonly kind: 'found' | 'reached' | 'order';
  /** The property, the target of `reach:`, or `held -> taken` by lock name. */
  readonly name: string;
}

/** The property by which it is asked for; of an order of locks the order. */
export const askedAs = ({ kind, name }: Heard): string => (kind === 'reached' ? `reach:${name}` : name);

/** Which property a finding belongs to: what the node states or demands, or by the pointer that is no object. */
export function propertyOfFinding(graph: Graph, values: Values, node: NodeId, cause: number): string {
  if (cause >= 0) {
    const pointer = values.valueOf(cause);
    if (graph.program.marks.some((m) => m.value === pointer)) return 'no-sentinel-deref';
    return pointer === 0n ? 'no-null-deref' : 'no-stale-deref';
  }
  const action = graph.nodes[node];
  if (cause === STATED && action?.op === 'finding') return action.property;
  if (cause <= DEMANDED && action?.op === 'primitive')
    return action.demands[DEMANDED - cause]?.property ?? OUT_OF_MODEL;
  return OUT_OF_MODEL;
}

/** The same of what code reports; where that is a loop's end, MoreRounds is thrown. */
export function propertyReported(graph: Graph, values: Values, node: NodeId, cause: number): string {
  const loop = graph.cuts.get(node);
  if (loop !== undefined) throw new MoreRounds(loop);
  return propertyOfFinding(graph, values, node, cause);
}

/** A listener of a graph's code that tells by name. It throws MoreRounds. */
export function listenerOf(graph: Graph, compiled: () => Compiled, tell: (heard: Heard) => void): Listener {
  return {
    finding: (node, cause) =>
      tell({ kind: 'found', name: propertyReported(graph, compiled().values, node, cause) }),
    judged: (property) => tell({ kind: 'found', name: graph.program.properties[property]?.id ?? '' }),
    reached: (target) => tell({ kind: 'reached', name: compiled().targets[target] ?? '' }),
    ordered(held, taken) {
      const [first, second] = [held, taken].map((n) => compiled().lockWords[n]?.name);
      tell({ kind: 'order', name: `${first} -> ${second}` });
    },
  };
}
