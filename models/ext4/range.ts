/** fs/ext4, v6.12: write(2) and punching a hole, for one page of a file. */
import {
  add,
  down_write,
  int,
  kernelFunction,
  pointer,
  return_,
  set,
  spin_lock,
  spin_unlock,
  the,
  u64,
  up_write,
  value,
} from '../../src/lang/public.ts';
import { dax_iomap_rw } from '../dax/rw.ts';
import { filemap_invalidate_lock, filemap_invalidate_unlock, inode_lock, inode_unlock } from '../locks.ts';
import { truncate_pagecache_range } from '../mm/truncate.ts';
import { ext4_group_info, inode } from '../objects.ts';
import { ext4_break_layouts } from './inode.ts';

const page = { inode: pointer(inode), pgoff: u64 } as const;
const noJournal = 'The journal is left out: no handle, no credits, no commit that fails.';

export const ext4_dax_write_iter = kernelFunction(
  'ext4_dax_write_iter',
  {
    file: 'fs/ext4/file.c',
    params: page,
    locals: { ret: int },
    returns: int,
    abstracts: [noJournal, 'A write of one whole page inside the file; checks and syncing are left out.'],
  },
  ({ inode, pgoff, ret }) => [
    inode_lock(inode.i_rwsem),
    set(ret, dax_iomap_rw(inode, pgoff)),
    inode_unlock(inode.i_rwsem),
    return_(ret),
  ],
);

export const ext4_punch_hole = kernelFunction(
  'ext4_punch_hole',
  {
    file: 'fs/ext4/inode.c',
    params: page,
    returns: int,
    abstracts: [
      noJournal,
      'The locks are taken here rather than in ext4_fallocate. One whole page: nothing is zeroed.',
    ],
  },
  ({ inode, pgoff }) => [
    inode_lock(inode.i_rwsem),
    filemap_invalidate_lock(inode.i_mapping.invalidate_lock),
    ext4_break_layouts(inode),
    truncate_pagecache_range(inode, pgoff, add(pgoff, 1)),
    down_write(inode.ext4_i.i_data_sem),
    spin_lock(the(ext4_group_info).alloc_sem),
    set(inode.ext4_i.i_data.at(pgoff), 0),
    spin_unlock(the(ext4_group_info).alloc_sem),
    up_write(inode.ext4_i.i_data_sem),
    filemap_invalidate_unlock(inode.i_mapping.invalidate_lock),
    inode_unlock(inode.i_rwsem),
    return_(value(int, 0)),
  ],
);
