import { expect, test } from 'vitest';
import { entryOf, exclusive, run, shared, type World, worldProgram } from '../../models/failure.fixture.ts';
import { address_space, page, xfs_inode } from '../../models/objects.ts';
import { XFS_IRECLAIMABLE } from '../../models/words.ts';
import { checkProgram } from '../../src/lang/check.ts';
import { type Bounds, instance } from '../../src/lang/public.ts';
import { properties, propertyNamed } from './all.ts';

/** Every predicate at once, each observer once. */
function parts(bounds: Bounds) {
  const built = properties.map((p) => p.build(bounds));
  return {
    observers: [...new Set(built.flatMap((b) => b.observers))],
    properties: built.flatMap((b) => b.properties),
  };
}

const idsFound = (found: readonly string[]) => [...new Set(found.map((f) => f.split(':')[0]))].sort();
const byTask = (w: World) => run(worldProgram(w, parts), 'madvise HWPOISON', [0, 0]);
const byPfn = (w: World, block: number) =>
  run(worldProgram({ ...w, policy: { ...w.policy, source: 'pfn' } }, parts), 'hwpoison inject', [block]);

const rmap: World = { ...shared, stack: 'xfs-reflink-rmapbt', policy: { earlyKill: 'all' } };

test('identifiers are unique, and each can be found by its own', () => {
  expect(new Set(properties.map((p) => p.id)).size).toBe(properties.length);
  for (const p of properties) expect(propertyNamed(p.id)).toBe(p);
});

test('a predicate is given where the property says so, and carries its identifier', () => {
  for (const p of properties) {
    const { properties: given } = p.build({ cpus: 2, files: 2, blocks: 2, offsets: 2, tasks: 2, slots: 5 });
    expect(given.map((g) => g.id)).toEqual(p.decidedBy === 'predicate' ? [p.id] : []);
  }
});

test.each(['ext4', 'xfs-reflink', 'xfs-reflink-rmapbt'])('on %s all predicates are well formed', (stack) => {
  expect(checkProgram(worldProgram({ stack }, parts))).toEqual([]);
});

test('a failure that goes as it should violates nothing, on either route', () => {
  expect(byTask(exclusive).found).toEqual([]);
  expect(byTask(rmap).found).toEqual([]);
  expect(byPfn(rmap, 0).found).toEqual([]);
});

test.each<[string, World, readonly string[]]>([
  [
    'a second entry of an owned page',
    { ...exclusive, more: [[instance(address_space, 1).i_pages.at(1), entryOf(0)]] },
    ['owner-tuple'],
  ],
  [
    "an index that is not the entry's",
    {
      ...exclusive,
      owned: [[0, 0, 1]],
      extents: [
        [0, 0, 0],
        [0, 1, 0],
      ],
    },
    ['owner-tuple'],
  ],
  ['a count too high', { ...rmap, shared: [[0, 3]] }, ['share-count']],
  [
    'an owner without an entry',
    {
      ...exclusive,
      owned: [
        [0, 0, 0],
        [1, 0, 1],
      ],
    },
    ['idle-clean', 'owner-tuple'],
  ],
  [
    'an entry that nobody unlocks',
    { ...exclusive, cold: true },
    ['idle-clean', 'lock-pairing', 'owner-tuple'],
  ],
  [
    'a reference that was lost',
    { ...exclusive, more: [[instance(page, 1)._refcount, 2]] },
    ['refcount-balance'],
  ],
  ['a page that is mapped while its block is free', { ...exclusive, extents: [] }, ['no-reuse-while-busy']],
])('%s is found', (_, w, expected) => {
  const found = idsFound(byTask(w).found);
  for (const id of expected) expect(found).toContain(id);
});

test('kill-complete: an owner that the reverse mapping does not know is not told', () => {
  const w = { ...rmap, more: [[instance(xfs_inode, 1).i_df.at(0), 0] as const] };
  expect(idsFound(byTask(w).found)).toEqual(['kill-complete']);
});

test('kill-exact and marked: the entry names another page than the one that failed', () => {
  const w = {
    ...rmap,
    more: [[instance(address_space, 0).i_pages.at(0), entryOf(1)] as const],
  };
  expect(idsFound(byPfn({ ...w, ptes: [[0, 0, 1]] }, 0).found)).toEqual(
    expect.arrayContaining(['kill-exact', 'marked']),
  );
});

test('failure-handled: owners on their way out of memory end the handling', () => {
  const leaving = [0, 1].map((f) => [instance(xfs_inode, f).i_flags, XFS_IRECLAIMABLE] as const);
  expect(idsFound(byTask({ ...rmap, more: leaving }).found)).toEqual(['failure-handled']);
});
