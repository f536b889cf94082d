/** Stand-alone SMT-LIB 2 scripts over a transition system. */

import { createScript, quoteSymbol, sortOf, type Term } from './terms.ts';
import type { Transitions } from './transitions.ts';

/**
 * A script with one check of all the assertions together. Declares what occurs, and says of addresses what is
 * known of them. One check and no push, because old solvers are much slower where checks are incremental.
 */
export function writeScript(
  system: Transitions,
  assertions: readonly Term[],
  header: readonly string[],
): string {
  const body = createScript();
  const asserted = assertions.map((t) => body.use(t));
  const addresses = [...body.symbols.values()].filter((t) => t.kind === 'address');
  const axioms = system.addressAxioms(addresses).map((t) => body.use(t));
  const names = addresses.map((t) => quoteSymbol(t.symbol));
  return [
    ...header.map((line) => `; ${line}`),
    '(set-logic QF_BV)',
    ...[...body.symbols.values()].map((t) => `(declare-const ${quoteSymbol(t.symbol)} ${sortOf(t.bits)})`),
    ...body.lines,
    ...(names.length > 1 ? [`(assert (distinct ${names.join(' ')}))`] : []),
    ...[...axioms, ...asserted].map((t) => `(assert ${t})`),
    '(check-sat)',
    '',
  ].join('\n');
}
