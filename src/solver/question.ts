/** One question by itself, in a script that any solver could be given. */

import { createHash } from 'node:crypto';
import { composeScript, withoutComments } from '../semantics/scripts.ts';
import { quoteSymbol } from '../semantics/term-text.ts';
import type { Term } from '../semantics/terms.ts';
import type { Transitions } from '../semantics/transitions.ts';
import type { SolverAnswer } from './answer.ts';
import type { RunOptions, SolverSession } from './session.ts';
import { parseValues, type Value } from './value.ts';

export type Answer =
  | { readonly kind: 'unsat' }
  /** The values of what the script declares: variables, addresses, and comparisons that stand for words. */
  | { readonly kind: 'sat'; readonly model: ReadonlyMap<Term, Value> }
  | { readonly kind: 'undecided'; readonly reason: string };

/** Afresh, in a scope: Z3 then uses the solver that it keeps for conversations, much the faster at these scripts. */
export const scoped = (text: string): string =>
  `(reset)\n${text.replace(/\(set-logic \w+\)/, '$& (push 1)')}`;

/** Digests of questions that were answered `unsat`: one that differs from such a one in names need not be asked. */
const refuted = new Set<string>();

/** Whether all the assertions can hold together. */
export async function ask(
  system: Transitions,
  session: SolverSession,
  assertions: readonly Term[],
  options: RunOptions,
): Promise<Answer> {
  const { text, symbols } = composeScript(system, assertions, []);
  const digest = createHash('sha256').update(withoutComments(text)).digest('base64');
  if (refuted.has(digest)) return { kind: 'unsat' };
  const answer = await session.run(scoped(text), options);
  if (answer.kind !== 'answered') return undecided(answer);
  const [verdict] = answer.results;
  if (verdict === 'unsat') {
    refuted.add(digest);
    return { kind: 'unsat' };
  }
  if (verdict !== 'sat') return { kind: 'undecided', reason: `the solver answered ${String(verdict)}` };
  const wanted = [...symbols.values()].map(quoteSymbol);
  if (wanted.length === 0) return { kind: 'sat', model: new Map() };
  const values = await session.run(`(get-value (${wanted.join(' ')}))`, options);
  if (values.kind !== 'answered') return undecided(values);
  const named = parseValues(values.results[0] ?? []);
  const model = [...symbols].map(
    ([term, symbol]) => [term, named.get(quoteSymbol(symbol)) as Value] as const,
  );
  return { kind: 'sat', model: new Map(model) };
}

function undecided(answer: Exclude<SolverAnswer, { kind: 'answered' }>): Answer {
  const reason = answer.kind === 'error' ? answer.message : `the solver's answer was ${answer.kind}`;
  return { kind: 'undecided', reason };
}
