/** All engines, by identifier. */
import { aloneEngine } from './alone-engine.ts';
import { bmcEngine } from './bmc-engine.ts';
import type { Engine, Limits, Task } from './engine.ts';
import { enumerationEngine } from './enumeration-engine.ts';
import { explicitEngine } from './explicit-engine.ts';
import { iceEngine } from './ice-engine.ts';
import { inductionEngine } from './induction-engine.ts';
import { portfolio } from './portfolio.ts';
import { spacerEngine } from './spacer-engine.ts';
import { storedInvariantEngine } from './stored-invariant.ts';
import { valueSetEngine } from './value-set-engine.ts';

/**
 * Those that can run side by side, in the order in which they are asked where they cannot: what is known, or found
 * in a moment, and what proves without a search; what searches, and learns from that; what asks a solver for an
 * invariant; what asks one for all runs of a length.
 */
const lanes: readonly Engine[] = [
  portfolio('proofs', [storedInvariantEngine, aloneEngine, valueSetEngine]),
  portfolio('search', [explicitEngine, enumerationEngine, inductionEngine]),
  portfolio('clauses', [spacerEngine]),
  portfolio('runs', [bmcEngine]),
];

export const engines: readonly Engine[] = [
  portfolio('portfolio', lanes),
  explicitEngine,
  valueSetEngine,
  inductionEngine,
  enumerationEngine,
  spacerEngine,
  iceEngine,
  bmcEngine,
];

export function engineNamed(id: string): Engine | undefined {
  return [...engines, ...lanes].find((engine) => engine.id === id);
}

/** The engines that take part for this one: its lanes, if it is the portfolio. */
export function lanesOf(id: string, task: Task, limits: Limits): readonly string[] {
  if (id !== 'portfolio') return [id];
  return lanes.filter((lane) => lane.applies?.(task, limits) ?? true).map((lane) => lane.id);
}
