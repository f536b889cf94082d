/** Which run it is that a solver gives: the steps that are taken, and the answers to their choices. */
import { quoteSymbol } from '../semantics/term-text.ts';
import type { Term } from '../semantics/terms.ts';
import type { NamedStep } from '../semantics/transitions.ts';
import type { Value } from '../solver/value.ts';
import { assert } from '../support/assert.ts';
import type { Candidate, Frame } from './unrolling.ts';

/** A step of a run, with its answers to the choices. */
export interface Decision {
  readonly step: NamedStep;
  readonly choices: readonly number[];
}

interface Choice {
  readonly count: number;
  readonly bits: readonly Term[];
  /** A variable: the step comes to this choice. */
  readonly comes: Term;
  readonly when: Term;
}

function choicesOf({ depth, system: { terms }, candidates }: Frame, candidate: Candidate): readonly Choice[] {
  const number = candidates.indexOf(candidate);
  return candidate.step.step().choices.map(({ count, bits, when }, i) => {
    return { count, bits, when, comes: terms.variable(`comes@${depth}.${number}.${i}`, 1) };
  });
}

/** What the variables say that only serve to tell runs apart. */
export function definitionsIn(frame: Frame): readonly Term[] {
  const { terms } = frame.system;
  return frame.candidates.flatMap((c) => choicesOf(frame, c).map(({ comes, when }) => terms.eq(comes, when)));
}

/** The variables whose values say what is done. */
export function decisive(frame: Frame): readonly Term[] {
  const choices = frame.candidates.flatMap((c) => choicesOf(frame, c));
  return [frame.which, ...new Set(choices.flatMap(({ comes, bits }) => [comes, ...bits]))];
}

/** The step that is taken, by the values of what is decisive. */
export function decisionIn(frame: Frame, model: ReadonlyMap<string, Value>): Decision {
  const valueAt = (variable: Term) => model.get(quoteSymbol(variable.symbol));
  const step = frame.system.steps[Number(valueAt(frame.which))];
  const candidate = frame.candidates.find((c) => c.step === step);
  assert(candidate, 'a step that is taken is among those that can be');
  const made = choicesOf(frame, candidate).filter(({ comes }) => valueAt(comes));
  const choices = made.map(({ bits, count }) => {
    const first = bits.findIndex(valueAt);
    return first < 0 ? count - 1 : first;
  });
  return { step: candidate.step, choices };
}
