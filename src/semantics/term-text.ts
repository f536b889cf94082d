/** Terms as SMT-LIB text. */
import type { Bits } from '../lang/types.ts';
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
  /** Text by which the term can be referred to after `lines`. */
  use(term: Term): string;
  /** Variables, addresses and atoms that occurred. */
  readonly symbols: ReadonlyMap<string, Term>;
}

/** `atoms`: Boolean terms that are written as a symbol of their own. */
export function createScript(atoms: ReadonlyMap<Term, string> = new Map()): Script {
  const lines: string[] = [];
  const definitions: { name: string; text: string }[] = [];
  const names = new Map<Term, string>();
  const symbols = new Map<string, Term>();

  function use(root: Term): string {
    const stack = [root];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      if (names.has(top)) {
        stack.pop();
        continue;
      }
      const waiting = atoms.has(top) ? [] : top.args.filter((a) => !names.has(a));
      if (waiting.length > 0) {
        stack.push(...waiting);
        continue;
      }
      stack.pop();
      names.set(top, write(top));
    }
    return names.get(root) as string;
  }

  function write(t: Term): string {
    if (t.kind === 'const') return printConstant(t.bits, t.value);
    const symbol = t.kind === 'address' || t.kind === 'variable' ? t.symbol : atoms.get(t);
    if (symbol !== undefined) {
      symbols.set(symbol, t);
      return quoteSymbol(symbol);
    }
    const text =
      t.kind === 'cases' ? writeCases(t) : `(${t.symbol} ${t.args.map((a) => names.get(a)).join(' ')})`;
    if (text.length < 40) return text;
    const name = `d${lines.length + 1}`;
    lines.push(`(declare-const ${name} ${sortOf(t.bits)}) (assert (= ${name} ${text}))`);
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

export function quoteSymbol(symbol: string): string {
  return /^[A-Za-z_][\w.]*$/.test(symbol) ? symbol : `|${symbol}|`;
}
