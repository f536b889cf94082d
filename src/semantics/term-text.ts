/** Terms, and formulas of them, as SMT-LIB text. */
import type { Bits } from '../lang/types.ts';
import { type Formula, isJunction } from './formula.ts';
import type { Term } from './terms.ts';

export const sortOf = (bits: Bits): string => (bits === 1 ? 'Bool' : `(_ BitVec ${bits})`);

export function printConstant(bits: Bits, value: bigint): string {
  if (bits === 1) return value ? 'true' : 'false';
  return `#x${value.toString(16).padStart(bits / 4, '0')}`;
}

/**
 * Terms that are written one after another. What is long gets a name before it: a constant and an equation, because old solvers
 * expand what `define-fun` names, to a size that doubles with each level.
 */
export interface Script {
  /** What has a name: the terms given so far need all of it, each what comes before it. */
  readonly definitions: readonly { readonly name: string; readonly text: string }[];
  /** The same as commands; declarations of variables are the caller's. */
  readonly lines: string[];
  /** Text by which the term, or formula, can be referred to after `lines`. */
  use(formula: Formula): string;
  /** Variables, addresses and atoms that occurred. */
  readonly symbols: ReadonlyMap<string, Term>;
}

/**
 * `has`: terms that are written as a symbol, beside variables and addresses. `get`: the symbol of any of these, where a
 * variable or an address has another than its own; asked for in the order in which they first occur.
 */
export type SymbolsOf = Pick<ReadonlyMap<Term, string>, 'has' | 'get'>;

export function createScript(symbolsOf: SymbolsOf = new Map()): Script {
  const lines: string[] = [];
  const definitions: { name: string; text: string }[] = [];
  const names = new Map<Formula, string>();
  const symbols = new Map<string, Term>();

  function use(root: Formula): string {
    const stack = [root];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      if (names.has(top)) {
        stack.pop();
        continue;
      }
      const waiting = partsOf(top).filter((part) => !names.has(part));
      if (waiting.length > 0) {
        stack.push(...waiting);
        continue;
      }
      stack.pop();
      names.set(top, write(top));
    }
    return names.get(root) as string;
  }

  function partsOf(f: Formula): readonly Formula[] {
    if (isJunction(f)) return f.parts;
    return symbolsOf.has(f) ? [] : f.args;
  }

  function write(f: Formula): string {
    return isJunction(f) ? named(textOf(f.junction, f.parts), 1) : writeTerm(f);
  }
  const textOf = (operator: string, parts: readonly Formula[]) =>
    `(${operator} ${parts.map((part) => names.get(part)).join(' ')})`;

  function writeTerm(t: Term): string {
    if (t.kind === 'const') return printConstant(t.bits, t.value);
    if (symbolsOf.has(t) || t.kind === 'address' || t.kind === 'variable') {
      const symbol = symbolsOf.get(t) ?? t.symbol;
      symbols.set(symbol, t);
      return quoteSymbol(symbol);
    }
    return named(t.kind === 'cases' ? writeCases(t) : textOf(t.symbol, t.args), t.bits);
  }
  function named(text: string, bits: Bits): string {
    if (text.length < 40) return text;
    const name = `d${lines.length + 1}`;
    lines.push(`(declare-const ${name} ${sortOf(bits)}) (assert (= ${name} ${text}))`);
    definitions.push({ name, text });
    return name;
  }
  /** Where no guard but the last can hold, the last value needs no test. */
  function writeCases(t: Term): string {
    const parts = t.args.map((a) => names.get(a) as string);
    let text = parts.at(-2) as string;
    for (let i = parts.length - 4; i >= 0; i -= 2) text = `(ite ${parts[i + 1]} ${parts[i]} ${text})`;
    return text;
  }
  return { definitions, lines, use, symbols };
}

/** Commands as `lines` has them, with definitions: `define-fun` instead of a constant and an equation. */
export const asDefinitions = (script: string): string => script.replace(NAMED, '(define-fun $1 () $2 $3)');

const NAMED = /^\(declare-const (d\d+) (Bool|\(_ BitVec \d+\))\) \(assert \(= \1 (.*)\)\)$/gm;

export function quoteSymbol(symbol: string): string {
  return /^[A-Za-z_][\w.]*$/.test(symbol) ? symbol : `|${symbol}|`;
}
