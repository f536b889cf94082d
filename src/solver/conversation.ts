/** Asking one question after another about terms of a transition system, each under all that was asserted. */

import { createScript, quoteSymbol, sortOf } from '../semantics/term-text.ts';
import type { Term } from '../semantics/terms.ts';
import type { Transitions } from '../semantics/transitions.ts';
import type { RunOptions, SolverSession } from './session.ts';
import { parseValues, type Value } from './value.ts';

export type Reply =
  | { readonly kind: 'unsat' }
  /** Values by SMT-LIB symbol: of the terms asked for, and of all addresses that occur. */
  | { readonly kind: 'sat'; readonly model: ReadonlyMap<string, Value> }
  /** The work allowed for it (`rlimit`) did not suffice; the conversation can go on. */
  | { readonly kind: 'gave up' }
  | { readonly kind: 'undecided'; readonly reason: string };

export interface Conversation {
  /** Holds from now on. */
  assert(term: Term): void;
  /** Whether `goal` is possible; `shown` are variables whose values are wanted. */
  ask(goal: Term, shown: readonly Term[], options: RunOptions): Promise<Reply>;
}

/** Starts afresh: what the session knew is forgotten. */
export function converse(system: Transitions, session: SolverSession): Conversation {
  const script = createScript();
  const declared = new Set<string>();
  let pending: Term[] = [];
  let written = 0;
  let opened = false;

  /** Declarations, definitions and axioms for what is used for the first time. */
  function introduce(): string[] {
    const addresses = () => [...script.symbols.values()].filter((t) => t.kind === 'address');
    const axioms = system
      .addressAxioms(addresses().filter((a) => !declared.has(a.symbol)))
      .map((t) => script.use(t));
    const fresh = [...script.symbols.values()].filter((t) => !declared.has(t.symbol));
    for (const t of fresh) declared.add(t.symbol);
    const lines = script.lines.slice(written);
    written = script.lines.length;
    const distinct = addresses().map((t) => quoteSymbol(t.symbol));
    const news = fresh.some((t) => t.kind === 'address') && distinct.length > 1;
    return [
      ...fresh.map((t) => `(declare-const ${quoteSymbol(t.symbol)} ${sortOf(t.bits)})`),
      ...lines,
      ...(news ? [`(assert (distinct ${distinct.join(' ')}))`] : []),
      ...axioms.map((t) => `(assert ${t})`),
    ];
  }

  return {
    assert(term) {
      pending.push(term);
    },
    async ask(goal, shown, options) {
      const asserted = pending.map((t) => script.use(t));
      pending = [];
      const goalText = script.use(goal);
      for (const t of shown) script.use(t);
      const question = [
        ...(opened ? [] : ['(reset)', '(set-logic QF_BV)']),
        ...introduce(),
        ...asserted.map((t) => `(assert ${t})`),
        `(push 1) (assert ${goalText}) (check-sat)`,
      ].join('\n');
      opened = true;
      const answer = await session.run(question, options);
      if (answer.kind !== 'answered')
        return {
          kind: 'undecided',
          reason: answer.kind === 'error' ? answer.message : `the solver's answer was ${answer.kind}`,
        };
      const verdict = answer.results[0];
      const addresses = [...script.symbols.values()].filter((t) => t.kind === 'address');
      const wanted = [...shown, ...addresses].map((t) => quoteSymbol(t.symbol));
      const after = await session.run(
        verdict === 'sat' ? `(get-value (${wanted.join(' ')})) (pop 1)` : '(pop 1)',
        options,
      );
      if (verdict === 'unsat') return { kind: 'unsat' };
      if (verdict === 'unknown' && after.kind === 'answered') return { kind: 'gave up' };
      if (verdict !== 'sat' || after.kind !== 'answered')
        return { kind: 'undecided', reason: `the solver answered ${String(verdict)}` };
      return { kind: 'sat', model: parseValues(after.results[0] ?? []) };
    },
  };
}
