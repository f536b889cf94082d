/**
 * Proof by induction: an invariant is learned from a finished explicit search, and the certificate made of it
 * is checked by a solver that has not seen how it came about.
 */

import type { Certificate } from '../evidence/certificate.ts';
import { isProvable } from '../evidence/certificate-scripts.ts';
import { certified, checkCertificate, regenerate } from '../evidence/check-certificate.ts';
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import { conjunctToSmt, conjunctToText } from '../evidence/invariant-text.ts';
import type { Outcome, Verdict } from '../evidence/verdict.ts';
import type { Term } from '../semantics/terms.ts';
import { createTransitions, type Transitions } from '../semantics/transitions.ts';
import { openZ3Session } from '../solver/z3.ts';
import type { Engine, Limits, Task } from './engine.ts';
import { explore } from './explore.ts';
import { learnInvariant } from './learn-invariant.ts';
import { lockOrderOf } from './lock-cycle.ts';
import { collectReached } from './reached-set.ts';

export const inductionEngine: Engine = {
  id: 'k-induction',
  async check(task, limits, progress) {
    const started = performance.now();
    const result = await prove(task, limits, progress);
    const seconds = (performance.now() - started) / 1000;
    return task.properties.map((property): Outcome => {
      const proved = 'certificate' in result && result.certificate.properties.includes(property);
      const decided = property.startsWith('reach:') ? 'unreachable' : 'proved';
      const verdict: Verdict = proved
        ? { verdict: decided, certificate: result.certificate }
        : { verdict: 'unknown', reason: 'reason' in result ? result.reason : 'the search found it violated' };
      const solver = 'solver' in result ? result.solver : null;
      return {
        property,
        verdict,
        engine: 'k-induction',
        solver,
        depth: proved ? 1 : null,
        states: null,
        seconds,
      };
    });
  },
};

type Proof = { readonly certificate: Certificate; readonly solver: string } | { readonly reason: string };

async function prove(task: Task, limits: Limits, progress: (text: string) => void): Promise<Proof> {
  const deadline = performance.now() + limits.seconds * 1000;
  const ordered = task.properties.includes('lock-order');
  const explored = explore(task.program, {
    limits: { seconds: limits.seconds, memoryMiB: limits.memoryMiB },
    trackLocks: ordered,
    progress: (states, depth) => progress(`${states} states, ${depth} steps deep`),
  });
  if (explored.kind === 'endless') return { reason: explored.reason };
  const { graph, rounds, result } = explored;
  if (!result.complete) return { reason: `no invariant can be learned: ${result.stopped}` };
  const lockOrder = (ordered && lockOrderOf(result.order.keys())) || [];
  const system = createTransitions(graph, lockOrder);
  const violated = (p: string) =>
    result.found.has(p) || (p.startsWith('reach:') && result.reached.has(p.slice(6)));
  const open = [...new Set([OUT_OF_MODEL, ...task.properties])].filter(
    (p) => !violated(p) && isProvable(system, p),
  );
  if (!open.includes(OUT_OF_MODEL)) return { reason: 'a run leaves the model' };
  const signal = limits.signal ? { signal: limits.signal } : {};
  const session = openZ3Session();
  try {
    progress(`${result.states} states are searched; learning an invariant`);
    const reached = collectReached(system, result);
    const learned = await learnInvariant(system, reached, open, session, { deadline, ...signal }, progress);
    if (learned.kind === 'failed') return { reason: learned.reason };
    const certificate = makeCertificate(task, system, rounds, lockOrder, learned.conjuncts, open);
    progress(`checking the certificate: ${learned.conjuncts.length} conjuncts`);
    return await believe(certificate, task, Math.max(1, deadline - performance.now()), signal);
  } finally {
    await session.close();
  }
}

function makeCertificate(
  { program }: Task,
  system: Transitions,
  rounds: ReadonlyMap<string, number>,
  lockOrder: readonly string[],
  conjuncts: readonly Term[],
  properties: readonly string[],
): Certificate {
  const claim: Omit<Certificate, 'scripts'> = {
    format: 'pagedeed-certificate',
    version: 1,
    program: certified(program),
    properties,
    rounds: Object.fromEntries(rounds),
    lockOrder,
    invariant: conjuncts.map((c) => ({ smt: conjunctToSmt(c), text: conjunctToText(system, c) })),
  };
  return { ...claim, scripts: regenerate(claim, program).scripts };
}

async function believe(
  certificate: Certificate,
  { program }: Task,
  timeoutMs: number,
  signal: { readonly signal?: AbortSignal },
): Promise<Proof> {
  const fresh = openZ3Session();
  try {
    const check = await checkCertificate(certificate, program, fresh, { timeoutMs, ...signal });
    return check.holds
      ? { certificate, solver: check.solver }
      : { reason: `its certificate is refused: ${check.reason}` };
  } finally {
    await fresh.close();
  }
}
