/** Engines that prove, and what a proof, or the lack of one, says of the properties that were asked for. */
import type { Outcome, Verdict } from '../evidence/verdict.ts';
import type { Proof } from './certify.ts';
import type { Engine, Limits, Task } from './engine.ts';

export interface Prover {
  readonly id: string;
  /** What outcomes call the engine, where that is not its id. */
  readonly said?: string;
  readonly applies?: Engine['applies'];
  prove(task: Task, limits: Limits, progress: (text: string) => void): Promise<Proof>;
}

export function provingEngine({ id, said = id, applies, prove }: Prover): Engine {
  return {
    id,
    ...(applies && { applies }),
    async check(task, limits, progress) {
      const started = performance.now();
      const proof = await prove(task, limits, progress);
      if ('certificate' in proof) task.lemmas?.tell(proof.certificate.invariant.map((c) => c.smt));
      return proofOutcomes(task, proof, said, (performance.now() - started) / 1000);
    },
  };
}

/** `seconds`: how long it took. */
function proofOutcomes(task: Task, proof: Proof, engine: string, seconds: number): readonly Outcome[] {
  return task.properties.map((property) => {
    const proved = 'certificate' in proof && proof.certificate.properties.includes(property);
    const decided = property.startsWith('reach:') ? 'unreachable' : 'proved';
    const reason = 'reason' in proof ? proof.reason : 'it is not among what the invariant proves';
    const verdict: Verdict = proved
      ? { verdict: decided, certificate: proof.certificate }
      : { verdict: 'unknown', reason };
    const solver = 'solver' in proof ? proof.solver : null;
    const depth = proved ? 1 : null;
    return { property, verdict, engine, solver, depth, states: null, seconds };
  });
}
