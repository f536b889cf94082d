/** Programs as C-like text: what traces, listings and invariants show. */
import { match } from 'ts-pattern';
import type { BinaryOperator, ExprNode, FunctionNode, Place, StmtNode } from './nodes.ts';
import { bitsOf, typeName } from './types.ts';

const symbols: Readonly<Record<BinaryOperator, readonly [symbol: string, precedence: number]>> = {
  mul: ['*', 10],
  add: ['+', 9],
  sub: ['-', 9],
  shl: ['<<', 8],
  shr: ['>>', 8],
  sar: ['>>', 8],
  ult: ['<', 7],
  ule: ['<=', 7],
  slt: ['<', 7],
  sle: ['<=', 7],
  eq: ['==', 6],
  ne: ['!=', 6],
  band: ['&', 5],
  bxor: ['^', 4],
  bor: ['|', 3],
  land: ['&&', 2],
  lor: ['||', 1],
};
const UNARY = 11;
const POSTFIX = 12;

/** How a constant of this type is written when it has no name. */
export function printValue(value: bigint, pointerLike: boolean, bits: number): string {
  if (pointerLike) return value === 0n ? 'NULL' : `(void *)0x${value.toString(16)}`;
  const signed = BigInt.asIntN(bits, value);
  if (signed < 0n && signed > -4096n && bits > 8) return signed.toString();
  return value < 4096n ? value.toString() : `0x${value.toString(16)}`;
}

function isZero(node: ExprNode): boolean {
  return node.kind === 'const' && node.value === 0n && node.name === undefined;
}

export function printPlace(place: Place): string {
  const pointer = place.pointer;
  const object =
    pointer.kind === 'address'
      ? `${pointer.struct}[${pointer.instance}].`
      : `${printExpr(pointer, POSTFIX)}->`;
  return `${object}${place.field}${place.index ? `[${printExpr(place.index)}]` : ''}`;
}

/** C-like text of an expression; parentheses where an operator of `outer` precedence needs them. */
export function printExpr(node: ExprNode, outer = 0): string {
  const paren = (text: string, precedence: number) => (precedence < outer ? `(${text})` : text);
  return match(node)
    .with({ kind: 'const' }, (n) => n.name ?? printValue(n.value, n.type.kind === 'pointer', bitsOf(n.type)))
    .with({ kind: 'address' }, (n) => `&${n.struct}[${n.instance}]`)
    .with({ kind: 'local' }, (n) => n.name)
    .with({ kind: 'cpu' }, () => 'cpu')
    .with({ kind: 'unary' }, (n) =>
      paren(`${{ bnot: '~', neg: '-', lnot: '!' }[n.op]}${printTest(n.operand, UNARY)}`, UNARY),
    )
    .with({ kind: 'binary' }, (n) => {
      const [symbol, precedence] = symbols[n.op];
      const logical = n.op === 'land' || n.op === 'lor';
      const left = logical ? printTest(n.left, precedence) : printExpr(n.left, precedence);
      const right = logical ? printTest(n.right, precedence + 1) : printExpr(n.right, precedence + 1);
      return paren(`${left} ${symbol} ${right}`, precedence);
    })
    .with({ kind: 'conditional' }, (n) =>
      paren(`${printTest(n.test, 1)} ? ${printExpr(n.then, 1)} : ${printExpr(n.otherwise)}`, 0.5),
    )
    .with({ kind: 'convert', how: 'cast' }, (n) =>
      paren(`(${typeName(n.type)})${printExpr(n.operand, UNARY)}`, UNARY),
    )
    .with({ kind: 'convert' }, (n) => printExpr(n.operand, outer))
    .with({ kind: 'load' }, (n) =>
      n.place.access === 'marked' ? `READ_ONCE(${printPlace(n.place)})` : printPlace(n.place),
    )
    .with({ kind: 'call' }, (n) => `${n.name}(${n.args.map((a) => printExpr(a)).join(', ')})`)
    .exhaustive();
}

/** An expression where C takes any scalar for a truth value: `x != 0` is written `x`. */
export function printTest(node: ExprNode, outer = 0): string {
  if (node.kind === 'binary' && node.op === 'ne' && isZero(node.right)) return printExpr(node.left, outer);
  return printExpr(node, outer);
}

function printSet(stmt: Extract<StmtNode, { kind: 'set' }>): string {
  const target = stmt.target.kind === 'local' ? stmt.target.name : printPlace(stmt.target.place);
  if (stmt.form) return `${target}${stmt.form === 'increment' ? '++' : '--'};`;
  if (stmt.target.kind === 'place' && stmt.target.place.access === 'marked')
    return `WRITE_ONCE(${target}, ${printExpr(stmt.value)});`;
  return `${target} = ${printExpr(stmt.value)};`;
}

/** The line of a statement itself, without what is nested in it. */
export function printStmt(stmt: StmtNode): string {
  return match(stmt)
    .with({ kind: 'set' }, printSet)
    .with({ kind: 'if' }, (s) => `if (${printTest(s.test)})`)
    .with({ kind: 'while' }, (s) =>
      s.test.kind === 'const' && s.test.value === 1n ? 'for (;;)' : `while (${printTest(s.test)})`,
    )
    .with({ kind: 'for-each' }, (s) => `for_each_${s.struct}(${s.variable})`)
    .with(
      { kind: 'for-index' },
      (s) => `for (${s.variable} = 0; ${s.variable} < ${s.count}; ${s.variable}++)`,
    )
    .with({ kind: 'break' }, () => 'break;')
    .with({ kind: 'continue' }, () => 'continue;')
    .with({ kind: 'return' }, (s) => (s.value ? `return ${printExpr(s.value)};` : 'return;'))
    .with({ kind: 'evaluate' }, (s) => `${printExpr(s.value)};`)
    .with(
      { kind: 'choose' },
      (s) => `${s.variable} = any(${'struct' in s.among ? `struct ${s.among.struct}` : s.among.count});`,
    )
    .with({ kind: 'assume' }, (s) => `assume(${printTest(s.test)});`)
    .with(
      { kind: 'primitive' },
      (s) =>
        `${s.name}(${s.shown.map((e) => (e.kind === 'load' && s.lock ? `&${printPlace(e.place)}` : printExpr(e))).join(', ')});`,
    )
    .with({ kind: 'bug' }, (s) => `BUG_ON(${printTest(s.test)});`)
    .with({ kind: 'warn' }, (s) => `${s.once ? 'WARN_ON_ONCE' : 'WARN_ON'}(${printTest(s.test)});`)
    .with(
      { kind: 'observe' },
      (s) =>
        `/* ${s.when ? `if (${printTest(s.when)}) ` : ''}${s.effects.map((e) => `${printPlace(e.place)} = ${printExpr(e.value)}`).join(', ')} */`,
    )
    .exhaustive();
}

/** One line of a listing: its text without indentation, its depth, and the statement it shows. */
export interface Line {
  readonly text: string;
  readonly depth: number;
  readonly stmt: StmtNode | null;
}

function blockLines(statements: readonly StmtNode[], depth: number): Line[] {
  return statements.flatMap((stmt) => {
    const head = { text: printStmt(stmt), depth, stmt };
    if (stmt.kind === 'if') {
      const then = blockLines(stmt.then, depth + 1);
      if (stmt.otherwise.length === 0)
        return [{ ...head, text: `${head.text} {` }, ...then, { text: '}', depth, stmt: null }];
      return [
        { ...head, text: `${head.text} {` },
        ...then,
        { text: '} else {', depth, stmt: null },
        ...blockLines(stmt.otherwise, depth + 1),
        { text: '}', depth, stmt: null },
      ];
    }
    if (stmt.kind === 'while' || stmt.kind === 'for-each' || stmt.kind === 'for-index')
      return [
        { ...head, text: `${head.text} {` },
        ...blockLines(stmt.body, depth + 1),
        { text: '}', depth, stmt: null },
      ];
    return [head];
  });
}

/** A function as C-like text; line numbers count from 1, the signature being line 1. */
export function functionLines(fn: FunctionNode): readonly Line[] {
  const params = fn.params.map((p) =>
    declare(p.type.kind === 'pointer' ? typeName(p.type) : `${typeName(p.type)} `, p.name),
  );
  const result = fn.returns ? typeName(fn.returns) : 'void';
  const separator = result.endsWith('*') ? '' : ' ';
  return [
    {
      text: `${result}${separator}${fn.name}(${params.length ? params.join(', ') : 'void'}) {`,
      depth: 0,
      stmt: null,
    },
    ...fn.locals.map((l) => ({
      text: `${declare(l.type.kind === 'pointer' ? typeName(l.type) : `${typeName(l.type)} `, l.name)};`,
      depth: 1,
      stmt: null,
    })),
    ...blockLines(fn.body, 1),
    { text: '}', depth: 0, stmt: null },
  ];
}

const declare = (type: string, name: string) => `${type}${name}`;

export function printFunction(fn: FunctionNode): string {
  return functionLines(fn)
    .map((line) => `${'  '.repeat(line.depth)}${line.text}`)
    .join('\n');
}

/** Printing takes long, and few of a program's functions are asked for. */
const knownLines = new WeakMap<FunctionNode, ReadonlyMap<StmtNode, number>>();

/** The line of each statement in the function's listing. */
export function statementLines(fn: FunctionNode | undefined): ReadonlyMap<StmtNode, number> {
  if (!fn) return new Map();
  const known = knownLines.get(fn);
  if (known) return known;
  const lines = new Map(
    functionLines(fn).flatMap((line, i) => (line.stmt ? [[line.stmt, i + 1] as const] : [])),
  );
  knownLines.set(fn, lines);
  return lines;
}
