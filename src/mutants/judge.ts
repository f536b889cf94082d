/** Whether the mutants that survived are few, and known with their reasons. */
import type { Fate } from './hunt.ts';

/** More survivors than this fraction are too many, whatever their reasons. */
export const MOST_SURVIVORS = 0.1;

export interface Judgement {
  readonly survived: readonly Fate[];
  /** Survivors of which nobody said why. */
  readonly unexplained: readonly string[];
  /** Mutants that were said to survive, but were caught. */
  readonly caughtAfterAll: readonly string[];
  /** Names of survivors that are no mutants; only a hunt for all mutants can tell. */
  readonly unknown: readonly string[];
  readonly passes: boolean;
}

/** `stated`: why mutants survive, by name. `all`: these are the fates of all mutants, not of some. */
export function judge(
  fates: readonly Fate[],
  stated: Readonly<Record<string, string>>,
  all: boolean,
): Judgement {
  const survived = fates.filter((f) => f.caught === null);
  const unexplained = survived.filter((f) => !Object.hasOwn(stated, f.id)).map((f) => f.id);
  const caughtAfterAll = fates.filter((f) => f.caught && Object.hasOwn(stated, f.id)).map((f) => f.id);
  const met = new Set(fates.map((f) => f.id));
  const unknown = all ? Object.keys(stated).filter((id) => !met.has(id)) : [];
  const few = !all || survived.length <= MOST_SURVIVORS * fates.length;
  const wrong = unexplained.length + caughtAfterAll.length + unknown.length;
  return { survived, unexplained, caughtAfterAll, unknown, passes: few && wrong === 0 };
}
