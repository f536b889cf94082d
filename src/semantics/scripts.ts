/** Stand-alone SMT-LIB 2 scripts over a transition system. */

import { createScript, quoteSymbol, sortOf, type Term } from './terms.ts';
import type { Transitions } from './transitions.ts';

/**
 * A script whose checks are the given lists of assertions, each under the common ones. Declares what occurs,
 * and says of addresses what is known of them. `labels` are echoed as comments before each check.
 */
export function writeScript(
  system: Transitions,
  common: readonly Term[],
  checks: readonly { readonly label: string; readonly assertions: readonly Term[] }[],
  options: { readonly header: readonly string[]; readonly show?: readonly Term[] },
): string {
  const body = createScript();
  const always = common.map((t) => body.use(t));
  const each = checks.map((c) => ({ label: c.label, texts: c.assertions.map((t) => body.use(t)) }));
  const show = (options.show ?? []).map((t) => body.use(t));
  const addresses = [...body.symbols.values()].filter((t) => t.kind === 'address');
  const axioms = system.addressAxioms(addresses).map((t) => body.use(t));
  const declared = [...body.symbols.values()].map(
    (t) => `(declare-const ${quoteSymbol(t.symbol)} ${sortOf(t.bits)})`,
  );
  return [
    ...options.header.map((line) => `; ${line}`),
    '(set-logic QF_BV)',
    ...declared,
    ...body.lines,
    ...(addresses.length > 1
      ? [`(assert (distinct ${addresses.map((t) => quoteSymbol(t.symbol)).join(' ')}))`]
      : []),
    ...axioms.map((t) => `(assert ${t})`),
    ...always.map((t) => `(assert ${t})`),
    ...each.flatMap((c) => [
      `; ${c.label}`,
      '(push 1)',
      ...c.texts.map((t) => `(assert ${t})`),
      '(check-sat)',
      ...(show.length > 0 ? [`(get-value (${show.join(' ')}))`] : []),
      '(pop 1)',
    ]),
    '',
  ].join('\n');
}
