/** What of a cell was decided in an earlier run, and what is still to be decided. */
import type { Outcome } from '../evidence/verdict.ts';
import type { Cache } from './cache.ts';
import { cacheKeys } from './cache-key.ts';
import type { Cell } from './subject.ts';

export interface CachedCell {
  /** Outcomes found in the cache. */
  readonly known: readonly Outcome[];
  /** Properties still to be decided. */
  readonly open: readonly string[];
  /** Keeps new outcomes for later runs. */
  keep(outcomes: readonly Outcome[]): Promise<void>;
}

/** `how`: engine and reductions, as one text. `cache` null: everything is decided anew, and nothing kept. */
export async function askCache(cache: Cache | null, cell: Cell, how: string): Promise<CachedCell> {
  const { program, properties } = cell;
  if (cache === null) return { known: [], open: properties, keep: () => Promise.resolve() };
  const keys = cacheKeys(program, properties, how);
  const known = new Map<string, Outcome>();
  for (const [id, key] of keys) {
    const outcome = await cache.find(key);
    if (outcome?.property === id) known.set(id, outcome);
  }
  return {
    known: [...known.values()],
    open: properties.filter((id) => !known.has(id)),
    async keep(outcomes) {
      for (const outcome of outcomes) {
        const key = keys.get(outcome.property);
        if (key !== undefined) await cache.keep(key, outcome);
      }
    },
  };
}
