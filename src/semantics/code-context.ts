/** What all that writes code for one graph has in common. */
import type { Addresses } from '../lang/addresses.ts';
import type { Graph, NodeId } from '../system/graph.ts';
import type { Environment } from './environment.ts';
import type { Layout } from './layout.ts';
import type { Values } from './values.ts';

export interface CodeContext {
  readonly graph: Graph;
  /** How many CPUs take steps. */
  readonly cpus: number;
  readonly layout: Layout;
  readonly values: Values;
  readonly addresses: Addresses;
  readonly environment: Environment;
  readonly locals: LocalNames;
  /** Of the nodes that are control points. */
  readonly pointNumber: ReadonlyMap<NodeId, number>;
  /** Which node of the graph to be compiled a node stands for, in what is reported. */
  readonly originOf: (id: NodeId) => NodeId;
}

/** JavaScript's names for the locals of the function that is being written. */
export interface LocalNames {
  nameOf(local: string): string;
  /** Those that were asked for since the last `clear`. */
  all(): readonly string[];
  clear(): void;
}

/** No names yet. */
export function createLocalNames(): LocalNames {
  const names = new Map<string, string>();
  return {
    nameOf(local) {
      const known = names.get(local);
      if (known) return known;
      const name = `v${names.size}`;
      names.set(local, name);
      return name;
    },
    all: () => [...names.values()],
    clear: () => names.clear(),
  };
}

/** The number of the CPU that takes the step, as code. */
export const thisCpu = ({ cpus }: CodeContext): string => (cpus === 1 ? '0' : 'cpu');
