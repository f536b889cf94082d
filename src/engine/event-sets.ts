/** What was found on the way to a state and does not show in it: sets of events, numbered. */
import { STATED } from '../semantics/compiled.ts';
import type { Graph, NodeId } from '../system/graph.ts';

export interface Event {
  readonly property: string;
  readonly cpu: number;
  readonly node: NodeId;
  /** Of the listener: the id of a pointer that is no object, or one of the causes of compile.ts. */
  readonly cause: number;
}

/** The task died of it: a pointer that is no object, or a BUG_ON. */
export function isFatal(graph: Graph, { node, cause }: Event): boolean {
  const action = graph.nodes[node];
  return cause >= 0 || (cause === STATED && action?.op === 'finding' && action.fatal);
}

export interface EventSets {
  of(n: number): readonly Event[];
  /** The number of a set with these events added. */
  with(n: number, more: readonly Event[]): number;
}

/** Set 0 is empty. */
export function createEventSets(): EventSets {
  const sets: (readonly Event[])[] = [[]];
  const numbers = new Map<string, number>([['', 0]]);
  const key = (e: Event) => `${e.cpu} ${e.node} ${e.cause}`;
  return {
    of: (n) => sets[n] as readonly Event[],
    with(n, more) {
      if (more.length === 0) return n;
      const all = new Map([...(sets[n] as readonly Event[]), ...more].map((e) => [key(e), e]));
      const keys = [...all.keys()].sort();
      const name = keys.join(';');
      const known = numbers.get(name);
      if (known !== undefined) return known;
      numbers.set(name, sets.length);
      return sets.push(keys.map((k) => all.get(k) as Event)) - 1;
    },
  };
}
