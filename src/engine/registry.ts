/** All engines, by identifier. */
import { aloneEngine } from './alone-engine.ts';
import { bmcEngine } from './bmc-engine.ts';
import type { Engine } from './engine.ts';
import { explicitEngine } from './explicit-engine.ts';
import { inductionEngine } from './induction-engine.ts';
import { portfolio } from './portfolio.ts';
import { storedInvariantEngine } from './stored-invariant.ts';

/** In the order in which the portfolio asks them: what finds violations first, then what proves. */
const single: readonly Engine[] = [explicitEngine, inductionEngine, bmcEngine];

export const engines: readonly Engine[] = [
  portfolio([storedInvariantEngine, aloneEngine, ...single]),
  ...single,
];

export function engineNamed(id: string): Engine | undefined {
  return engines.find((engine) => engine.id === id);
}
