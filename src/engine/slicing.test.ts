/** Leaving out words that nothing reads, or code that constants rule out, loses no verdict. */
import { expect, test } from 'vitest';
import { references } from '../../specs/reference/references.ts';
import { lower } from '../system/lower.ts';
import { search } from './search.ts';

const named = references.map((r) => [`${r.program.name}, ${r.program.bounds.cpus} CPUs`, r] as const);

test.each(named)('%s', (_, { program, states }) => {
  const [all, sliced] = [search(lower(program)), search(lower(program, { slice: true }))];
  const pruned = search(lower(program, { prune: true }));
  expect(all.states).toBe(states);
  expect(sliced.states).toBeLessThanOrEqual(all.states);
  expect(pruned.states).toBe(states);
  for (const less of [sliced, pruned]) {
    expect([...less.found.keys()].sort()).toEqual([...all.found.keys()].sort());
    expect([...less.reached.keys()].sort()).toEqual([...all.reached.keys()].sort());
  }
});

test('something is left out', () => {
  const left = references.filter(
    ({ program, states }) => search(lower(program, { slice: true })).states < states,
  );
  expect(left.length).toBeGreaterThan(0);
});
