/** All steps from one state: which CPU, what it starts if it is idle, and every answer to the choices. */
import type { Move } from '../evidence/trace.ts';
import { BLOCKED, type Compiled, NO_SUCCESSOR, SUCCESSOR, type Way } from '../semantics/compiled.ts';
import { readWord } from '../semantics/packed-state.ts';
import { type Graph, runningCpus } from '../system/graph.ts';
import type { Mover } from '../system/movers.ts';

export interface Expander {
  /** The state to expand; to be filled before `expand`. */
  readonly base: Int32Array;
  /**
   * Calls `successor` for each step, with what follows in `compiled.state`. False: some CPUs run, and all that
   * do wait.
   */
  expand(): boolean;
  /** The control point of a CPU in `base`. */
  pointOf(cpu: number): number;
  /** The CPU whose step runs, and the step itself as far as its choices are made. */
  cpu(): number;
  move(): Move;
}

type Resume = (cpu: number) => number;

/** Steps that follow one another without another CPU noticing are taken as one. */
export interface Fusion {
  /** By control point: what a CPU is about to do there, if it may be passed at all. */
  readonly at: readonly ('stop' | Mover['kind'])[];
  /** Called before a CPU's step from a control point, in `compiled.state`. */
  check(cpu: number, point: number): void;
}

/** Steps that are taken as one at most: what goes round for ever has to stop somewhere. */
const MOST_FUSED = 100;

/** `waits`: a step could not be taken. */
export function createExpander(
  graph: Graph,
  compiled: Compiled,
  successor: () => void,
  waits: () => void,
  fusion: Fusion | null,
): Expander {
  const { operations } = graph.program;
  const cpus = runningCpus(graph);
  const { state, layout, choices, ways, resumes, current } = compiled;
  const { cells, pc } = layout;
  const base = new Int32Array(cells);
  let cpu = 0;
  let blocked = false;

  const restore = (): void => {
    for (let i = 0; i < cells; i++) state[i] = base[i] as number;
  };
  const pointIn = (words: Int32Array, of: number): number =>
    readWord(words, pc.base + of * pc.stride, pc.width);
  const before = new Int32Array(cells);
  let pauses = 0;
  /**
   * Goes on from points that may be passed, unless the CPU would die there or give up. A step takes a lock at
   * most at its beginning, has at most one access that does not commute, and then drops locks: `open` says that
   * it has done no more than begin. Before each lock it stops, for it may have to wait there for ever.
   */
  function goOn({ at, check }: Fusion, open: boolean): void {
    for (let fused = 0; fused < MOST_FUSED; fused++) {
      const point = pointIn(state, cpu);
      const next = at[point] ?? 'stop';
      if (next === 'stop' || next === 'acquire' || (next === 'other' && !open)) return;
      check(cpu, point);
      for (let i = 0; i < cells; i++) before[i] = state[i] as number;
      if (!((resumes[point] as Resume)(cpu) & SUCCESSOR)) {
        for (let i = 0; i < cells; i++) state[i] = before[i] as number;
        return;
      }
      pauses += compiled.pauses.count;
      open &&= next === 'access';
    }
  }
  function ended(how: number): void {
    if (how & SUCCESSOR) {
      pauses = compiled.pauses.count;
      if (fusion) {
        const first = fusion.at[pointIn(base, cpu)];
        goOn(fusion, current.way >= 0 || first === 'access' || first === 'acquire');
      }
      successor();
    } else if (how & BLOCKED) {
      blocked = true;
      waits();
    }
    restore();
  }
  function open(way: number): void {
    current.way = way;
    withChoices((ways[way] as Way).run);
    choices.reset();
  }
  function withChoices(run: Resume): void {
    choices.reset();
    do {
      choices.rewind();
      const how = run(cpu);
      if (how !== NO_SUCCESSOR) ended(how);
    } while (choices.next());
  }

  return {
    base,
    pointOf: (of) => pointIn(base, of),
    cpu: () => cpu,
    move() {
      const { operation = -1, choices: first = [] } = ways[current.way] ?? {};
      return {
        cpu,
        operation: operations[operation] ?? null,
        choices: [...first, ...choices.path.slice(0, choices.length)],
        pauses,
      };
    },
    expand() {
      let [busy, waiting] = [0, 0];
      restore();
      for (cpu = 0; cpu < cpus; cpu++) {
        const point = pointIn(base, cpu);
        if (fusion) fusion.check(cpu, point);
        choices.reset();
        if (point === 0) compiled.runWays(cpu, ended, open);
        else {
          current.way = -1;
          busy++;
          blocked = false;
          withChoices(resumes[point] as Resume);
          if (blocked) waiting++;
        }
      }
      cpu = 0;
      return waiting === 0 || waiting < busy;
    },
  };
}
