/**
 * Runs that lead to what a search found. The search keeps no parents: they are looked for again, level by
 * level from the end, and of several the one with the fewest switches between CPUs is taken.
 */
import type { Move } from '../evidence/trace.ts';
import type { Compiled } from '../semantics/compiled.ts';
import { assert } from '../support/assert.ts';
import type { Graph } from '../system/graph.ts';
import { createExpander, type Fusion } from './expander.ts';
import type { Settler } from './settler.ts';
import type { StateSet } from './state-set.ts';
import type { Switches } from './switches.ts';

export interface Searched {
  readonly graph: Graph;
  readonly compiled: Compiled;
  readonly fusion: Fusion | null;
  readonly settler: Settler | null;
  readonly visited: StateSet;
  readonly switches: Switches;
  /** The first state of each level: those from `levels[d]` on take d steps. */
  readonly levels: readonly number[];
}

/** Where a path ends: in a state, after a step of one of the CPUs in a mask. */
export interface End {
  readonly state: number;
  readonly last: number;
}

/** A move from a visited state. */
export interface PathStep {
  readonly from: number;
  readonly move: Move;
}

interface Path {
  readonly steps: PathStep[];
  at: number;
  last: number;
}

/** The steps from the initial state to each end. */
export function shortestPaths(searched: Searched, ends: readonly End[]): readonly (readonly PathStep[])[] {
  const { levels } = searched;
  const paths = ends.map(({ state, last }): Path => ({ steps: [], at: state, last }));
  for (let level = levels.length - 1; level > 0; level--) {
    const here = paths.filter((p) => p.at >= (levels[level] as number));
    if (here.length > 0) stepBack(searched, level, here);
  }
  return paths.map(({ steps }) => steps.reverse());
}

/** Finds for each path, which is at `level`, the first state of the level before that has such a step to it. */
function stepBack(searched: Searched, level: number, paths: readonly Path[]): void {
  const { graph, compiled, fusion, settler, visited, switches, levels } = searched;
  const { state } = compiled;
  const targets = new Map<
    number,
    { readonly words: Int32Array; readonly path: Path; readonly number: number }[]
  >();
  for (const path of paths) {
    const words = new Int32Array(state.length);
    visited.read(path.at, words);
    targets.set(digest(words), [...(targets.get(digest(words)) ?? []), { words, path, number: path.at }]);
  }
  let open = paths.length;
  let from = levels[level - 1] as number;

  const expander = createExpander(graph, compiled, successor, () => undefined, fusion);
  function successor(): void {
    const exchange = settler?.settle() ?? 0;
    for (const { words, path, number } of targets.get(digest(state)) ?? []) {
      const bit = 1 << expander.cpu();
      if (path.at !== number || !(path.last & (settler?.moved(bit, exchange) ?? bit))) continue;
      if (switches.after(from, bit) !== switches.count(number)) continue;
      if (!words.every((word, i) => word === state[i])) continue;
      path.steps.push({ from, move: expander.move() });
      path.at = from;
      path.last = switches.lastBefore(from, bit);
      open--;
    }
  }
  for (; open > 0; from++) {
    assert(from < (levels[level] as number), 'a state has no step from the level before');
    visited.read(from, expander.base);
    expander.expand();
  }
}

function digest(words: Int32Array): number {
  let d = 0;
  for (let i = 0; i < words.length; i++) d = (Math.imul(d, 31) + (words[i] as number)) | 0;
  return d;
}
