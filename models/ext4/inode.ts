/** fs/ext4, v6.12: block mapping, faults, truncation and eviction. Blocks are never shared. */
import {
  and,
  band,
  bool,
  break_,
  choose,
  cond,
  down_read,
  down_write,
  eq,
  false_,
  for_each,
  for_index,
  forever,
  if_,
  int,
  kernelFunction,
  neg,
  not,
  pointer,
  return_,
  set,
  signExtend,
  spin_lock,
  spin_unlock,
  the,
  true_,
  u32,
  u64,
  ule,
  up_read,
  up_write,
  value,
  WARN_ON,
} from '../../src/lang/public.ts';
import { UNMOUNTS } from '../dax/holder.ts';
import { dax_layout_busy_page } from '../dax/invalidate.ts';
import { daxFault } from '../dax/pmd-fault.ts';
import { call_rcu, clear_inode } from '../fs/inode.ts';
import {
  filemap_invalidate_lock,
  filemap_invalidate_lock_shared,
  filemap_invalidate_unlock,
  filemap_invalidate_unlock_shared,
  inode_lock,
  inode_unlock,
  schedule,
} from '../locks.ts';
import { truncate_inode_pages_final, truncate_pagecache } from '../mm/truncate.ts';
import {
  address_space,
  ext4_group_info,
  ext4_inode_info,
  inode,
  PMD_ENTRIES,
  page,
  vm_area_struct,
} from '../objects.ts';
import {
  EIO,
  ENOSPC,
  I_FREEING,
  IOMAP_F_NEW,
  IOMAP_HOLE,
  IOMAP_MAPPED,
  IOMAP_WRITE,
  IS_ERR_VALUE,
  iomapOf,
} from '../words.ts';

const noJournal = 'The journal is left out: no handle, no credits, no commit that fails.';

/** Whether no file has the block. Under the group's lock. */
export const ext4_mb_is_free = kernelFunction(
  'ext4_mb_is_free',
  {
    params: { block: u64 },
    returns: bool,
    abstracts: ['Free space is worked out from the block maps; a freed block may be used again at once.'],
  },
  ({ block }) => [
    for_each(ext4_inode_info, 'ei', (ei) => [
      for_index('lblk', u64, 'offsets', (lblk) => [if_(eq(ei.i_data.at(lblk), block), [return_(false_)])]),
    ]),
    return_(true_),
  ],
);

/** Any free block, or 0. Under the group's lock. */
export const ext4_mb_new_blocks = kernelFunction(
  'ext4_mb_new_blocks',
  {
    file: 'fs/ext4/mballoc.c',
    locals: { goal: pointer(page) },
    returns: u64,
    abstracts: ['Which free block is taken is left open.'],
  },
  ({ goal }) => [
    choose(goal, page),
    if_(ext4_mb_is_free(goal.pfn), [return_(goal.pfn)]),
    for_each(page, 'p', (p) => [if_(ext4_mb_is_free(p.pfn), [return_(p.pfn)])]),
    return_(value(u64, 0)),
  ],
);

/** The block at an offset, 0 for a hole; with `create` a hole is filled, and -ENOSPC possible. */
export const ext4_map_blocks = kernelFunction(
  'ext4_map_blocks',
  {
    file: 'fs/ext4/inode.c',
    params: { ei: pointer(ext4_inode_info), lblk: u64, create: bool },
    locals: { pblk: u64 },
    returns: u64,
    abstracts: [noJournal, 'The extent status cache is left out.'],
  },
  ({ ei, lblk, create, pblk }) => [
    down_read(ei.i_data_sem),
    set(pblk, ei.i_data.at(lblk)),
    up_read(ei.i_data_sem),
    if_(not(create), [return_(pblk)]),
    if_(pblk, [return_(pblk)]),
    down_write(ei.i_data_sem),
    set(pblk, ei.i_data.at(lblk)),
    if_(not(pblk), [
      spin_lock(the(ext4_group_info).alloc_sem),
      set(pblk, ext4_mb_new_blocks()),
      if_(pblk, [set(ei.i_data.at(lblk), pblk)]),
      spin_unlock(the(ext4_group_info).alloc_sem),
    ]),
    up_write(ei.i_data_sem),
    if_(not(pblk), [return_(signExtend(u64, neg(ENOSPC)))]),
    return_(pblk),
  ],
);

export const ext4_iomap_begin = kernelFunction(
  'ext4_iomap_begin',
  {
    file: 'fs/ext4/inode.c',
    params: { inode: pointer(inode), offset: u64, flags: u32 },
    locals: { ei: pointer(ext4_inode_info), map: u64 },
    returns: u64,
    abstracts: [
      noJournal,
      'ext4_iomap_alloc and ext4_set_iomap are written out; a retry after ENOSPC is left out.',
    ],
  },
  ({ inode, offset, flags, ei, map }) => [
    set(ei, inode.ext4_i),
    if_(band(flags, IOMAP_WRITE), [
      set(map, ext4_map_blocks(ei, offset, false_)),
      if_(map, [return_(iomapOf(IOMAP_MAPPED, 0, map))]),
      // ext4_iomap_alloc
      set(map, ext4_map_blocks(ei, offset, true_)),
      if_(IS_ERR_VALUE(map), [return_(map)]),
      return_(iomapOf(IOMAP_MAPPED, IOMAP_F_NEW, map)),
    ]),
    set(map, ext4_map_blocks(ei, offset, false_)),
    return_(iomapOf(cond(map, IOMAP_MAPPED, IOMAP_HOLE), 0, map)),
  ],
);

export const ext4_iomap_end = kernelFunction(
  'ext4_iomap_end',
  {
    file: 'fs/ext4/inode.c',
    params: { inode: pointer(inode), offset: u64, written: u64, flags: u32 },
    returns: int,
    abstracts: [
      'The error asks for another way of writing, which a fault does not have: any error stands for it.',
    ],
  },
  ({ written, flags }) => [
    if_(and(band(flags, IOMAP_WRITE), eq(written, 0)), [return_(neg(EIO))]),
    return_(value(int, 0)),
  ],
);

export const ext4_dax_fault = kernelFunction(
  'ext4_dax_fault',
  {
    file: 'fs/ext4/file.c',
    params: { vma: pointer(vm_area_struct), pgoff: u64, flags: u32, cow_page: bool },
    locals: { mapping: pointer(address_space), result: u32 },
    returns: u32,
    abstracts: (options) => [
      noJournal,
      'Freezing, time stamps and the retry after ENOSPC are left out.',
      options.has(PMD_ENTRIES)
        ? 'Stands for ext4_dax_huge_fault.'
        : 'Stands for ext4_dax_huge_fault with order 0.',
    ],
  },
  ({ vma, pgoff, flags, cow_page, mapping, result }, options) => [
    set(mapping, vma.vm_file.f_mapping),
    filemap_invalidate_lock_shared(mapping.invalidate_lock),
    set(result, daxFault(options)(vma, pgoff, flags, cow_page)),
    filemap_invalidate_unlock_shared(mapping.invalidate_lock),
    return_(result),
  ],
);

export const ext4_break_layouts = kernelFunction(
  'ext4_break_layouts',
  {
    file: 'fs/ext4/inode.c',
    params: { inode: pointer(inode) },
    locals: { page: pointer(page) },
    abstracts: ['No signal interrupts the wait.'],
  },
  ({ inode, page }) => [
    forever([
      set(page, dax_layout_busy_page(inode.i_mapping)),
      if_(not(page), [return_()]),
      forever([
        if_(eq(page._refcount, 1), [break_]),
        // ext4_wait_dax_page
        filemap_invalidate_unlock(inode.i_mapping.invalidate_lock),
        schedule(page, eq(page._refcount, 1)),
        filemap_invalidate_lock(inode.i_mapping.invalidate_lock),
      ]),
    ]),
  ],
);

/** Frees the blocks from an offset on. */
export const ext4_truncate = kernelFunction(
  'ext4_truncate',
  {
    file: 'fs/ext4/inode.c',
    params: { ei: pointer(ext4_inode_info), first: u64 },
    abstracts: [noJournal],
  },
  ({ ei, first }) => [
    // inode_is_locked
    if_(not(band(ei.vfs_inode.i_state, I_FREEING)), [WARN_ON(not(ei.vfs_inode.i_rwsem))]),
    down_write(ei.i_data_sem),
    for_index('lblk', u64, 'offsets', (lblk) => [
      if_(ule(first, lblk), [
        spin_lock(the(ext4_group_info).alloc_sem),
        set(ei.i_data.at(lblk), 0),
        spin_unlock(the(ext4_group_info).alloc_sem),
      ]),
    ]),
    up_write(ei.i_data_sem),
  ],
);

export const ext4_setattr = kernelFunction(
  'ext4_setattr',
  {
    file: 'fs/ext4/inode.c',
    params: { inode: pointer(inode), newsize: u64 },
    returns: int,
    abstracts: [noJournal, 'The inode is locked here rather than in do_truncate; sizes are not kept.'],
  },
  ({ inode, newsize }) => [
    inode_lock(inode.i_rwsem),
    filemap_invalidate_lock(inode.i_mapping.invalidate_lock),
    ext4_break_layouts(inode),
    truncate_pagecache(inode, newsize),
    ext4_truncate(inode.ext4_i, newsize),
    filemap_invalidate_unlock(inode.i_mapping.invalidate_lock),
    inode_unlock(inode.i_rwsem),
    return_(value(int, 0)),
  ],
);

export const ext4_evict_inode = kernelFunction(
  'ext4_evict_inode',
  {
    file: 'fs/ext4/inode.c',
    params: { inode: pointer(inode) },
    abstracts: (options) => [
      noJournal,
      options.has(UNMOUNTS)
        ? 'Orphan list and attributes are left out.'
        : 'Only unlinked inodes get here. Orphan list and attributes are left out.',
    ],
  },
  ({ inode }, options) => [
    truncate_inode_pages_final(inode.i_mapping),
    options.has(UNMOUNTS)
      ? if_(not(inode.i_nlink), [ext4_truncate(inode.ext4_i, 0)])
      : ext4_truncate(inode.ext4_i, 0),
    clear_inode(inode),
  ],
);

/** The memory goes after a grace period. */
export const ext4_destroy_inode = kernelFunction(
  'ext4_destroy_inode',
  {
    file: 'fs/ext4/super.c',
    params: { inode: pointer(inode) },
    abstracts: ['Includes the call_rcu of destroy_inode.'],
  },
  ({ inode }) => [call_rcu(inode.i_slab)],
);

export const ext4_alloc_inode = kernelFunction(
  'ext4_alloc_inode',
  {
    file: 'fs/ext4/super.c',
    params: { inode: pointer(inode) },
    abstracts: ['A new file has no blocks; nothing else is set up here.'],
  },
  () => [],
);
