/** A run that a solver decided on, as evidence. */
import type { Move } from '../evidence/trace.ts';
import { type Addresses, addressesFault, defaultAddresses } from '../lang/addresses.ts';
import { compile } from '../semantics/compile.ts';
import { SUCCESSOR } from '../semantics/compiled.ts';
import { quoteSymbol } from '../semantics/term-text.ts';
import type { Value } from '../solver/value.ts';
import type { Graph } from '../system/graph.ts';
import { type Decision, decisionIn } from './decisions.ts';
import { type Evidence, evidence } from './evidence.ts';
import { judgesState } from './failures.ts';
import type { Frame } from './unrolling.ts';

type Model = ReadonlyMap<string, Value>;

/**
 * Shows that a property fails in the last frame; with the objects where they usually lie, and if the run needs
 * other addresses, where the solver has put them.
 */
export function showRun(frames: readonly Frame[], model: Model, property: string): Evidence {
  const last = frames.at(-1) as Frame;
  const { graph } = last.system;
  const { program } = graph;
  const decisions = frames.slice(0, -1).map((frame) => decisionIn(frame, model));
  const showAt = (addresses: Addresses): Evidence => {
    const reason = addressesFault(program, addresses);
    if (reason !== null) return { reason };
    const moves = movesOf(graph, addresses, decisions);
    if (!moves) return { reason: 'generated code cannot take the same steps' };
    return evidence(program, addresses, [...moves, lastMove(last, model, property)], { property });
  };
  const usual = defaultAddresses(program);
  const shown = showAt(usual);
  if ('trace' in shown) return shown;
  const chosen = [...usual].map(([object, address]) => {
    const value = model.get(quoteSymbol(`&${object}`));
    return [object, value === undefined ? address : BigInt(value)] as const;
  });
  return showAt(new Map(chosen));
}

/** It goes on until it shows what it is to show, which may be there already. */
function lastMove(frame: Frame, model: Model, property: string): Move {
  if (judgesState(frame.system, property)) return { cpu: 0, operation: null, choices: [], pauses: -1 };
  const { step, choices } = decisionIn(frame, model);
  return { cpu: step.cpu, operation: step.operation, choices, pauses: -1 };
}

/** Generated code says how many pauses each step has. null: it cannot take them all with these addresses. */
function movesOf(graph: Graph, addresses: Addresses, decisions: readonly Decision[]): Move[] | null {
  const ignored = () => undefined;
  const { state, initial, starts, resumes, choices, pauses } = compile(
    graph,
    { finding: ignored, judged: ignored, reached: ignored, ordered: ignored },
    { idBits: 16, trackLocks: false, addresses },
  );
  state.set(initial);
  const moves: Move[] = [];
  for (const { step, choices: answers } of decisions) {
    const { cpu, point, operation } = step;
    const start = graph.entries.findIndex((entry) => entry.operation === operation);
    const run = operation === null ? resumes[point] : starts[start];
    choices.path.set(answers);
    choices.length = answers.length;
    choices.rewind();
    if (run?.(cpu) !== SUCCESSOR) return null;
    moves.push({ cpu, operation, choices: answers, pauses: pauses.count });
  }
  return moves;
}
