/** Of states that differ in an exchange of what cannot be told apart, one stands for all. */
import type { Compiled } from '../semantics/compiled.ts';
import type { Symmetry } from '../system/symmetry.ts';
import { exchangeCpus } from './exchange-cpus.ts';
import type { Settler } from './settler.ts';
import { objectSorter } from './sort-objects.ts';

export function createSettler({ cpus, objects, graph }: Symmetry, compiled: Compiled): Settler {
  if (cpus) return exchangeCpus(compiled, cpus);
  const sorters = objects.map((sort) => objectSorter(graph.program, compiled, sort));
  return {
    settle() {
      for (const sort of sorters) sort();
      return 0;
    },
    moved: (mask) => mask,
    passTurn: () => -1,
  };
}
