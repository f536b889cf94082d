/**
 * Runs of a program, where a search has visited one state for all that differ in an exchange: the same steps, taken
 * from states that the program comes to.
 */
import type { Move } from '../evidence/trace.ts';
import { compile } from '../semantics/compile.ts';
import type { Compiled } from '../semantics/compiled.ts';
import { UnknownValue } from '../semantics/values.ts';
import { assert } from '../support/assert.ts';
import type { Symmetry } from '../system/symmetry.ts';
import { createSettler } from './create-settler.ts';
import { createExpander, type Fusion } from './expander.ts';
import type { Found } from './explicit.ts';
import { type Heard, listenerOf } from './heard.ts';
import type { PathStep } from './shortest-paths.ts';
import type { StateSet } from './state-set.ts';

/** What a search of the symmetry's graph has. */
export interface SearchedSymmetry {
  readonly symmetry: Symmetry;
  readonly compiled: Compiled;
  readonly idBits: 8 | 16;
  readonly trackLocks: boolean;
  readonly fuse: ((compiled: Compiled) => Fusion) | undefined;
  readonly visited: StateSet;
}

/** The program has no such run: it goes through objects in an order that rules it out. */
export class NoSuchRun extends Error {}

/** What a step is to lead to, or to show. */
type Aim = { readonly state: Int32Array } | { readonly heard: Heard };

/**
 * The result gives the moves of a run along the visited states of a path, and what was found there. Errors: NoSuchRun.
 */
export function concreteRuns({
  symmetry,
  compiled: searched,
  idBits,
  trackLocks,
  fuse,
  visited,
}: SearchedSymmetry): (path: readonly PathStep[], found: Found) => readonly Move[] {
  const graph = symmetry.given;
  const { shared: numbers } = searched.values;
  const { addresses } = searched;
  const compiled: Compiled = compile(
    graph,
    listenerOf(graph, () => compiled, hear),
    { idBits, trackLocks, numbers, addresses },
  );
  const { state, layout } = compiled;
  assert(layout.cells === searched.layout.cells, 'states of both graphs are the same');
  const settler = createSettler(symmetry, compiled);
  const waits = () => hear({ kind: 'found', name: 'deadlock-free' });
  const expander = createExpander(graph, compiled, arrive, waits, fuse?.(compiled) ?? null);
  /** The state that the run has come to, and how its CPUs were exchanged for the visited one. */
  const here = new Int32Array(layout.cells);
  let exchange = 0;
  const after = new Int32Array(layout.cells);
  const there = new Int32Array(layout.cells);
  let aim: Aim = { state: here };
  let like: Move | null = null;
  let best: { readonly move: Move; readonly isAlike: boolean } | null = null;

  function arrive(): void {
    if (!('state' in aim)) return;
    after.set(state);
    settler.settle();
    if (aim.state.every((word, cell) => word === state[cell])) offer();
  }
  function hear({ kind, name }: Heard): void {
    if ('heard' in aim && aim.heard.kind === kind && aim.heard.name === name) offer();
  }
  /** Of several steps, one of the CPU that stands for that of the path. */
  function offer(): void {
    const isAlike = settler.moved(1 << expander.cpu(), exchange) === 1 << (like?.cpu ?? 0);
    if (best && (best.isAlike || !isAlike)) return;
    best = { move: expander.move(), isAlike };
    there.set(after);
  }
  function stepTo(aimed: Aim, move: Move): Move {
    aim = aimed;
    like = move;
    best = null;
    expander.base.set(here);
    expander.expand();
    const { move: taken } = (best as { readonly move: Move } | null) ?? { move: null };
    if (!taken) throw new NoSuchRun('no step of the program leads on');
    return taken;
  }
  /** Comes to a state, and goes on while a CPU waits for itself; gives the moves of that. */
  function come(to: Int32Array): readonly Move[] {
    const moves: Move[] = [];
    state.set(to);
    for (let cpu = settler.passTurn(); cpu >= 0; cpu = settler.passTurn())
      moves.push({ cpu, operation: null, choices: [], pauses: compiled.pauses.count });
    here.set(state);
    exchange = settler.settle();
    return moves;
  }

  function run(path: readonly PathStep[], found: Found): readonly Move[] {
    const words = new Int32Array(layout.cells);
    const moves = [...come(compiled.initial)];
    for (const [i, { move }] of path.entries()) {
      visited.read(path[i + 1]?.from ?? found.state, words);
      moves.push(stepTo({ state: words }, move), ...come(there));
    }
    if (!found.move) return moves;
    return [...moves, { ...stepTo({ heard: found.heard }, found.move), pauses: -1 }];
  }

  return (path, found) => {
    try {
      return run(path, found);
    } catch (error) {
      if (error instanceof UnknownValue) throw new NoSuchRun('a word occurs that the search has not seen');
      throw error;
    }
  };
}
