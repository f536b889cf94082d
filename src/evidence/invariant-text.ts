/** Conjuncts of an invariant as text: SMT-LIB to be read back, and C-like for a kernel reader. */

import { printValue } from '../lang/print.ts';
import { typeName } from '../lang/types.ts';
import { printConstant, quoteSymbol } from '../semantics/term-text.ts';
import type { Term } from '../semantics/terms.ts';
import type { Transitions } from '../semantics/transitions.ts';
import { readSExprs, type SExpr } from '../solver/sexpr.ts';
import { PagedeedError } from '../support/diagnostics.ts';

export function conjunctToSmt(t: Term): string {
  if (t.kind === 'const') return printConstant(t.bits, t.value);
  if (t.kind !== 'app') return quoteSymbol(t.symbol);
  return `(${t.symbol} ${t.args.map(conjunctToSmt).join(' ')})`;
}

/** Reads what `conjunctToSmt` writes, one text after another. Errors: PagedeedError PD0401 for anything else. */
export function conjunctReader(system: Transitions): (text: string) => Term {
  const variables = new Map(system.variables.map((v) => [v.term.symbol, v.term]));
  return (text) => conjunctFromSmt(system, variables, text);
}

function conjunctFromSmt(system: Transitions, variables: ReadonlyMap<string, Term>, text: string): Term {
  const { terms } = system;
  const refuse = (what: string): never => {
    throw new PagedeedError({
      code: 'PD0401',
      message: `the invariant has ${what}`,
      place: text.slice(0, 60),
    });
  };
  const read = (e: SExpr): Term => {
    if (typeof e === 'string') {
      if (e === 'true' || e === 'false') return terms.constant(1, e === 'true' ? 1n : 0n);
      if (/^#x[0-9a-f]+$/.test(e)) return readConstant(e);
      const symbol = e.replace(/^\|(.*)\|$/, '$1');
      return variables.get(symbol) ?? system.addressNamed(symbol) ?? refuse(`the unknown symbol ${symbol}`);
    }
    const [head, ...rest] = e;
    const args = rest.map(read);
    const [a, b] = args;
    if (head === 'and' && args.every(isBool)) return terms.and(...args);
    if (head === 'or' && args.every(isBool)) return terms.or(...args);
    if (head === 'not' && a && args.length === 1 && isBool(a)) return terms.not(a);
    if (head === '=' && a && b && args.length === 2 && a.bits === b.bits) return terms.eq(a, b);
    return refuse(`a term other than and, or, not and = of equal widths`);
  };
  const readConstant = (hex: string): Term => {
    const bits = (hex.length - 2) * 4;
    if (bits !== 8 && bits !== 32 && bits !== 64) return refuse(`a constant of ${bits} bits`);
    return terms.constant(bits, BigInt(`0${hex.slice(1)}`));
  };
  const [root, ...more] = readSExprs(text, 'the invariant');
  if (root === undefined || more.length > 0) return refuse('no single term');
  const term = read(root);
  return isBool(term) ? term : refuse('a conjunct that is no truth value');
}

const isBool = (t: Term): boolean => t.bits === 1;

/** Writes e.g. `page[0].mapping == NULL || page[0].mapping == &address_space[0]`. */
export function conjunctPrinter(system: Transitions): (t: Term) => string {
  const types = new Map(system.variables.map((v) => [v.term, v.type]));
  const text = (n: Term, nested: boolean): string => {
    const [a, b] = n.args as [Term, Term];
    if (n.kind === 'const')
      return n.bits === 1 ? (n.value ? 'true' : 'false') : printValue(n.value, false, n.bits);
    if (n.kind !== 'app') return n.symbol;
    if (n.symbol === 'not' && a.kind === 'variable') return `!${a.symbol}`;
    if (n.symbol === 'not') return `!(${text(a, false)})`;
    if (n.symbol === '=') {
      const [variable, value] = a.kind === 'variable' ? [a, b] : [b, a];
      const type = types.get(variable);
      const pointer = type !== undefined && typeName(type).endsWith('*');
      const shown =
        value.kind === 'const' ? printValue(value.value, pointer, value.bits) : text(value, false);
      return `${text(variable, false)} == ${shown}`;
    }
    const joined = n.args.map((x) => text(x, true)).join(n.symbol === 'and' ? ' && ' : ' || ');
    return nested ? `(${joined})` : joined;
  };
  return (t) => text(t, false);
}
