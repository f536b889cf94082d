/** A sample of the states of a program whose loops are unrolled as often as the sampled runs need. */
import type { Program } from '../lang/program.ts';
import { TooManyValues } from '../semantics/values.ts';
import type { Graph } from '../system/graph.ts';
import { lower } from '../system/lower.ts';
import { MoreRounds } from './heard.ts';
import { addRound } from './rounds.ts';
import { type Sample, type SampleLimits, sampleStates } from './sample.ts';

/** `rounds` grows with what the runs need. */
export function sampleProgram(
  program: Program,
  rounds: Map<string, number>,
  limits: SampleLimits,
): { readonly graph: Graph; readonly sample: Sample } | { readonly reason: string } {
  for (let idBits: 8 | 16 = 8; ; ) {
    const graph = lower(program, { rounds, slice: true });
    try {
      return { graph, sample: sampleStates(graph, limits, idBits) };
    } catch (error) {
      if (error instanceof TooManyValues) {
        if (idBits === 16) return { reason: error.message };
        idBits = 16;
      } else if (error instanceof MoreRounds) {
        const reason = addRound(rounds, error.loop);
        if (reason !== null) return { reason };
      } else throw error;
    }
  }
}
