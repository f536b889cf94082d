/** fs/xfs/xfs_file.c and xfs_iops.c, v6.12: faults and truncation. */
import {
  and,
  band,
  bool,
  false_,
  for_index,
  if_,
  int,
  kernelFunction,
  or,
  pointer,
  return_,
  set,
  true_,
  u32,
  u64,
  ule,
  value,
} from '../../src/lang/public.ts';
import { daxFault } from '../dax/pmd-fault.ts';
import { xfs_alloc_read_agf, xfs_ilock, xfs_iunlock, xfs_trans_brelse } from '../locks.ts';
import { truncate_pagecache } from '../mm/truncate.ts';
import { vm_area_struct, xfs_inode } from '../objects.ts';
import { FAULT_FLAG_WRITE, VM_SHARED, XFS_IREMAPPING } from '../words.ts';
import { xfs_break_layouts } from './reflink.ts';

const vmf = { vma: pointer(vm_area_struct), pgoff: u64, flags: u32, cow_page: bool } as const;

export const xfs_dax_read_fault = kernelFunction(
  'xfs_dax_read_fault',
  { file: 'fs/xfs/xfs_file.c', params: vmf, locals: { ip: pointer(xfs_inode), ret: u32 }, returns: u32 },
  ({ vma, pgoff, flags, cow_page, ip, ret }, options) => [
    set(ip, vma.vm_file.f_inode.xfs_i),
    xfs_ilock(ip, 'MMAPLOCK_SHARED'),
    set(ret, daxFault(options)(vma, pgoff, flags, cow_page)),
    xfs_iunlock(ip, 'MMAPLOCK_SHARED'),
    return_(ret),
  ],
);

export const xfs_write_fault = kernelFunction(
  'xfs_write_fault',
  {
    file: 'fs/xfs/xfs_file.c',
    params: vmf,
    locals: { ip: pointer(xfs_inode), excl: bool, ret: u32 },
    returns: u32,
    abstracts: ['Freezing and time stamps are left out.'],
  },
  ({ vma, pgoff, flags, cow_page, ip, excl, ret }, options) => [
    set(ip, vma.vm_file.f_inode.xfs_i),
    set(excl, false_),
    xfs_ilock(ip, 'MMAPLOCK_SHARED'),
    if_(band(ip.i_flags, XFS_IREMAPPING), [
      xfs_iunlock(ip, 'MMAPLOCK_SHARED'),
      xfs_ilock(ip, 'MMAPLOCK_EXCL'),
      set(excl, true_),
    ]),
    set(ret, daxFault(options)(vma, pgoff, flags, cow_page)),
    if_(excl, [xfs_iunlock(ip, 'MMAPLOCK_EXCL')], [xfs_iunlock(ip, 'MMAPLOCK_SHARED')]),
    return_(ret),
  ],
);

export const xfs_filemap_fault = kernelFunction(
  'xfs_filemap_fault',
  {
    file: 'fs/xfs/xfs_file.c',
    params: vmf,
    returns: u32,
    abstracts: ['Also stands for xfs_filemap_pfn_mkwrite. All files are DAX.'],
  },
  ({ vma, pgoff, flags, cow_page }) => [
    // xfs_is_write_fault
    if_(and(band(flags, FAULT_FLAG_WRITE), band(vma.vm_flags, VM_SHARED)), [
      return_(xfs_write_fault(vma, pgoff, flags, cow_page)),
    ]),
    return_(xfs_dax_read_fault(vma, pgoff, flags, cow_page)),
  ],
);

/** Frees the blocks of both forks from an offset on. Called with ILOCK_EXCL. */
export const xfs_itruncate_extents = kernelFunction(
  'xfs_itruncate_extents',
  {
    file: 'fs/xfs/xfs_inode.c',
    params: { ip: pointer(xfs_inode), first_unmap_block: u64 },
    returns: int,
    abstracts: [
      'Extents are freed one after the other, data and CoW fork together; transactions do not fail.',
    ],
  },
  ({ ip, first_unmap_block }) => [
    for_index('offset_fsb', u64, 'offsets', (offset_fsb) => [
      if_(ule(first_unmap_block, offset_fsb), [
        if_(or(ip.i_df.at(offset_fsb), ip.i_cowfp.at(offset_fsb)), [
          xfs_alloc_read_agf(ip.i_mount.m_perag.agf),
          set(ip.i_df.at(offset_fsb), 0),
          set(ip.i_cowfp.at(offset_fsb), 0),
          xfs_trans_brelse(ip.i_mount.m_perag.agf),
        ]),
      ]),
    ]),
    return_(value(int, 0)),
  ],
);

export const xfs_vn_setattr = kernelFunction(
  'xfs_vn_setattr',
  {
    file: 'fs/xfs/xfs_iops.c',
    params: { ip: pointer(xfs_inode), newsize: u64 },
    locals: { error: int },
    returns: int,
    abstracts: [
      'IOLOCK is taken here rather than in do_truncate. xfs_setattr_size is written out; sizes are not kept.',
    ],
  },
  ({ ip, newsize, error }) => [
    xfs_ilock(ip, 'IOLOCK_EXCL'),
    xfs_ilock(ip, 'MMAPLOCK_EXCL'),
    xfs_break_layouts(ip),
    truncate_pagecache(ip.i_vnode, newsize),
    xfs_ilock(ip, 'ILOCK_EXCL'),
    set(error, xfs_itruncate_extents(ip, newsize)),
    xfs_iunlock(ip, 'ILOCK_EXCL'),
    xfs_iunlock(ip, 'MMAPLOCK_EXCL'),
    xfs_iunlock(ip, 'IOLOCK_EXCL'),
    return_(error),
  ],
);
