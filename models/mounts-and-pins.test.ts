/** What keeps a filesystem mounted and a page busy, with the operations that are off by default. */
import { expect, test } from 'vitest';
import { mapShared, type Play, play, scenarioProgram } from './world.fixture.ts';

const world = (stack: string): Play => play(scenarioProgram(stack, { moreOperations: true }));
const isMounted = (w: Play) => w.word('mount_point[0].mounted') === 1n;

test.each(['ext4', 'xfs', 'xfs-reflink-rmapbt'])(
  'on %s truncation waits until a page is unpinned',
  (stack) => {
    const w = world(stack);
    w.run('mmap', ...mapShared(0, 0));
    w.run('pin', 0, 0);
    w.run('pin', 0, 0);
    expect(w.word('page[0]._refcount')).toBe(2n);
    w.start(1, 'truncate', [0, 0]);
    expect(w.finish(1)).toBe('waits');
    w.run('unpin');
    w.run('unpin');
    expect(w.finish(1)).toBe('returned');
    expect(w.word('page[0]._refcount')).toBe(1n);
    expect(w.found).toEqual([]);
  },
);

test('what cannot be pinned is not: two fail, and one can follow', () => {
  const w = world('ext4');
  w.run('mmap', ...mapShared(1, 1));
  for (const offset of [0, 1]) w.run('pin', 1, offset);
  expect([0, 1].map((b) => w.word(`page[${b}]._refcount`))).toEqual([1n, 1n]);
  w.run('mmap', ...mapShared(0, 0));
  w.run('pin', 0, 0);
  expect(w.word('page[0]._refcount')).toBe(2n);
});

test.each(['ext4', 'xfs-rmapbt'])('on %s a mapped file is busy, also without a name', (stack) => {
  const w = world(stack);
  w.run('mmap', ...mapShared(1, 1));
  w.run('unmount');
  expect(isMounted(w)).toBe(true);
  w.run('unlink', 1);
  w.run('unmount');
  expect(isMounted(w)).toBe(true);
  w.run('munmap', 1);
  w.run('unmount');
  expect(isMounted(w)).toBe(false);
  expect(w.word('inode_slab[1].allocated')).toBe(0n);
  expect(w.found).toEqual([]);
  expect(w.held()).toEqual([]);
});

test.each([
  ['ext4', 'ext4_inode_info[0].i_data[0]'],
  ['xfs-rmapbt', 'xfs_inode[0].i_df[0]'],
])('on %s pages are clean when a filesystem is gone, and files empty on another', (stack, block) => {
  const w = world(stack);
  w.run('mmap', ...mapShared(0, 0));
  w.run('read fault', 0, 0);
  expect(w.word('page[0].mapping')).not.toBe(0n);
  w.run('munmap', 0);
  w.run('unmount');
  expect(w.word('page[0].mapping')).toBe(0n);
  w.run('mkfs(8)');
  expect(w.word(block)).toBe(0n);
  w.run('open', 0);
  expect(w.word('dentry[0].d_inode')).toBe(0n);
  w.run('mount');
  w.run('open', 0);
  expect(w.word('dentry[0].d_inode')).toBe(w.addressOf('inode', 0));
  expect(isMounted(w)).toBe(true);
  expect(w.word('mount_point[0].mnt_count')).toBe(0n);
  expect(w.found).toEqual([]);
});

test('a path walk under way keeps the filesystem mounted', () => {
  const w = world('xfs');
  w.run('drop caches');
  expect(w.word('dentry[1].d_inode')).toBe(0n);
  w.start(1, 'open', [1]);
  w.until(1, 'open_by_name', 'if (!dentry->d_inode)');
  w.run('unmount');
  expect(isMounted(w)).toBe(true);
  w.finish(1);
  w.run('unmount');
  expect(isMounted(w)).toBe(false);
});

test('an inode that a failure has just taken is still in use: a warning', () => {
  const w = play(scenarioProgram('xfs-rmapbt', { moreOperations: true, source: 'pfn' }));
  w.run('mmap', ...mapShared(0, 0));
  w.run('read fault', 0, 0);
  w.run('munmap', 0);
  w.start(0, 'unmount');
  w.until(0, 'umount', 'mount_point[0].mounted = 0;');
  w.start(1, 'hwpoison inject', [0]);
  w.until(1, 'dax_mapping', 'return mapping->host && mapping->host->i_flags & S_DAX;');
  expect(w.finish(0)).toBe('waits');
  expect(w.finish(1)).toBe('returned');
  expect(w.finish(0)).toBe('returned');
  expect(w.found).toEqual(['no-warn']);
});

test('an unmount lets go of the device before it waits for a failure, which reads that twice', () => {
  const w = play(scenarioProgram('xfs-rmapbt', { moreOperations: true, source: 'pfn' }));
  w.start(1, 'hwpoison inject', [0]);
  w.until(1, 'dax_holder_notify_failure', 'if (dax_dev->holder_ops->notify_failure)');
  w.run('unmount');
  expect(isMounted(w)).toBe(false);
  w.finish(1);
  expect(w.found).toEqual(['no-null-deref']);
});
