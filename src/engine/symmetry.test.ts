/** That one state stands for all that differ in an exchange loses no verdict, and shows nothing that is no run. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { references } from '../../specs/reference/references.ts';
import { shareProgram } from '../../specs/reference/share.ts';
import { isTrace, recordTrace } from '../evidence/record.ts';
import {
  assume,
  type Bool,
  bool,
  instance,
  not,
  operation,
  type Pointer,
  pointer,
  program,
  set,
  struct,
  the,
  WARN_ON,
} from '../lang/public.ts';
import { lower } from '../system/lower.ts';
import { symmetryOf } from '../system/symmetry.ts';
import { arbitraryLockers, lockers } from './arbitrary-lockers.fixture.ts';
import { NoSuchRun } from './concrete-runs.ts';
import { searchStates } from './explicit.ts';
import { search } from './search.ts';
import { countClasses, requireSame } from './symmetry.fixture.ts';

const named = references
  .filter((r) => r.program.bounds.cpus > 1)
  .map(({ program: p }) => [`${p.name}, ${p.bounds.cpus} CPUs`, p] as const);

test.each(named)('%s', (_, p) => {
  const { reduced, classes } = requireSame(p);
  expect(reduced).toBe(classes);
});

test('random programs of two and three CPUs', { timeout: 240_000 }, () => {
  let halved = 0;
  fc.assert(
    fc.property(arbitraryLockers, fc.constantFrom(2, 2, 3), (bodies, cpus) => {
      const few = cpus === 3 ? bodies.slice(0, 1).map((body) => body.slice(0, 4)) : bodies;
      const { all, reduced, classes } = requireSame(lockers(cpus, ...few));
      expect(reduced).toBe(classes);
      if (reduced * 1.5 < all) halved++;
    }),
    { seed: 20261126, numRuns: 200 },
  );
  expect(halved).toBeGreaterThan(100);
});

describe('files that are gone through in any order', () => {
  test.each([
    [1, 2],
    [1, 4],
    [2, 2],
  ])('%i pages, %i files', (pages, files) => {
    const p = shareProgram(pages, files, true);
    const [all, reduced] = [search(lower(p)), search(lower(p), { reduce: ['symmetry'] })];
    expect([...reduced.found.keys()]).toEqual([]);
    expect(reduced.states).toBe(countClasses(p, all));
  });

  test('the seeded bug is found by as short a run, which there is', () => {
    const p = shareProgram(1, 4, false);
    const [all, reduced] = [search(lower(p)), search(lower(p), { reduce: ['symmetry'] })];
    const [found, same] =
      ['no-sentinel-deref'].map((id) => [reduced.found.get(id), all.found.get(id)])[0] ?? [];
    if (!found || !same) throw new Error('the bug is not found');
    expect([reduced.left, found.depth]).toEqual([['symmetry'], same.depth]);
    const moves = reduced.moves([found]).get(found) ?? [];
    const trace = recordTrace(p, reduced.compiled.addresses, moves, { property: 'no-sentinel-deref' });
    expect(isTrace(trace) ? 'shown' : trace.reason).toBe('shown');
  });
});

interface item {
  next: Pointer<item>;
  visited: Bool;
}
const item = struct<item>('item', { next: pointer('item'), visited: bool }, { instances: 'items' });
interface walk {
  at: Pointer<item>;
  begun: Bool;
}
const walk = struct<walk>('walk', { at: pointer('item'), begun: bool });
const { at, begun } = the(walk);

test('what only another order would show is not shown', () => {
  const items = Array.from({ length: 3 }, (_, i) => instance(item, i));
  const p = program({
    name: 'each once',
    bounds: { cpus: 1, items: 3 },
    operations: [
      operation('begin', {}, () => [assume(not(begun)), set(begun, 1), set(at, instance(item, 0))]),
      operation('go on', {}, () => [assume(at), WARN_ON(at.visited), set(at.visited, 1), set(at, at.next)]),
    ],
    initial: items.slice(1).map((x, i) => [(items[i] as typeof x).next, x] as const),
  });
  const symmetry = symmetryOf(lower(p));
  expect(symmetry?.objects.map((o) => [o.name, [...o.order]])).toEqual([['items', ['item.next']]]);
  const inAnyOrder = searchStates(lower(p), {}, 8, { ...(symmetry && { symmetry }) });
  expect([...inAnyOrder.found.keys()]).toEqual(['no-warn']);
  expect(() => inAnyOrder.moves([...inAnyOrder.found.values()])).toThrow(NoSuchRun);
  const until = ['no-warn'];
  const [all, result] = [search(lower(p), { until }), search(lower(p), { until, reduce: ['symmetry'] })];
  expect([result.left, [...result.found.keys()], result.states]).toEqual([[], [], all.states]);
});
