/**
 * SMT-LIB terms, shared and simplified as they are built. One-bit words are of sort Bool, wider words of
 * sort BitVec. Addresses of objects are constants about which only `addressAxioms` are known; what is
 * folded here follows from these axioms.
 */
import type { BinaryOperator, Conversion, UnaryOperator } from '../lang/nodes.ts';
import type { Bits } from '../lang/types.ts';
import { evaluateBinary, evaluateConversion, evaluateUnary } from '../system/fold.ts';

/**
 * `cases`: one of a few values that do not depend on the state, each under its guard; in every state that is
 * considered, exactly one guard holds. Whatever is computed from cases is cases again, so that words of few
 * values turn into Boolean structure.
 */
export interface Term {
  /** Position in the order of creation: arguments come before what uses them. */
  readonly id: number;
  readonly bits: Bits;
  readonly kind: 'const' | 'address' | 'variable' | 'app' | 'cases';
  /** Constants only. */
  readonly value: bigint;
  /** The symbol of a variable or address, or the SMT-LIB operator of an application. */
  readonly symbol: string;
  /** Of cases: value, guard, value, guard, ... */
  readonly args: readonly Term[];
  /** No state variable occurs in it: it stands for one value, whatever the state is. */
  readonly rigid: boolean;
}

export interface Terms {
  constant(bits: Bits, value: bigint): Term;
  readonly true_: Term;
  readonly false_: Term;
  /** The address of an object; equal symbols are the same object. */
  address(symbol: string, align: number): Term;
  variable(symbol: string, bits: Bits): Term;
  not(a: Term): Term;
  and(...list: readonly Term[]): Term;
  or(...list: readonly Term[]): Term;
  eq(a: Term, b: Term): Term;
  ite(test: Term, then: Term, otherwise: Term): Term;
  /** The variable, known to be one of `values`: constants and addresses. */
  oneOf(variable: Term, values: readonly Term[]): Term;
  binary(op: BinaryOperator, a: Term, b: Term): Term;
  unary(op: UnaryOperator, a: Term): Term;
  convert(how: Conversion, to: Bits, a: Term): Term;
}

/** Disjuncts among which complementary pairs are looked for. */
const JOIN_LIMIT = 16;

/** Most values of one term that are kept apart as cases. */
const MOST_CASES = 64;

interface Case {
  readonly value: Term;
  readonly guard: Term;
}

export const operators: Readonly<Record<Exclude<BinaryOperator, 'eq' | 'ne' | 'land' | 'lor'>, string>> = {
  add: 'bvadd',
  sub: 'bvsub',
  mul: 'bvmul',
  band: 'bvand',
  bor: 'bvor',
  bxor: 'bvxor',
  shl: 'bvshl',
  shr: 'bvlshr',
  sar: 'bvashr',
  ult: 'bvult',
  ule: 'bvule',
  slt: 'bvslt',
  sle: 'bvsle',
};

export function createTerms(): Terms {
  const leaves = new Map<string, Term>();
  const applications = new Map<string, Map<number | string, Term>>();
  const aligns = new Map<string, bigint>();
  let created = 0;

  function make(kind: Term['kind'], bits: Bits, symbol: string, value: bigint, args: readonly Term[]): Term {
    const rigid = kind !== 'variable' && kind !== 'cases' && args.every((a) => a.rigid);
    return { id: created++, bits, kind, value, symbol, args, rigid };
  }
  function leaf(kind: 'const' | 'address' | 'variable', bits: Bits, symbol: string, value: bigint): Term {
    const key = `${kind} ${bits} ${symbol} ${value}`;
    const known = leaves.get(key);
    if (known) return known;
    const term = make(kind, bits, symbol, value, []);
    leaves.set(key, term);
    return term;
  }
  function over(kind: 'app' | 'cases', bits: Bits, symbol: string, args: readonly Term[]): Term {
    const operator = `${bits}${symbol}`;
    const alike = applications.get(operator) ?? new Map<number | string, Term>();
    applications.set(operator, alike);
    const key = keyOf(args);
    const known = alike.get(key);
    if (known) return known;
    const term = make(kind, bits, symbol, 0n, args);
    alike.set(key, term);
    return term;
  }
  const app = (bits: Bits, symbol: string, ...args: readonly Term[]) => over('app', bits, symbol, args);
  const constant = (bits: Bits, value: bigint) => leaf('const', bits, '', BigInt.asUintN(bits, value));
  const true_ = constant(1, 1n);
  const false_ = constant(1, 0n);
  const isNot = (t: Term) => t.kind === 'app' && t.symbol === 'not';
  const complementary = (a: Term, b: Term) => (isNot(a) && a.args[0] === b) || (isNot(b) && b.args[0] === a);

  function not(a: Term): Term {
    if (a.kind === 'const') return a === true_ ? false_ : true_;
    if (isNot(a)) return a.args[0] as Term;
    return app(1, 'not', a);
  }

  /** `and` and `or`: without repetition, decided where an operand or a pair decides. Not flattened, to share. */
  function gather(symbol: 'and' | 'or', list: readonly Term[]): Term {
    const decisive = symbol === 'and' ? false_ : true_;
    const parts = new Set<Term>();
    for (const t of list) if (t !== not(decisive)) parts.add(t);
    if (parts.has(decisive)) return decisive;
    for (const t of parts) if (isNot(t) && isCovered(t.args[0] as Term, symbol, parts)) return decisive;
    const args = [...parts].sort((a, b) => a.id - b.id);
    if (args.length === 0) return not(decisive);
    return args.length === 1 ? (args[0] as Term) : app(1, symbol, ...args);
  }
  /** The term is among the parts, or all that it is made of: for the last of the cases of `oneOf`. */
  const isCovered = (t: Term, symbol: string, parts: ReadonlySet<Term>): boolean =>
    parts.has(t) || (t.symbol === symbol && t.args.every((a) => parts.has(a)));
  const and = (...list: readonly Term[]) => gather('and', list);

  /** Joins two conjunctions that differ in one complementary literal: what an if-else leaves behind. */
  function joinPair(a: Term, b: Term): Term | null {
    if (complementary(a, b)) return true_;
    const left = a.kind === 'app' && a.symbol === 'and' ? a.args : [a];
    const right = b.kind === 'app' && b.symbol === 'and' ? b.args : [b];
    if (left.length !== right.length) return null;
    const onlyLeft = left.filter((t) => !right.includes(t));
    const onlyRight = right.filter((t) => !left.includes(t));
    const [x, y] = [onlyLeft[0], onlyRight[0]];
    if (onlyLeft.length !== 1 || onlyRight.length !== 1 || !x || !y || !complementary(x, y)) return null;
    return and(...left.filter((t) => t !== x));
  }

  function or(...list: readonly Term[]): Term {
    const parts = [...new Set(list)];
    for (let changed = parts.length <= JOIN_LIMIT; changed; ) {
      changed = false;
      for (let i = 0; i < parts.length && !changed; i++)
        for (let j = i + 1; j < parts.length && !changed; j++) {
          const joined = joinPair(parts[i] as Term, parts[j] as Term);
          if (!joined) continue;
          parts.splice(j, 1);
          parts[i] = joined;
          changed = true;
        }
    }
    return gather('or', parts);
  }

  /** Whether two leaves are equal, where the axioms decide it. */
  function leavesEqual(a: Term, b: Term): boolean | null {
    if (a === b) return true;
    if (a.kind === 'const' && b.kind === 'const') return false;
    if (a.kind === 'address' && b.kind === 'address') return false;
    const [address, other] = a.kind === 'address' ? [a, b] : [b, a];
    if (address.kind !== 'address' || other.kind !== 'const') return null;
    const low = other.value < 1n << 63n;
    const error = other.value >= (1n << 64n) - 4096n;
    const unaligned = other.value % (aligns.get(address.symbol) ?? 1n) !== 0n;
    return low || error || unaligned ? false : null;
  }

  const isIte = (t: Term) => t.kind === 'app' && t.symbol === 'ite';

  /** The cases of a term wider than one bit; null where it is not made of such. */
  function casesOf(t: Term): readonly Case[] | null {
    if (t.bits === 1) return null;
    if (t.rigid) return [{ value: t, guard: true_ }];
    if (t.kind !== 'cases') return null;
    return Array.from({ length: t.args.length / 2 }, (_, i) => ({
      value: t.args[2 * i] as Term,
      guard: t.args[2 * i + 1] as Term,
    }));
  }

  function fromCases(bits: Bits, list: Iterable<readonly [value: Term, guard: Term]>): Term {
    const possible = [...list].filter(([, guard]) => guard !== false_).sort(([a], [b]) => a.id - b.id);
    const [only] = possible;
    if (possible.length === 1 && only) return only[0];
    return over('cases', bits, 'cases', possible.flat());
  }

  /** Applies an operator to every combination of cases; null where the operands are no cases. */
  function overCases(
    bits: Bits,
    operands: readonly Term[],
    f: (values: readonly Term[]) => Term,
  ): Term | null {
    let rows: { values: readonly Term[]; guard: Term }[] = [{ values: [], guard: true_ }];
    for (const operand of operands) {
      const cases = casesOf(operand);
      if (!cases || rows.length * cases.length > MOST_CASES * MOST_CASES) return null;
      rows = rows.flatMap((row) =>
        cases.map((c) => ({ values: [...row.values, c.value], guard: and(row.guard, c.guard) })),
      );
    }
    rows = rows.filter((row) => row.guard !== false_);
    const results = new Map<Term, Term[]>();
    for (const row of rows) {
      const result = f(row.values);
      results.set(result, [...(results.get(result) ?? []), row.guard]);
    }
    if (bits === 1) return or(...[...results].map(([result, guards]) => and(result, or(...guards))));
    if (results.size > MOST_CASES) return null;
    return fromCases(
      bits,
      [...results].map(([result, guards]) => [result, or(...guards)] as const),
    );
  }

  const splits = (...operands: readonly Term[]) => operands.some((t) => t.kind === 'cases');

  function eq(a: Term, b: Term): Term {
    const known = leavesEqual(a, b);
    if (known !== null) return known ? true_ : false_;
    if (a.bits === 1) {
      if (a.kind === 'const') return a === true_ ? b : not(b);
      if (b.kind === 'const') return b === true_ ? a : not(a);
      if (complementary(a, b)) return false_;
    }
    if (splits(a, b)) {
      const whole = overCases(1, [a, b], ([x, y]) => eq(x as Term, y as Term));
      if (whole) return whole;
    }
    return a.id < b.id ? app(1, '=', a, b) : app(1, '=', b, a);
  }

  function ite(test: Term, yes: Term, no: Term): Term {
    if (test.kind === 'const') return test === true_ ? yes : no;
    if (yes === no) return yes;
    if (isNot(test)) return ite(test.args[0] as Term, no, yes);
    if (yes.bits === 1) {
      if (yes === true_) return or(test, no);
      if (yes === false_) return and(not(test), no);
      if (no === false_) return and(test, yes);
      if (no === true_) return or(not(test), yes);
    }
    if (yes.bits > 1) {
      const merged = mergeCases(test, yes, no);
      if (merged) return merged;
    }
    if (isIte(yes) && yes.args[0] === test) return ite(test, yes.args[1] as Term, no);
    if (isIte(no) && no.args[0] === test) return ite(test, yes, no.args[2] as Term);
    if (isIte(no) && no.args[1] === yes) return ite(or(test, no.args[0] as Term), yes, no.args[2] as Term);
    return app(yes.bits, 'ite', test, yes, no);
  }

  function mergeCases(test: Term, yes: Term, no: Term): Term | null {
    const [left, right] = [casesOf(yes), casesOf(no)];
    if (!left || !right) return null;
    const onLeft = new Map(left.map((c) => [c.value, c.guard]));
    const onRight = new Map(right.map((c) => [c.value, c.guard]));
    const values = new Set([...onLeft.keys(), ...onRight.keys()]);
    if (values.size > MOST_CASES) return null;
    return fromCases(
      yes.bits,
      [...values].map((v) => [v, ite(test, onLeft.get(v) ?? false_, onRight.get(v) ?? false_)] as const),
    );
  }

  function oneOf(variable: Term, values: readonly Term[]): Term {
    if (variable.bits === 1) return values.length === 1 ? (values[0] as Term) : variable;
    const but = values.slice(0, -1);
    const last = values.at(-1) as Term;
    const guarded = but.map((v) => [v, eq(variable, v)] as const);
    return fromCases(variable.bits, [...guarded, [last, not(or(...guarded.map(([, guard]) => guard)))]]);
  }

  const comparisons: ReadonlySet<BinaryOperator> = new Set(['ult', 'ule', 'slt', 'sle']);

  function binary(op: BinaryOperator, a: Term, b: Term): Term {
    if (op === 'land') return and(a, b);
    if (op === 'lor') return or(a, b);
    if (op === 'eq') return eq(a, b);
    if (op === 'ne') return not(eq(a, b));
    const bits: Bits = comparisons.has(op) ? 1 : a.bits;
    if (a.kind === 'const' && b.kind === 'const')
      return constant(bits, evaluateBinary(op, a.bits, a.value, b.value));
    if (a.bits === 1) return boolean(op, a, b);
    const neutral =
      b.kind === 'const' && b.value === 0n && ['add', 'sub', 'bor', 'bxor', 'shl', 'shr', 'sar'].includes(op);
    if (neutral) return a;
    if (op === 'band' && a.kind === 'address' && b.kind === 'const' && b.value < (aligns.get(a.symbol) ?? 1n))
      return constant(bits, 0n);
    if (splits(a, b)) {
      const whole = overCases(bits, [a, b], ([x, y]) => binary(op, x as Term, y as Term));
      if (whole) return whole;
    }
    return app(bits, operators[op], a, b);
  }

  /** Arithmetic on one bit, in terms of Bool. */
  function boolean(op: Exclude<BinaryOperator, 'eq' | 'ne' | 'land' | 'lor'>, a: Term, b: Term): Term {
    switch (op) {
      case 'add':
      case 'sub':
      case 'bxor':
        return not(eq(a, b));
      case 'mul':
      case 'band':
        return and(a, b);
      case 'bor':
        return or(a, b);
      case 'shl':
      case 'shr':
        return and(a, not(b));
      case 'sar':
        return a;
      case 'ult':
        return and(not(a), b);
      case 'ule':
        return or(not(a), b);
      case 'slt':
        return and(a, not(b));
      case 'sle':
        return or(a, not(b));
    }
  }

  function unary(op: UnaryOperator, a: Term): Term {
    if (a.kind === 'const') return constant(op === 'lnot' ? 1 : a.bits, evaluateUnary(op, a.bits, a.value));
    if (op === 'lnot') return a.bits === 1 ? not(a) : eq(a, constant(a.bits, 0n));
    if (a.bits === 1) return op === 'neg' ? a : not(a);
    const whole = splits(a) ? overCases(a.bits, [a], ([x]) => unary(op, x as Term)) : null;
    if (whole) return whole;
    return app(a.bits, op === 'neg' ? 'bvneg' : 'bvnot', a);
  }

  function convert(how: Conversion, to: Bits, a: Term): Term {
    if (a.bits === to) return a;
    if (a.kind === 'const') return constant(to, evaluateConversion(how, a.bits, to, a.value));
    const whole = splits(a) ? overCases(to, [a], ([x]) => convert(how, to, x as Term)) : null;
    if (whole) return whole;
    if (a.bits === 1) return ite(a, constant(to, how === 'sext' ? -1n : 1n), constant(to, 0n));
    if (to === 1) return not(eq(binary('band', a, constant(a.bits, 1n)), constant(a.bits, 0n)));
    if (to < a.bits) return app(to, `(_ extract ${to - 1} 0)`, a);
    return app(to, `(_ ${how === 'sext' ? 'sign' : 'zero'}_extend ${to - a.bits})`, a);
  }

  return {
    constant,
    true_,
    false_,
    address(symbol, align) {
      aligns.set(symbol, BigInt(align));
      return leaf('address', 64, symbol, 0n);
    },
    variable: (symbol, bits) => leaf('variable', bits, symbol, 0n),
    not,
    and,
    or,
    eq,
    ite,
    oneOf,
    binary,
    unary,
    convert,
  };
}

/** More than there are terms; two of their numbers fit into one. */
const MOST_TERMS = 2 ** 26;

/** One key for a list of terms. */
function keyOf(args: readonly Term[]): number | string {
  const [a, b] = args;
  if (args.length > 2 || !a) return args.map((t) => t.id).join(' ');
  return b ? (a.id + 1) * MOST_TERMS + b.id : a.id;
}
