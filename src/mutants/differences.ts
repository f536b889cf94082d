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
 * A mutant may be some steps faster or slower than the original and otherwise the same: what the one shows,
 * the other must lack in half as many steps again.
 */
const MARGIN = 1.5;

/** What one of the two violates or reaches and the other does not. Properties come before targets. */
export function differences(before: Sightings, after: Sightings | Unsearchable): readonly Difference[] {
  if ('reason' in after) return [{ of: NO_VERDICT, how: 'unsearchable', reason: after.reason }];
  const found = [...shownOnlyBy(after, before)].map((of) => ({ of, how: 'appears', reason: null }) as const);
  const lost = [...shownOnlyBy(before, after)].map(
    (of) => ({ of, how: 'disappears', reason: null }) as const,
  );
  return [...found, ...lost].sort((a, b) => Number(isTarget(a.of)) - Number(isTarget(b.of)));
}

function* shownOnlyBy(one: Sightings, other: Sightings): Generator<string> {
  for (const [of, step] of one.seen) if (!other.seen.has(of) && MARGIN * step <= other.horizon) yield of;
}

/** Whether it is something that must be possible, and no property. */
export const isTarget = (of: string): boolean => of.startsWith('reach:');
