/** Stand-alone SMT-LIB 2 scripts over a transition system. */

import { type Formula, termsIn } from './formula.ts';
import { createScript, printConstant, type SymbolsOf, sortOf } from './term-text.ts';
import type { Term } from './terms.ts';
import type { Transitions } from './transitions.ts';

/** Most values of a word of which it is said, pair by pair, that no two hold together. */
const MOST_APART = 64;

export interface Question {
  readonly text: string;
  /** What a model gives a value to, with the symbol that stands for it: variables, addresses, comparisons. */
  readonly symbols: ReadonlyMap<Term, string>;
}

/**
 * A script with one check of all the assertions together. Declares what occurs, and says of addresses what is
 * known of them. One check and no push, because old solvers are much slower where checks are incremental.
 *
 * A word that is only compared with constants and addresses, and so could as well be an enumeration, is
 * written as Booleans, one for each of these comparisons, no two of which hold together: to every value of the
 * word belongs a choice of them, and to every choice a value. Where nothing else is left, the
 * logic is QF_UF, in which solvers go to work on the Booleans at once.
 *
 * Of a control point that is compared with a great many numbers it is left open whether several of these comparisons
 * hold: that is to allow more than there is, so `unsat` says what it says of words. A model may have several; where
 * control points are asked for in no other way than whether a CPU is at one of some, each of them would do by itself.
 *
 * Symbols are numbered as they first occur; comments say what they stand for. So scripts that are the same but for
 * comments ask the same question, one of `x` and the other of `y` (`withoutComments`).
 */
export function composeScript(
  system: Transitions,
  assertions: readonly Formula[],
  header: readonly string[],
): Question {
  const { terms } = system;
  const comparisons = soleComparisons(system, termsIn(assertions));
  const meant = new Map(
    [...comparisons].flatMap(([word, values]) =>
      [...values].map(([value, atom]) => [atom, `${word.symbol} = ${nameOf(value)}`] as const),
    ),
  );
  const body = createScript(numbered(meant));
  const asserted = assertions.map((t) => body.use(t));
  const exclusive = [...comparisons.values()].flatMap((values) =>
    values.size > MOST_APART ? [] : pairs([...values.values()]).map(([a, b]) => terms.not(terms.and(a, b))),
  );
  const apartness = exclusive.map((t) => body.use(t));
  const addresses = [...body.symbols].filter(([, t]) => t.kind === 'address');
  const axioms = system.addressAxioms(addresses.map(([, t]) => t)).map((t) => body.use(t));
  const names = addresses.map(([name]) => name);
  const declared = [...body.symbols].map(([symbol, t]) => [t, symbol] as const);
  const text = [
    ...header.map(comment),
    `(set-logic ${declared.every(([t]) => t.bits === 1) ? 'QF_UF' : 'QF_BV'})`,
    ...declared.map(
      ([t, symbol]) => `(declare-const ${symbol} ${sortOf(t.bits)}) ${comment(meant.get(t) ?? t.symbol)}`,
    ),
    ...body.lines,
    ...(names.length > 1 ? [`(assert (distinct ${names.join(' ')}))`] : []),
    ...[...axioms, ...apartness, ...asserted].map((t) => `(assert ${t})`),
    '(check-sat)',
    '',
  ].join('\n');
  return { text, symbols: new Map(declared) };
}

/** What is named in a comment must not end it. */
const comment = (text: string): string => `; ${text.replace(/[^\x20-\x7e]/g, '?')}`;

/** What a script asks, of whatever it is. */
export const withoutComments = (script: string): string => script.replace(/;.*/g, '');

/** Symbols by where terms first occur. */
function numbered(atoms: Pick<SymbolsOf, 'has'>): SymbolsOf {
  const names = new Map<Term, string>();
  return {
    has: (t) => atoms.has(t),
    get(t) {
      const name = names.get(t) ?? `w${names.size + 1}`;
      names.set(t, name);
      return name;
    },
  };
}

/**
 * The words that occur in nothing but comparisons with single values, all known to differ, with these comparisons
 * by value: those with few, and control points.
 */
function soleComparisons(
  { terms, state }: Transitions,
  assertions: readonly Term[],
): ReadonlyMap<Term, ReadonlyMap<Term, Term>> {
  const found = new Map<Term, Map<Term, Term>>();
  const otherwise = new Set<Term>();
  const seen = new Set<Term>();
  const stack = [...assertions];
  for (let t = stack.pop(); t; t = stack.pop()) {
    if (seen.has(t)) continue;
    seen.add(t);
    const [a, b] = t.args;
    const [word, value] = a?.kind === 'variable' ? [a, b] : [b, a];
    if (t.symbol === '=' && word?.kind === 'variable' && word.bits > 1 && value && isSimple(value)) {
      const values = found.get(word) ?? new Map<Term, Term>();
      found.set(word, values.set(value, t));
      continue;
    }
    for (const arg of t.args) if (arg.kind === 'variable') otherwise.add(arg);
    stack.push(...t.args);
  }
  const differ = (word: Term, values: readonly Term[]) =>
    values.length <= MOST_APART
      ? pairs(values).every(([a, b]) => terms.eq(a, b) === terms.false_)
      : state.pcs.includes(word);
  return new Map(
    [...found].filter(([word, values]) => !otherwise.has(word) && differ(word, [...values.keys()])),
  );
}

const isSimple = (t: Term): boolean => t.kind === 'const' || t.kind === 'address';

const nameOf = (t: Term): string => (t.kind === 'address' ? t.symbol : printConstant(t.bits, t.value));

function pairs<T>(list: readonly T[]): readonly (readonly [T, T])[] {
  return list.flatMap((a, i) => list.slice(i + 1).map((b) => [a, b] as const));
}
