/** fs/xfs, v6.12: write(2), punching a hole and unsharing, for one page of a file. */
import {
  add,
  if_,
  int,
  kernelFunction,
  neg,
  pointer,
  return_,
  set,
  u64,
  value,
} from '../../src/lang/public.ts';
import { dax_file_unshare, dax_iomap_rw } from '../dax/rw.ts';
import { xfs_alloc_read_agf, xfs_ilock, xfs_iunlock, xfs_trans_brelse } from '../locks.ts';
import { truncate_pagecache_range } from '../mm/truncate.ts';
import { xfs_inode } from '../objects.ts';
import { EIO } from '../words.ts';
import { xfs_break_layouts } from './reflink.ts';

const page = { ip: pointer(xfs_inode), pgoff: u64 } as const;

/** IOLOCK only: faults go on meanwhile. */
export const xfs_file_dax_write = kernelFunction(
  'xfs_file_dax_write',
  {
    file: 'fs/xfs/xfs_file.c',
    params: page,
    locals: { ret: int },
    returns: int,
    abstracts: ['A write of one whole page inside the file; checks, sizes and syncing are left out.'],
  },
  ({ ip, pgoff, ret }) => [
    xfs_ilock(ip, 'IOLOCK_EXCL'),
    set(ret, dax_iomap_rw(ip.i_vnode, pgoff)),
    xfs_iunlock(ip, 'IOLOCK_EXCL'),
    return_(ret),
  ],
);

export const xfs_free_file_space = kernelFunction(
  'xfs_free_file_space',
  {
    file: 'fs/xfs/xfs_bmap_util.c',
    params: page,
    returns: int,
    abstracts: [
      'One whole page, so nothing is zeroed; xfs_flush_unmap_range and xfs_unmap_extent are written out.',
      'Transactions and quota are left out.',
    ],
  },
  ({ ip, pgoff }) => [
    truncate_pagecache_range(ip.i_vnode, pgoff, add(pgoff, 1)),
    xfs_ilock(ip, 'ILOCK_EXCL'),
    if_(ip.i_df.at(pgoff), [
      xfs_alloc_read_agf(ip.i_mount.m_perag.agf),
      set(ip.i_df.at(pgoff), 0),
      xfs_trans_brelse(ip.i_mount.m_perag.agf),
    ]),
    xfs_iunlock(ip, 'ILOCK_EXCL'),
    return_(value(int, 0)),
  ],
);

export const xfs_reflink_unshare = kernelFunction(
  'xfs_reflink_unshare',
  {
    file: 'fs/xfs/xfs_reflink.c',
    params: page,
    returns: int,
    abstracts: [
      'On a filesystem with reflink each file counts as a reflink inode; the flag is not cleared afterwards.',
    ],
  },
  ({ ip, pgoff }) => [
    if_(ip.i_mount.reflink, [return_(dax_file_unshare(ip.i_vnode, pgoff))]),
    return_(value(int, 0)),
  ],
);

type OfRange = typeof xfs_free_file_space;

function fallocate(name: string, says: string, act: OfRange): OfRange {
  return kernelFunction(
    name,
    {
      file: 'fs/xfs/xfs_file.c',
      params: page,
      locals: { error: int },
      returns: int,
      abstracts: [says, 'Checks, time stamps and syncing are left out.'],
    },
    ({ ip, pgoff, error }) => [
      if_(ip.i_mount.shutdown, [return_(neg(EIO))]),
      xfs_ilock(ip, 'IOLOCK_EXCL'),
      xfs_ilock(ip, 'MMAPLOCK_EXCL'),
      xfs_break_layouts(ip),
      set(error, act(ip, pgoff)),
      xfs_iunlock(ip, 'MMAPLOCK_EXCL'),
      xfs_iunlock(ip, 'IOLOCK_EXCL'),
      return_(error),
    ],
  );
}

export const xfs_file_punch_hole = fallocate(
  'xfs_file_fallocate_PUNCH_HOLE',
  'xfs_file_fallocate with FALLOC_FL_PUNCH_HOLE.',
  xfs_free_file_space,
);
export const xfs_file_unshare_range = fallocate(
  'xfs_file_fallocate_UNSHARE_RANGE',
  'xfs_file_fallocate with FALLOC_FL_UNSHARE_RANGE; what it allocates for holes is left out.',
  xfs_reflink_unshare,
);
