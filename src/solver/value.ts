import { assert } from '../support/assert.ts';
import { printSExpr, type SExpr } from './sexpr.ts';

/** The value of a Boolean or bit-vector term; a bit-vector is read as unsigned. */
export type Value = boolean | bigint;

/**
 * The value that `true`, `false`, `#b0101`, `#x0f` or `(_ bv5 64)` stands for. Only terms of these two sorts
 * may be asked for: anything else a solver can answer (an array, say) is an `InternalError`.
 */
export function parseValue(expression: SExpr): Value {
  if (typeof expression === 'string') {
    if (expression === 'true' || expression === 'false') return expression === 'true';
    if (/^#(b[01]+|x[0-9a-fA-F]+)$/.test(expression)) return BigInt(`0${expression.slice(1)}`);
  } else {
    const [underscore, numeral] = expression;
    if (underscore === '_' && typeof numeral === 'string' && /^bv\d+$/.test(numeral))
      return BigInt(numeral.slice(2));
  }
  assert(false, `neither a Boolean nor a bit-vector value: ${printSExpr(expression)}`);
}

/**
 * What a solver printed for `(get-value (TERM ...))`: each term's value under the term as it was printed, in
 * the order in which they were asked for.
 */
export function parseValues(answer: SExpr): Map<string, Value> {
  assert(typeof answer !== 'string', `not an answer to get-value: ${answer}`);
  return new Map(
    answer.map((pair) => {
      const [term, value] = pair;
      assert(term !== undefined && value !== undefined, `not a term and its value: ${printSExpr(pair)}`);
      return [printSExpr(term), parseValue(value)];
    }),
  );
}
