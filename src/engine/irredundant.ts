/** The same invariant in fewer conjuncts. */
import { composeScript } from '../semantics/scripts.ts';
import type { Term } from '../semantics/terms.ts';
import { limitsOneVariable, type Transitions } from '../semantics/transitions.ts';
import { scoped } from '../solver/question.ts';
import type { RunOptions, SolverSession } from '../solver/session.ts';

/**
 * Leaves out conjuncts that follow from the others, the last first; those that say which values one variable has
 * stay. Where the solver does not answer, the rest stays as well.
 */
export async function irredundant(
  system: Transitions,
  conjuncts: readonly Term[],
  session: SolverSession,
  options: RunOptions,
): Promise<readonly Term[]> {
  const { terms } = system;
  const kept = new Set(conjuncts);
  const holds = new Map(conjuncts.map((c, i) => [c, terms.variable(`holds${i}`, 1)]));
  const fails = new Map(conjuncts.map((c, i) => [c, terms.variable(`fails${i}`, 1)]));
  const chosen = conjuncts.flatMap((c) => [
    terms.or(terms.not(holds.get(c) as Term), c),
    terms.or(terms.not(fails.get(c) as Term), terms.not(c)),
  ]);
  const { text, symbols } = composeScript(system, chosen, []);
  await session.run(scoped(text), options);
  for (const conjunct of [...conjuncts].reverse()) {
    if (limitsOneVariable(system, conjunct)) continue;
    const others = [...kept].filter((c) => c !== conjunct).map((c) => holds.get(c) as Term);
    const literals = [...others, fails.get(conjunct) as Term].flatMap((t) => symbols.get(t) ?? []);
    const answer = await session.run(`(check-sat-assuming (${literals.join(' ')}))`, options);
    if (answer.kind !== 'answered') break;
    if (answer.results[0] === 'unsat') kept.delete(conjunct);
  }
  return [...kept];
}
