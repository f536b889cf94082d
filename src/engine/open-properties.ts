/** What a proof may be about. */
import { isProvable } from '../evidence/certificate-scripts.ts';
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import type { Transitions } from '../semantics/transitions.ts';

/**
 * Of the properties, and that runs stay in the model, those that scripts can say something of, and that are not known
 * to be violated (or, of `reach:`, reached).
 */
export function openProperties(
  system: Transitions,
  properties: readonly string[],
  found: { has(property: string): boolean },
): readonly string[] {
  return [...new Set([OUT_OF_MODEL, ...properties])].filter((p) => !found.has(p) && isProvable(system, p));
}
