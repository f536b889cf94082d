/**
 * A transition system as Horn clauses: a relation `inv` that holds of the initial state and, by one clause for all
 * steps, of what follows a state of which it holds, and a query whether it holds where a property fails.
 *
 * Spacer is at its best with Booleans, so a word is the number of its value among those that it is thought to have,
 * in bits. A step to another value counts as a failure: of a system in which that can happen, nothing is said.
 */
import { idlePredicates } from '../semantics/idle-predicates.ts';
import { createScript, quoteSymbol } from '../semantics/term-text.ts';
import type { Term } from '../semantics/terms.ts';
import type { Transitions } from '../semantics/transitions.ts';
import type { SExpr } from '../solver/sexpr.ts';
import { cutsIn, failsIn } from './failures.ts';
import { readRelation } from './horn-answer.ts';
import { anyFrame, nextFrame } from './unrolling.ts';

export type HornQuestion =
  | {
      readonly text: string;
      /** The relation that the solver found, as conjuncts over the state's variables; null where it is not one. */
      readonly conjunctsIn: (answer: SExpr) => readonly Term[] | null;
    }
  | { readonly reason: string };

/** A variable as a number of so many bits. */
interface Coded {
  readonly variable: Term;
  readonly values: readonly Term[];
  /** The least first. */
  readonly bits: readonly string[];
}

/** Most values of a word: with more of them the terms grow beyond use. */
const MOST_VALUES = 64;

/**
 * `domains`: the values that each state variable is thought to have; `told`: what is thought to hold of states besides.
 * `expired`: asked as the terms are made.
 */
export function hornQuestion(
  bare: Transitions,
  domains: ReadonlyMap<Term, readonly Term[]>,
  told: readonly Term[],
  properties: readonly string[],
  expired: () => boolean,
): HornQuestion {
  const { terms } = bare;
  for (const [{ symbol }, values] of domains)
    if (values.length > MOST_VALUES) return { reason: `${symbol} has more than ${MOST_VALUES} values` };
  const frame = anyFrame(bare, domains);
  for (const { step } of frame.candidates) {
    if (expired()) return { reason: 'time ran out' };
    step.step();
  }
  const following = nextFrame(frame);
  if (!following) return { reason: 'no step can be taken' };
  const { went, next } = following;

  let named = 0;
  const code = (variable: Term, values: readonly Term[]): Coded => {
    if (variable.bits === 1 && values.length === 2)
      return { variable, values: [terms.false_, terms.true_], bits: [quoteSymbol(variable.symbol)] };
    const count = Math.ceil(Math.log2(values.length));
    return { variable, values, bits: Array.from({ length: count }, () => `b${named++}`) };
  };
  const state = [...domains].map(([variable, values]) => code(variable, values));
  const steps = frame.candidates.map(({ step }) => frame.system.steps.indexOf(step));
  const which = code(
    frame.which,
    steps.map((i) => terms.constant(frame.which.bits, BigInt(i))),
  );

  /** What the bits say of each comparison with a value. */
  const atoms = new Map<Term, string>();
  const meanings: { readonly name: string; readonly text: string }[] = [];
  for (const { variable, values, bits } of [...state, which])
    for (const [i, value] of values.entries()) {
      if (variable.bits === 1) break;
      const name = `a${meanings.length}`;
      const literals = bits.map((bit, k) => ((i >> k) & 1 ? bit : `(not ${bit})`));
      meanings.push({ name, text: `(and true ${literals.join(' ')})` });
      atoms.set(terms.eq(variable, value), name);
    }
  const script = createScript(atoms);

  /** The bits of a variable's number, where its value is this term. */
  const bitsOf = ({ values, bits }: Coded, term: Term): readonly Term[] =>
    bits.map((_, k) => terms.or(...values.filter((_, i) => (i >> k) & 1).map((v) => terms.eq(term, v))));
  const inside = state.map(({ variable, values }) =>
    terms.or(...values.map((v) => terms.eq(next.valueAt(variable), v))),
  );
  const stays = terms.and(went, ...inside);
  const leaves = terms.and(went, terms.not(terms.and(...inside)));
  const fails = terms.or(...properties.map((p) => failsIn(frame, p)), ...cutsIn(frame).values(), leaves);
  const known = terms.and(...idlePredicates(frame.system, properties), ...told);
  const after = state.flatMap((coded) => bitsOf(coded, next.valueAt(coded.variable)).map(script.use));
  const [goesOn, failing] = [script.use(terms.and(known, stays)), script.use(terms.and(known, fails))];
  const initial = bare.variables.flatMap(({ term, initial: value }) => {
    const coded = state.find((c) => c.variable === term);
    return coded ? bitsOf(coded, value).map((bit) => (bit === terms.true_ ? 'true' : 'false')) : [];
  });

  const stateBits = state.flatMap((c) => c.bits);
  const inputs = [...script.symbols].filter(([, t]) => !atoms.has(t) && !domains.has(t));
  const [computed] = inputs.filter(([, t]) => t.bits > 1);
  if (computed) return { reason: `${computed[0]} is computed with, and not only compared` };
  const variables = [...stateBits, ...which.bits, ...inputs.map(([symbol]) => quoteSymbol(symbol))];
  /** With what it needs in front of it. */
  const defined = (text: string) => {
    const all = [...meanings, ...script.definitions];
    return `${all.map((d) => `(let ((${d.name} ${d.text}))`).join('\n')}\n${text}${')'.repeat(all.length)}`;
  };
  const holds = (bits: readonly string[]) => (bits.length > 0 ? `(inv ${bits.join(' ')})` : 'inv');
  const text = [
    '(set-option :fp.engine spacer)',
    `(declare-rel inv (${stateBits.map(() => 'Bool').join(' ')}))`,
    '(declare-rel failure ())',
    ...variables.map((name) => `(declare-var ${name} Bool)`),
    `(rule ${holds(initial)})`,
    `(rule ${defined(`(=> (and ${holds(stateBits)} ${goesOn}) ${holds(after)})`)})`,
    `(rule ${defined(`(=> (and ${holds(stateBits)} ${failing}) failure)`)})`,
    '(query failure :print-certificate true)',
  ].join('\n');

  const meaningOf = state.flatMap(({ variable, values, bits }) =>
    bits.map((_, k) => terms.or(...values.filter((_, i) => (i >> k) & 1).map((v) => terms.eq(variable, v)))),
  );
  return {
    text,
    conjunctsIn(answer) {
      const relation = readRelation(terms, answer, 'inv', meaningOf);
      if (!relation) return null;
      return relation.symbol === 'and' ? relation.args : [relation].filter((t) => t !== terms.true_);
    },
  };
}
