/**
 * States that runs get to, as many as there is room for: all of them where they are few, else those of the shortest
 * runs, of such as show something new, and of random ones. What is not among them may be reachable all the same.
 */
import { compile } from '../semantics/compile.ts';
import type { Compiled } from '../semantics/compiled.ts';
import { type Graph, runningCpus } from '../system/graph.ts';
import { createExpander } from './expander.ts';
import { askedAs, type Heard, listenerOf } from './heard.ts';
import { createNovelty } from './novelty.ts';
import { createStateSet, type StateSet } from './state-set.ts';

export interface Sample {
  readonly compiled: Compiled;
  readonly states: StateSet;
  /** No state is missing. */
  readonly complete: boolean;
  /** Properties that some step violates, and `reach:` targets. */
  readonly found: ReadonlySet<string>;
  /** `held -> taken` of locks. */
  readonly order: ReadonlySet<string>;
  /** Adds what follows a state in one step; how many states are new. */
  expand(n: number): number;
}

export interface SampleLimits {
  /** States found breadth first. */
  readonly breadth: number;
  /** And with those found otherwise. */
  readonly states: number;
  expired(): boolean;
}

/** Steps of a random run. */
const RUN = 400;
/** Steps of all random runs together: where there are few other states to come to, they end. */
const STEPS_PER_STATE = 4;
/** Of a hundred steps, those in which the same CPU goes on. */
const STAYS = 80;

/** Errors: TooManyValues, MoreRounds. */
export function sampleStates(graph: Graph, limits: SampleLimits, idBits: 8 | 16): Sample {
  const found = new Set<string>();
  const order = new Set<string>();
  const hear = (heard: Heard): void => {
    if (heard.kind === 'order') order.add(heard.name);
    else found.add(askedAs(heard));
  };
  const compiled: Compiled = compile(
    graph,
    listenerOf(graph, () => compiled, hear),
    { idBits, trackLocks: true },
  );
  const states = createStateSet(compiled.layout.groups);
  const successors: number[] = [];
  const cpuOf: number[] = [];
  const expander = createExpander(
    graph,
    compiled,
    () => {
      cpuOf.push(expander.cpu());
      successors.push(states.insert(compiled.state));
    },
    () => undefined,
    null,
  );
  states.insert(compiled.initial);

  /** The successors of a state are then in `successors`. */
  function expand(n: number): number {
    const before = states.size;
    successors.length = 0;
    cpuOf.length = 0;
    states.read(n, expander.base);
    if (!expander.expand() && runningCpus(graph) > 1 && !compiled.elsewhere()) found.add('deadlock-free');
    return states.size - before;
  }

  let from = 0;
  function inBreadth(most: number): void {
    while (from < states.size && states.size < most && !limits.expired()) expand(from++);
  }
  inBreadth(limits.breadth);
  const isNew = createNovelty(compiled.layout);
  const random = createRandom();
  const runs = (STEPS_PER_STATE * limits.states) / RUN;
  let looked = 0;
  for (
    let run = 0;
    from < states.size && run < runs && states.size < limits.states && !limits.expired();
    run++
  ) {
    for (; looked < states.size; looked++) {
      states.read(looked, expander.base);
      if (isNew(expander.base) && looked >= from) expand(looked);
    }
    runAtRandom();
  }
  inBreadth(limits.states);

  function runAtRandom(): void {
    let [at, cpu] = [random(2) === 0 ? 0 : random(states.size), 0];
    for (let steps = 0; steps < RUN; steps++) {
      expand(at);
      if (successors.length === 0) break;
      if (random(100) >= STAYS) cpu = random(runningCpus(graph));
      const first = cpuOf.indexOf(cpu);
      const pick = first < 0 ? random(successors.length) : first + random(cpuOf.lastIndexOf(cpu) + 1 - first);
      cpu = cpuOf[pick] as number;
      at = successors[pick] as number;
    }
  }

  return { compiled, states, complete: from === states.size, found, order, expand };
}

/** Numbers below `count`, the same in every run. */
function createRandom(): (count: number) => number {
  let seed = 0x2545f491;
  return (count) => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) % count;
  };
}
