/** Which verdicts differ between a program and a mutant of it. */
import type { Sightings, Unsearchable } from './sightings.ts';

/** One verdict that the mutant changes. */
export interface Difference {
  /** A property, `reach:TARGET`, or `no verdict` where the mutant has none at all. */
  readonly of: string;
  readonly how: 'appears' | 'disappears' | 'unsearchable';
  /** Why there is no verdict, else null. */
  readonly reason: string | null;
}

/** The difference of a mutant that the search cannot get through, unlike the original. */
export const NO_VERDICT = 'no verdict';

/**
 * What one of the two violates or reaches and the other does not, within the steps that were searched in
 * both: beyond these nothing is known, so nothing there counts. Properties come before targets.
 */
export function differences(before: Sightings, after: Sightings | Unsearchable): readonly Difference[] {
  if ('reason' in after) return [{ of: NO_VERDICT, how: 'unsearchable', reason: after.reason }];
  const horizon = Math.min(before.horizon, after.horizon);
  const within = ({ seen }: Sightings, of: string) => {
    const step = seen.get(of);
    return step !== undefined && step <= horizon;
  };
  const all = [...new Set([...before.seen.keys(), ...after.seen.keys()])];
  return all
    .filter((of) => within(before, of) !== within(after, of))
    .sort((a, b) => Number(isTarget(a)) - Number(isTarget(b)))
    .map((of) => ({ of, how: within(after, of) ? 'appears' : 'disappears', reason: null }));
}

/** Whether it is something that must be possible, and no property. */
export const isTarget = (of: string): boolean => of.startsWith('reach:');
