/** What other engines told, in the terms of a transition system. */
import { conjunctReader } from '../evidence/invariant-text.ts';
import type { Term } from '../semantics/terms.ts';
import type { Transitions } from '../semantics/transitions.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import type { Task } from './engine.ts';

/** Conjuncts about what this system does not have, as it leaves out what nothing reads, are left out. */
export function toldOf(system: Transitions, { lemmas }: Task): readonly Term[] {
  const read = conjunctReader(system);
  return (lemmas?.known() ?? []).flatMap((text) => {
    try {
      return [read(text)];
    } catch (error) {
      if (error instanceof PagedeedError) return [];
      throw error;
    }
  });
}
