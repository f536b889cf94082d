/** Which values each variable of a program takes. */
import type { Term } from '../semantics/terms.ts';
import type { Transitions } from '../semantics/transitions.ts';
import type { Symmetry } from '../system/symmetry.ts';

export type Domains = ReadonlyMap<Term, readonly Term[]>;

/** Of each variable, that it has one of its values; of those that may be anything, nothing. */
export function domainConjuncts({ terms }: Transitions, domains: Domains): Term[] {
  return [...domains].flatMap(([variable, values]) => {
    if (values.length === 0) return [terms.eq(variable, terms.constant(variable.bits, 0n))];
    if (variable.bits === 1 && values.length === 2) return [];
    return [terms.or(...values.map((value) => terms.eq(variable, value)))];
  });
}

/** The domains of all states, where these are of such as stand for all that differ in an exchange of objects. */
export function exchangedDomains(
  { addressNamed, variables }: Transitions,
  domains: Domains,
  { objects }: Symmetry,
): Domains {
  /** What `&file[1]` or `file[1].next` may become. */
  const alike = (symbol: string): readonly string[] => {
    const [, before = '', struct = '', after = ''] = /^(&?)(.*?)\[\d+\](.*)$/.exec(symbol) ?? [];
    const sort = objects.find(({ structs }) => structs.has(struct));
    return sort ? Array.from({ length: sort.count }, (_, n) => `${before}${struct}[${n}]${after}`) : [symbol];
  };
  const named = new Map(variables.map(({ term }) => [term.symbol, term]));
  return new Map(
    [...domains.keys()].map((variable) => {
      const together = alike(variable.symbol).flatMap((name) => domains.get(named.get(name) as Term) ?? []);
      const values = together.flatMap((value) =>
        value.kind === 'address' ? alike(value.symbol).map((name) => addressNamed(name) as Term) : [value],
      );
      return [variable, [...new Set(values)]];
    }),
  );
}
