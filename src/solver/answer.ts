import { PagedeedError } from '../support/diagnostics.ts';
import { printSExpr, readSExprs, type SExpr } from './sexpr.ts';

/**
 * What became of a script. Only `answered` says anything about its formulas.
 *
 * - `answered`: every command succeeded; `results` holds what the printing ones printed (`sat`, `unsat` or
 *   `unknown` for check-sat, a list for get-value), in order.
 * - `error`: some command was refused, or the solver died. Solvers go on after an error and may still print
 *   `sat`; that is about another formula than the one asked about, so nothing else of the answer is kept.
 * - `timeout`, `cancelled`: stopped before the end, and the solver's state is lost.
 */
export type SolverAnswer =
  | { readonly kind: 'answered'; readonly results: readonly SExpr[] }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'cancelled' };

/** Reads what a solver printed in answer to a script. */
export function parseAnswer(output: string): SolverAnswer {
  try {
    const results = readSExprs(output, 'answer of the solver');
    const refusals = results.filter(isRefusal);
    if (refusals.length === 0) return { kind: 'answered', results };
    return { kind: 'error', message: refusals.map(printSExpr).join('\n') };
  } catch (error) {
    if (!(error instanceof PagedeedError)) throw error;
    return { kind: 'error', message: `${error.message}\n${output}` };
  }
}

/** `unsupported` or `(error "...")`; a list that starts with a symbol named error is no refusal. */
function isRefusal(result: SExpr): boolean {
  if (typeof result === 'string') return result === 'unsupported';
  const [head, text] = result;
  return head === 'error' && typeof text === 'string' && text.startsWith('"');
}
