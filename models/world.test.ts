import { describe, expect, test } from 'vitest';
import { searchUnrolled } from '../src/engine/unrolled-search.ts';
import { checkProgram } from '../src/lang/check.ts';
import { printFunction } from '../src/lang/print.ts';
import { dax_disassociate_entry, dax_page_share_get } from './dax/associate.ts';
import { __dax_invalidate_entry } from './dax/invalidate.ts';
import { stacks } from './stacks.ts';
import {
  anonPte,
  entryOf,
  mapPrivate,
  mapShared,
  play,
  pteOf,
  SHARED,
  scenarioProgram,
  zeroEntry,
  zeroPte,
} from './world.fixture.ts';

const allStacks = stacks.map((s) => s.id);

/** File 0 has block 0 at offset 0; task 0 maps file 0, task 1 file 1. */
function bothMapped(stack = 'xfs-reflink', policy = {}) {
  const w = play(scenarioProgram(stack, policy));
  w.run('mmap', ...mapShared(0, 0));
  w.run('mmap', ...mapShared(1, 1));
  return w;
}

/** As bothMapped, and file 1 shares block 0 at offset 0; nobody has touched it yet. */
function cloned(stack = 'xfs-reflink', policy = {}) {
  const w = bothMapped(stack, policy);
  w.run('FICLONE', 0, 0, 1, 0);
  return w;
}

test.each(allStacks)('%s is well formed', (stack) => {
  expect(checkProgram(scenarioProgram(stack))).toEqual([]);
});

test('reads beside the C function', () => {
  expect(printFunction(dax_page_share_get.definition())).toBe(
    [
      'void dax_page_share_get(struct page *page) {',
      '  if (page->mapping != PAGE_MAPPING_DAX_SHARED) {',
      '    if (page->mapping) {',
      '      page->share = 1;',
      '    }',
      '    page->mapping = PAGE_MAPPING_DAX_SHARED;',
      '  }',
      '  page->share++;',
      '}',
    ].join('\n'),
  );
  expect(printFunction(dax_disassociate_entry.definition())).toContain(
    'WARN_ON_ONCE(page->mapping && page->mapping != mapping);',
  );
  expect(printFunction(__dax_invalidate_entry.definition())).toContain('xas_store(mapping, index, 0);');
});

describe.each(allStacks)('one task on %s', (stack) => {
  test('a read of a block makes an entry, an owner and a page table entry', () => {
    const w = bothMapped(stack);
    w.run('read fault', 0, 0);
    expect(w.word('address_space[0].i_pages[0]')).toBe(entryOf(0));
    expect(w.word('page[0].mapping')).toBe(w.addressOf('address_space', 0));
    expect(w.word('page[0].index')).toBe(0n);
    expect(w.word('mm_struct[0].pte[0]')).toBe(pteOf(0));
    expect(w.found).toEqual([]);
    expect(w.held()).toEqual([]);
  });

  test('a read of a hole maps the zero page; a write then takes its place with a block', () => {
    const w = bothMapped(stack);
    w.run('read fault', 0, 1);
    expect(w.word('address_space[0].i_pages[1]')).toBe(zeroEntry);
    expect(w.word('mm_struct[0].pte[1]')).toBe(zeroPte);
    w.run('write fault', 0, 1, 1);
    expect(w.word('address_space[0].i_pages[1]')).toBe(entryOf(1));
    expect(w.word('mm_struct[0].pte[1]')).toBe(pteOf(1));
    expect(w.word('page[1].index')).toBe(1n);
    expect(w.found).toEqual([]);
    expect(w.held()).toEqual([]);
  });

  test('a write where no block is free leaves nothing behind', () => {
    const w = bothMapped(stack);
    w.run('write fault', 0, 1, 1);
    w.run('write fault', 1, 0, 0);
    expect(w.word('address_space[1].i_pages[0]')).toBe(0n);
    expect(w.word('mm_struct[1].pte[0]')).toBe(0n);
    expect(w.found).toEqual([]);
    expect(w.held()).toEqual([]);
  });

  test('a private mapping: its read owns, its write copies and associates nothing', () => {
    const w = play(scenarioProgram(stack));
    w.run('mmap', ...mapPrivate(1, 0));
    w.run('write fault', 1, 0);
    expect(w.word('mm_struct[1].pte[0]')).toBe(anonPte);
    expect(w.word('page[0].mapping')).toBe(0n);
    w.run('munmap', 1);
    w.run('mmap', ...mapPrivate(1, 0));
    w.run('read fault', 1, 0);
    expect(w.word('page[0].mapping')).toBe(w.addressOf('address_space', 0));
    w.run('write fault', 1, 0);
    expect(w.word('mm_struct[1].pte[0]')).toBe(anonPte);
    expect(w.word('page[0].mapping')).toBe(w.addressOf('address_space', 0));
    expect(w.found).toEqual([]);
  });

  test('owners outlive munmap, and go with truncation', () => {
    const w = bothMapped(stack);
    w.run('read fault', 0, 0);
    w.run('munmap', 0);
    expect(w.word('mm_struct[0].pte[0]')).toBe(0n);
    expect(w.word('page[0].mapping')).toBe(w.addressOf('address_space', 0));
    w.run('truncate', 0, 0);
    expect(w.word('page[0].mapping')).toBe(0n);
    expect(w.word('address_space[0].i_pages[0]')).toBe(0n);
    expect(w.found).toEqual([]);
    expect(w.held()).toEqual([]);
  });

  test('truncation unmaps the whole file, and takes private copies from its offset on', () => {
    const w = play(scenarioProgram(stack));
    w.run('mmap', ...mapShared(0, 0));
    w.run('read fault', 0, 0);
    w.run('mmap', ...mapPrivate(1, 0));
    w.run('write fault', 1, 0);
    w.run('write fault', 1, 1);
    w.run('truncate', 0, 1);
    expect(w.word('mm_struct[0].pte[0]')).toBe(0n);
    expect(w.word('mm_struct[1].pte[0]')).toBe(anonPte);
    expect(w.word('mm_struct[1].pte[1]')).toBe(0n);
    expect(w.word('page[0].mapping')).toBe(w.addressOf('address_space', 0));
  });

  test('an unlinked file goes when its last mapping does, its blocks and its memory later; then it comes anew', () => {
    const w = bothMapped(stack);
    w.run('write fault', 1, 0, 1);
    w.run('unlink', 1);
    expect(w.word('page[1].mapping')).toBe(w.addressOf('address_space', 1));
    w.run('munmap', 1);
    expect(w.word('page[1].mapping')).toBe(0n);
    expect(w.word('address_space[1].i_pages[0]')).toBe(0n);
    if (stack !== 'ext4') {
      expect(w.word('xfs_inode[1].i_df[0]')).not.toBe(0n);
      expect(w.word('inode[1].live')).toBe(1n);
      w.run('xfs_inodegc', 1);
      expect(w.word('xfs_inode[1].i_df[0]')).toBe(0n);
    }
    expect(w.word('inode[1].live')).toBe(0n);
    expect(w.word('address_space[1].live')).toBe(0n);
    w.run('create', 1);
    expect(w.word('inode[1].live')).toBe(1n);
    w.run('mmap', ...mapShared(1, 1));
    w.run('write fault', 1, 1, 1);
    expect(w.word('page[1].index')).toBe(1n);
    expect(w.found).toEqual([]);
    expect(w.held()).toEqual([]);
  });
});

describe('reflink', () => {
  test('unmaps the source, whose entry stays; each sharer that touches the block is counted', () => {
    const w = bothMapped();
    w.run('read fault', 0, 0);
    w.run('FICLONE', 0, 0, 1, 0);
    expect(w.word('mm_struct[0].pte[0]')).toBe(0n);
    expect(w.word('address_space[0].i_pages[0]')).toBe(entryOf(0));
    expect(w.word('page[0].mapping')).toBe(w.addressOf('address_space', 0));
    w.run('read fault', 1, 0);
    expect(w.word('page[0].mapping')).toBe(SHARED);
    expect(w.word('page[0].index')).toBe(2n);
    w.run('read fault', 0, 0);
    expect(w.word('page[0].index')).toBe(2n);
    w.run('truncate', 1, 0);
    expect(w.word('page[0].mapping')).toBe(SHARED);
    expect(w.word('page[0].index')).toBe(1n);
    w.run('truncate', 0, 0);
    expect(w.word('page[0].mapping')).toBe(0n);
    expect(w.word('page[0].index')).toBe(0n);
    expect(w.found).toEqual([]);
    expect(w.held()).toEqual([]);
  });

  test('takes away what the destination had', () => {
    const w = bothMapped();
    w.run('write fault', 1, 0, 1);
    w.run('FICLONE', 0, 0, 1, 0);
    expect(w.word('page[1].mapping')).toBe(0n);
    expect(w.word('address_space[1].i_pages[0]')).toBe(0n);
    expect(w.word('mm_struct[1].pte[0]')).toBe(0n);
    expect(w.word('xfs_inode[1].i_df[0]')).toBe(0x100n);
    expect(w.held()).toEqual([]);
  });

  test('works within one file', () => {
    const w = bothMapped();
    w.run('FICLONE', 0, 0, 0, 1);
    w.run('read fault', 0, 0);
    w.run('read fault', 0, 1);
    expect(w.word('page[0].mapping')).toBe(SHARED);
    expect(w.word('page[0].index')).toBe(2n);
    expect(w.found).toEqual([]);
    expect(w.held()).toEqual([]);
  });

  test('a write to a shared block moves the file to a block of its own, which bears the mark all the same', () => {
    const w = cloned();
    w.run('read fault', 0, 0);
    w.run('read fault', 1, 0);
    w.run('write fault', 0, 0, 1);
    expect(w.word('xfs_inode[0].i_df[0]')).toBe(0x101n);
    expect(w.word('xfs_inode[0].i_cowfp[0]')).toBe(0n);
    expect(w.word('address_space[0].i_pages[0]')).toBe(entryOf(1));
    expect(w.word('mm_struct[0].pte[0]')).toBe(pteOf(1));
    expect(w.word('page[1].mapping')).toBe(SHARED);
    expect(w.word('page[1].index')).toBe(1n);
    expect(w.word('page[0].index')).toBe(1n);
    expect(w.word('mm_struct[1].pte[0]')).toBe(pteOf(0));
    expect(w.found).toEqual([]);
    expect(w.held()).toEqual([]);
  });

  // choices of the write fault: task, offset, block to allocate, memory error while copying, page table memory missing
  test.each([
    ['a memory error in the copy', [0, 0, 1, 1]],
    ['no memory for the page table', [0, 0, 1, 0, 1]],
  ])('after %s the entry stays on the freed block, and its next owner is warned of', (_, choices) => {
    const w = cloned();
    w.run('write fault', ...choices);
    expect(w.word('xfs_inode[0].i_cowfp[0]')).toBe(0n);
    expect(w.word('xfs_inode[0].i_df[0]')).toBe(0x100n);
    expect(w.word('address_space[0].i_pages[0]')).toBe(entryOf(1));
    expect(w.word('page[1].mapping')).toBe(SHARED);
    expect(w.held()).toEqual([]);
    expect(w.found).toEqual([]);
    w.run('write fault', 1, 1, 1);
    expect(w.found).toEqual(['no-warn']);
    expect(w.word('page[1].mapping')).toBe(w.addressOf('address_space', 1));
    w.run('truncate', 0, 0);
    expect(w.found).toEqual(['no-warn', 'no-warn']);
    expect(w.word('page[1].mapping')).toBe(0n);
    expect(w.word('mm_struct[1].pte[1]')).toBe(pteOf(1));
  });

  test('a policy without accidents has none', () => {
    const w = cloned('xfs-reflink', { faultsFail: false });
    w.run('write fault', 0, 0, 1, 1, 1);
    expect(w.word('xfs_inode[0].i_df[0]')).toBe(0x101n);
    expect(w.word('mm_struct[0].pte[0]')).toBe(pteOf(1));
  });
});

describe('two CPUs', () => {
  test('counts are lost when two files take a page at once: they have no lock in common', () => {
    const w = cloned();
    w.start(0, 'read fault', [0, 0]);
    w.until(0, 'dax_page_share_get', 'page->share++;');
    w.step(0);
    w.start(1, 'read fault', [1, 0]);
    expect(w.finish(1)).toBe('returned');
    expect(w.finish(0)).toBe('returned');
    expect(w.word('page[0].mapping')).toBe(SHARED);
    expect(w.word('page[0].index')).toBe(1n);
  });

  test('a read fault of the source that looked before the clone makes it the owner after it', () => {
    const w = bothMapped();
    w.start(0, 'FICLONE', [0, 0, 1, 0]);
    w.until(0, 'xfs_reflink_remap_extent', 'xfs_ilock(ip, XFS_ILOCK_EXCL);');
    w.start(1, 'read fault', [0, 0]);
    w.until(1, 'dax_insert_entry', 'xas_lock_irq(&mapping->xa_lock);');
    expect(w.finish(0)).toBe('returned');
    w.start(0, 'read fault', [1, 0]);
    expect(w.finish(0)).toBe('returned');
    expect(w.word('page[0].mapping')).toBe(SHARED);
    expect(w.finish(1)).toBe('returned');
    expect(w.found).toEqual(['no-warn']);
    expect(w.word('page[0].mapping')).toBe(w.addressOf('address_space', 0));
    w.start(0, 'truncate', [1, 0]);
    w.finish(0);
    expect(w.found).toEqual(['no-warn', 'no-warn']);
    expect(w.word('page[0].mapping')).toBe(0n);
    expect(w.word('address_space[0].i_pages[0]')).toBe(entryOf(0));
  });

  test('a write fault of the source waits for the clone to end', () => {
    const w = bothMapped();
    w.start(0, 'FICLONE', [0, 0, 1, 0]);
    w.until(0, 'xfs_reflink_remap_extent', 'xfs_ilock(ip, XFS_ILOCK_EXCL);');
    w.start(1, 'write fault', [0, 0, 1]);
    expect(w.finish(1)).toBe('waits');
    w.finish(0);
    expect(w.finish(1)).toBe('returned');
    expect(w.word('xfs_inode[0].i_df[0]')).toBe(0x101n);
    expect(w.found).toEqual([]);
    expect(w.held()).toEqual([]);
  });

  test('truncation waits for a fault, and a fault for the entry that another fault has locked', () => {
    const w = bothMapped();
    w.start(0, 'read fault', [0, 0]);
    w.until(0, 'dax_insert_entry', 'xas_lock_irq(&mapping->xa_lock);');
    w.start(1, 'truncate', [0, 0]);
    expect(w.finish(1)).toBe('waits');
    w.finish(0);
    expect(w.finish(1)).toBe('returned');
    w.run('munmap', 1);
    w.run('mmap', ...mapShared(1, 0));
    w.start(0, 'write fault', [0, 0, 0]);
    w.until(0, 'dax_insert_entry', 'xas_lock_irq(&mapping->xa_lock);');
    w.start(1, 'read fault', [1, 0]);
    expect(w.finish(1)).toBe('waits');
    w.finish(0);
    expect(w.finish(1)).toBe('returned');
    expect(w.found).toEqual([]);
    expect(w.held()).toEqual([]);
  });

  test('a fault that asks whether its block is shared, and a failure that walks the reverse mapping, wait for each other', () => {
    const w = bothMapped('xfs-reflink-rmapbt', { source: 'pfn' });
    w.run('read fault', 0, 0);
    w.run('munmap', 0);
    w.run('mmap', ...mapShared(0, 0));
    w.start(0, 'read fault', [0, 0]);
    w.until(0, 'xfs_reflink_trim_around_shared', 'xfs_alloc_read_agf(&ip->i_mount->m_perag->agf);');
    w.start(1, 'hwpoison inject', [0]);
    expect(w.finish(1)).toBe('waits');
    expect(w.finish(0)).toBe('waits');
  });

  test("an inode's memory waits for readers", () => {
    const w = play(scenarioProgram('ext4', { source: 'pfn' }));
    w.run('mmap', ...mapShared(1, 1));
    w.run('write fault', 1, 0, 1);
    w.start(1, 'hwpoison inject', [1]);
    w.until(1, 'dax_lock_folio', 'xas_lock_irq(&mapping->xa_lock);');
    w.start(0, 'munmap', [1]);
    w.finish(0);
    w.start(0, 'unlink', [1]);
    expect(w.finish(0)).toBe('waits');
    expect(w.word('inode[1].live')).toBe(1n);
    w.finish(1);
    expect(w.finish(0)).toBe('returned');
    expect(w.word('inode[1].live')).toBe(0n);
    expect(w.found).toEqual([]);
  });
});

test.each(['ext4', 'xfs', 'xfs-reflink'])(
  '%s: one CPU at a time finds nothing wrong where no accident happens',
  (stack) => {
    const searched = searchUnrolled(scenarioProgram(stack, { faultsFail: false }, { cpus: 1, offsets: 1 }));
    if (searched.kind !== 'searched') throw new Error(searched.reason);
    const { result } = searched;
    expect(result.complete).toBe(true);
    expect([...result.found.keys()]).toEqual([]);
    expect(result.states).toBeGreaterThan(1000);
  },
);
