import { expect, test } from 'vitest';
import { checkProgram } from '../src/lang/check.ts';
import { instance } from '../src/lang/public.ts';
import {
  entryOf,
  exclusive,
  type Outcome,
  run,
  shared,
  type World,
  worldProgram,
} from './failure.fixture.ts';
import { xfs_inode } from './objects.ts';
import { XFS_IRECLAIMABLE } from './words.ts';

const byTask = (w: World, task: number, offset: number) =>
  run(worldProgram(w), 'madvise HWPOISON', [task, offset]);
const byPfn = (w: World, block: number) =>
  run(worldProgram({ ...w, policy: { ...w.policy, source: 'pfn' } }), 'hwpoison inject', [block]);

const sharedWithRmap: World = { ...shared, stack: 'xfs-reflink-rmapbt' };
const RECOVERED = 3n;
const FAILED = 1n;
const result = (o: Outcome) => o.seen.get('failure[0].result');
const told = (o: Outcome) => [0, 1].map((t) => Number(o.seen.get(`failure_task[${t}].told[0]`) ?? 0n));

test.each(['ext4', 'xfs', 'xfs-rmapbt', 'xfs-reflink', 'xfs-reflink-rmapbt'])(
  'the program of %s is well formed',
  (stack) => {
    expect(checkProgram(worldProgram({ stack }))).toEqual([]);
    expect(checkProgram(worldProgram({ stack, policy: { source: 'pfn' } }))).toEqual([]);
  },
);

test.each(['ext4', 'xfs', 'xfs-reflink'])(
  'generic route on %s: owner signalled, unmapped, flagged',
  (stack) => {
    const o = byTask({ ...exclusive, stack }, 0, 0);
    expect(o.found).toEqual([]);
    expect(o.ended).toBe('returned');
    expect(o.reached).toContain('mf_generic_kill_procs');
    expect(o.reached).not.toContain('mf_dax_kill_procs');
    expect(told(o)).toEqual([4, 0]);
    expect(result(o)).toBe(RECOVERED);
    expect(o.word('mm_struct[0].pte[0]')).toBe(0n);
    expect(o.word('page[0].PG_hwpoison')).toBe(1n);
    expect(o.word('page[0]._refcount')).toBe(1n);
    expect(o.word('address_space[0].i_pages[0]')).toBe(entryOf(0));
    expect(o.word('memory_failure_state[0].mf_mutex')).toBe(0n);
  },
);

test('what is remembered of a failure is forgotten at its end', () => {
  const o = byTask(exclusive, 0, 0);
  const left = [...o.machine.memory.words].filter(([name, n]) => name.startsWith('failure') && n);
  expect(left).toEqual([]);
  expect([...o.machine.memory.words].filter(([name, n]) => name.startsWith('to_kill') && n)).toEqual([]);
});

test('generic route: the shared mark is read as an address_space, an oops that keeps mf_mutex', () => {
  const o = byTask(shared, 0, 0);
  expect(o.ended).toBe('oops');
  expect(o.found).toEqual([expect.stringContaining('no-sentinel-deref: PAGE_MAPPING_DAX_SHARED (0x1)')]);
  expect(o.reached).toContain('dax_mapping');
  expect(o.word('memory_failure_state[0].mf_mutex')).not.toBe(0n);
});

test('filesystem route: both sharers, the current task and the one that asked for early kill', () => {
  const o = byTask({ ...sharedWithRmap, policy: { earlyKill: 'all' } }, 0, 0);
  expect(o.found).toEqual([]);
  expect(o.reached).not.toContain('dax_lock_folio');
  expect(told(o)).toEqual([4, 5]);
  expect(result(o)).toBe(RECOVERED);
  expect(o.word('mm_struct[0].pte[0]')).toBe(0n);
  expect(o.word('mm_struct[1].pte[0]')).toBe(0n);
  expect(o.word('xfs_mount[0].shutdown')).toBe(0n);
  expect(o.word('inode[1].i_count')).toBe(2n);
});

test('early kill by prctl is for that task alone', () => {
  expect(told(byTask({ ...sharedWithRmap, early: [1] }, 0, 0))).toEqual([4, 5]);
  expect(told(byPfn({ ...sharedWithRmap, early: [1] }, 0))).toEqual([0, 5]);
});

test('without early kill the other sharer is neither told nor unmapped', () => {
  const o = byTask(sharedWithRmap, 0, 0);
  expect(told(o)).toEqual([4, 0]);
  expect(o.word('mm_struct[1].pte[0]')).not.toBe(0n);
});

test('by frame number nobody is current, so only early kill tells anyone', () => {
  expect(told(byPfn(sharedWithRmap, 0))).toEqual([0, 0]);
  expect(told(byPfn({ ...sharedWithRmap, policy: { earlyKill: 'all' } }, 0))).toEqual([5, 5]);
});

test('a task that maps the file but has nothing present there gets nothing', () => {
  const o = byPfn({ ...exclusive, ptes: [], policy: { earlyKill: 'all' } }, 0);
  expect(told(o)).toEqual([0, 0]);
  expect(result(o)).toBe(RECOVERED);
});

test('a page that nobody owns: Failed on the generic route, Recovered but not flagged on the other', () => {
  expect(result(byPfn(exclusive, 1))).toBe(FAILED);
  const o = byPfn({ ...exclusive, stack: 'xfs-rmapbt' }, 1);
  expect(result(o)).toBe(RECOVERED);
  expect(o.word('page[1].PG_hwpoison')).toBe(0n);
});

test('filesystem route: a file without an entry for the block is passed over', () => {
  const o = byPfn({ stack: 'xfs-rmapbt', extents: [[0, 0, 0]], cold: true }, 0);
  expect(result(o)).toBe(RECOVERED);
  expect(o.reached).toContain('dax_lock_mapping_entry');
  expect(o.word('page[0].PG_hwpoison')).toBe(0n);
});

test('a block that is staged for copy-on-write shuts the filesystem down', () => {
  const o = byPfn({ ...sharedWithRmap, staged: [[0, 0, 1]] }, 1);
  expect(result(o)).toBe(FAILED);
  expect(o.word('xfs_mount[0].shutdown')).toBe(1n);
  expect(o.word('xfs_failure_info[0].want_shutdown')).toBe(0n);
});

test('an owner that was evicted and not yet reclaimed shuts the filesystem down', () => {
  const o = byPfn({ ...sharedWithRmap, more: [[instance(xfs_inode, 1).i_flags, XFS_IRECLAIMABLE]] }, 0);
  expect(result(o)).toBe(FAILED);
  expect(o.word('xfs_mount[0].shutdown')).toBe(1n);
});

test('an owner whose entry is missing gets a locked entry that nobody unlocks', () => {
  const o = byPfn({ ...exclusive, cold: true }, 0);
  expect(result(o)).toBe(FAILED);
  expect(o.word('address_space[0].i_pages[0]')).toBe(3n);
});

test('a page table entry of another block at the address is taken for the failed page', () => {
  const o = byTask({ ...exclusive, ptes: [[0, 0, 1]], owned: [[1, 0, 0]] }, 0, 0);
  expect(o.seen.get('failure[0].told_wrong')).toBeUndefined();
  expect(o.word('page[1].PG_hwpoison')).toBe(1n);
  const wrong = byPfn({ ...exclusive, ptes: [[0, 0, 1]], early: [0] }, 0);
  expect(wrong.seen.get('failure[0].told_wrong')).toBe(1n);
});
