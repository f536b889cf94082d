/** A search that exchanges what cannot be told apart, against one that does not. */
import { expect } from 'vitest';
import { isTrace, recordTrace } from '../evidence/record.ts';
import type { Program } from '../lang/public.ts';
import { lower } from '../system/lower.ts';
import { symmetryOf } from '../system/symmetry.ts';
import { createSettler } from './create-settler.ts';
import type { SearchResult } from './explicit.ts';
import { search } from './search.ts';
import { sightings } from './sightings.ts';

/** How many states there are of which none differs from another in an exchange alone. */
export function countClasses(p: Program, { visited, states, compiled }: SearchResult): number {
  const symmetry = symmetryOf(lower(p));
  if (!symmetry) return states;
  const settler = createSettler(symmetry, compiled);
  const classes = new Set<string>();
  for (let n = 0; n < states; n++) {
    visited.read(n, compiled.state);
    settler.settle();
    classes.add(compiled.state.join());
  }
  return classes.size;
}

/** What is asked of a program is found with the reduction as without, and the interpreter shows what is found. */
export function requireSame(p: Program): {
  readonly all: number;
  readonly reduced: number;
  readonly classes: number;
} {
  const until = [...p.properties.map((q) => q.id), 'no-warn', 'no-bug', 'lock-pairing', 'deadlock-free'];
  const asked = [...until, 'no-null-deref', 'no-sentinel-deref', 'no-stale-deref', 'lock-order'];
  const all = search(lower(p), { trackLocks: true, trackRaces: p.bounds.cpus > 1 });
  const options = { trackLocks: true, trackRaces: p.bounds.cpus > 1, reduce: ['symmetry'] as const };
  const reduced = search(lower(p), options);
  expect([all.complete, reduced.complete]).toEqual([true, true]);
  const named = ({ found, reached, races }: SearchResult) => ({
    found: [...found].map(([name, { depth }]) => `${name} after ${depth}`).sort(),
    reached: [...reached.keys()].sort(),
    races: races.map(({ race }) => `${race.field} ${race.functions.join()}`).sort(),
  });
  expect(named(reduced)).toEqual(named(all));
  for (const property of asked)
    for (const { found, what } of sightings(property, p, reduced)) {
      const moves = reduced.moves([found]).get(found) ?? [];
      const trace = recordTrace(p, reduced.compiled.addresses, moves, what);
      expect(isTrace(trace) ? 'shown' : trace.reason).toBe('shown');
    }
  return { all: all.states, reduced: reduced.states, classes: countClasses(p, all) };
}
