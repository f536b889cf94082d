/** Engines one after the other: each is asked what those before it could not decide. */
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import type { Outcome } from '../evidence/verdict.ts';
import { assert } from '../support/assert.ts';
import type { Engine } from './engine.ts';
import { LEAVES_MODEL } from './evidence.ts';

export const isDecided = ({ verdict }: Outcome): boolean =>
  verdict.verdict !== 'bounded' && verdict.verdict !== 'unknown';

/** A run that leaves the model ends the portfolio: what holds of the other runs would not hold of the kernel. */
export function portfolio(id: string, engines: readonly Engine[]): Engine {
  return {
    id,
    applies: (task, limits) => engines.some((engine) => engine.applies?.(task, limits) ?? true),
    async check(task, limits, progress) {
      const best = new Map<string, Outcome>();
      const started = performance.now();
      let open = task.properties;
      for (const engine of engines) {
        if (engine.applies && !engine.applies(task, limits)) continue;
        const left = limits.seconds - Math.floor((performance.now() - started) / 1000);
        if (open.length === 0 || (left <= 0 && best.size > 0) || limits.signal?.aborted) break;
        const asked = { ...task, properties: [...new Set([OUT_OF_MODEL, ...open])] };
        const outcomes = await engine.check(asked, { ...limits, seconds: left }, (text) =>
          progress(`${engine.id}: ${text}`),
        );
        task.tell?.(outcomes.filter(isDecided));
        for (const outcome of outcomes) {
          const before = best.get(outcome.property);
          best.set(outcome.property, before ? better(before, outcome) : outcome);
        }
        if (best.get(OUT_OF_MODEL)?.verdict.verdict === 'violated') break;
        open = open.filter((id) => !isDecided(best.get(id) as Outcome));
        // That runs stay in the model matters to what is still to be proved, and is seldom asked for itself.
        if (task.properties.length > 1 && open.every((id) => id === OUT_OF_MODEL)) break;
      }
      return task.properties.map((id) => best.get(id) ?? nobody(id));
    },
  };
}

function nobody(property: string): Outcome {
  const verdict = { verdict: 'unknown', reason: 'no engine is for such a program' } as const;
  return { property, verdict, engine: 'none', solver: null, depth: null, states: null, seconds: 0 };
}

/** A decision, or else what `bounded` says, with the reasons of all that could not say more. */
export function better(before: Outcome, after: Outcome): Outcome {
  const [first, second] = [before.verdict, after.verdict];
  assert(
    !(isDecided(before) && isDecided(after)) || first.verdict === second.verdict,
    `${before.engine} says that ${before.property} is ${first.verdict}, ${after.engine} that it is ${second.verdict}`,
  );
  if (isDecided(before)) return before;
  if (isDecided(after)) return after;
  if (!('reason' in first) || !('reason' in second)) return before;
  // What holds of runs that stay in the model is no bound for those that leave it; and a finished search says most.
  const isMore =
    second.verdict === 'bounded' && first.verdict !== 'bounded' && !first.reason.startsWith(LEAVES_MODEL);
  const [kept, verdict] = isMore ? [after, second] : [before, first];
  const reason = `${first.reason}; ${after.engine}: ${second.reason}`;
  return { ...kept, verdict: { ...verdict, reason } };
}
