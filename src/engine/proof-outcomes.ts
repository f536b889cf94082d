/** What a proof, or the lack of one, says of the properties that were asked for. */
import type { Outcome, Verdict } from '../evidence/verdict.ts';
import type { Proof } from './certify.ts';
import type { Task } from './engine.ts';

/** `seconds`: how long it took. */
export function proofOutcomes(task: Task, proof: Proof, engine: string, seconds: number): readonly Outcome[] {
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
