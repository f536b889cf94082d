/** Leaving out words that nothing reads, or code that constants rule out, loses no verdict. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { references } from '../../specs/reference/references.ts';
import { arbitraryProgram, decisions } from '../lang/arbitrary-program.fixture.ts';
import { drawFrom } from '../lang/arbitrary-world.fixture.ts';
import { program as make, operation, set, struct, the, type U8, u8 } from '../lang/public.ts';
import { type LowerOptions, lower } from '../system/lower.ts';
import type { Reduction } from '../system/reductions.ts';
import type { SearchResult } from './explicit.ts';
import { search } from './search.ts';
import { searchUnrolled } from './unrolled-search.ts';

const named = references.map((r) => [`${r.program.name}, ${r.program.bounds.cpus} CPUs`, r] as const);

test.each(named)('%s', (_, { program, states }) => {
  const of = (options: LowerOptions) =>
    search(lower(program, options), { trackRaces: program.bounds.cpus > 1 });
  const [all, sliced, pruned] = [of({}), of({ slice: true }), of({ prune: true })];
  expect(all.states).toBe(states);
  expect(sliced.states).toBeLessThanOrEqual(all.states);
  expect(pruned.states).toBe(states);
  for (const less of [sliced, pruned]) {
    expect([...less.found.keys()].sort()).toEqual([...all.found.keys()].sort());
    expect([...less.reached.keys()].sort()).toEqual([...all.reached.keys()].sort());
    expect(less.races.map(({ race }) => race)).toEqual(all.races.map(({ race }) => race));
  }
});

test('something is left out', () => {
  const left = references.filter(
    ({ program, states }) => search(lower(program, { slice: true })).states < states,
  );
  expect(left.length).toBeGreaterThan(0);
});

test('random programs', { timeout: 120_000 }, () => {
  let [compared, raced, less] = [0, 0, 0];
  fc.assert(
    fc.property(decisions, (from) => {
      const program = arbitraryProgram(drawFrom(from));
      const trackRaces = program.bounds.cpus > 1;
      const of = (reduce: readonly Reduction[]) =>
        searchUnrolled(program, { reduce, trackLocks: true, trackRaces, limits: { states: 3000 } });
      const [before, after] = [of([]), of(['slice'])];
      if (before.kind === 'endless' || after.kind === 'endless' || !before.result.complete) return;
      const [all, sliced] = [before.result, after.result];
      compared++;
      if (all.races.length > 0) raced++;
      if (sliced.states < all.states) less++;
      const seen = ({ found, reached, order, races }: SearchResult) => [
        ...[found, reached, order].map((heard) => [...heard.keys()].sort()),
        races.map(({ race }) => race),
      ];
      expect(seen(sliced)).toEqual(seen(all));
    }),
    { seed: 20261126, numRuns: 300 },
  );
  expect([compared > 100, raced > 20, less > 20]).toEqual([true, true, true]);
});

test('a race of two stores to what nothing reads', () => {
  const note = struct<{ last: U8 }>('note', { last: u8 });
  const p = make({
    name: 'test/note',
    bounds: { cpus: 2 },
    operations: [operation('note', {}, () => [set(the(note).last, 1), set(the(note).last, 2)])],
  });
  for (const slice of [false, true])
    expect(search(lower(p, { slice }), { trackRaces: true }).races.map(({ race }) => race)).toEqual([
      { field: 'note.last', functions: ['note', 'note'] },
    ]);
});
