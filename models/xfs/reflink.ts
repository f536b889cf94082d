/** fs/xfs/xfs_reflink.c and the two-inode locks of fs/xfs/xfs_inode.c, v6.12: sharing and copy-on-write. */
import {
  add,
  bool,
  break_,
  continue_,
  eq,
  forever,
  if_,
  int,
  kernelFunction,
  ne,
  neg,
  not,
  pointer,
  return_,
  set,
  signExtend,
  u64,
  ugt,
  value,
} from '../../src/lang/public.ts';
import { dax_layout_busy_page } from '../dax/invalidate.ts';
import {
  schedule,
  xfs_alloc_read_agf,
  xfs_ilock,
  xfs_ilock_demote,
  xfs_iunlock,
  xfs_trans_brelse,
} from '../locks.ts';
import { truncate_pagecache_range } from '../mm/truncate.ts';
import { page, xfs_inode } from '../objects.ts';
import { EIO, ENOSPC, XFS_IREMAPPING } from '../words.ts';
import { xfs_alloc_vextent, xfs_bmapi_read, xfs_refcount_find_shared } from './bmap.ts';
import { xfs_iflags_clear, xfs_iflags_set } from './flags.ts';

const noTransaction = 'Transactions, quota and reservations are left out; a commit does not fail.';

/** Whether the block at an extent's start is shared. Called with ILOCK held. */
export const xfs_reflink_trim_around_shared = kernelFunction(
  'xfs_reflink_trim_around_shared',
  {
    file: 'fs/xfs/xfs_reflink.c',
    params: { ip: pointer(xfs_inode), irec: u64 },
    locals: { shared: bool },
    returns: bool,
    abstracts: [
      'Extents are one block long. Reading the AGF does not fail.',
      'On a filesystem with reflink each file counts as a reflink inode, as one does that shared something at any time before.',
    ],
  },
  ({ ip, irec, shared }) => [
    if_(not(ip.i_mount.reflink), [return_(value(bool, 0))]),
    if_(not(irec), [return_(value(bool, 0))]),
    // xfs_reflink_find_shared
    xfs_alloc_read_agf(ip.i_mount.m_perag.agf),
    set(shared, xfs_refcount_find_shared(irec)),
    xfs_trans_brelse(ip.i_mount.m_perag.agf),
    return_(shared),
  ],
);

/**
 * Called and left with ILOCK_EXCL. Gives the block to write to where the write needs a copy, 0 where not, or
 * a negative error number, and then ILOCK is still held.
 */
export const xfs_reflink_allocate_cow = kernelFunction(
  'xfs_reflink_allocate_cow',
  {
    file: 'fs/xfs/xfs_reflink.c',
    params: { ip: pointer(xfs_inode), offset_fsb: u64 },
    locals: { imap: u64, cmap: u64 },
    returns: u64,
    abstracts: [
      noTransaction,
      'xfs_find_trim_cow_extent and xfs_reflink_fill_cow_hole are written out here.',
      'The data fork is always read again after ILOCK was dropped, where the kernel does so if it changed.',
      'CoW extents are converted to written ones at once, as DAX does.',
    ],
  },
  ({ ip, offset_fsb, imap, cmap }) => [
    // xfs_find_trim_cow_extent
    set(cmap, ip.i_cowfp.at(offset_fsb)),
    if_(cmap, [return_(cmap)]),
    set(imap, xfs_bmapi_read(ip, offset_fsb)),
    if_(not(xfs_reflink_trim_around_shared(ip, imap)), [return_(value(u64, 0))]),
    // xfs_reflink_fill_cow_hole
    xfs_iunlock(ip, 'ILOCK_EXCL'),
    xfs_ilock(ip, 'ILOCK_EXCL'),
    set(imap, xfs_bmapi_read(ip, offset_fsb)),
    set(cmap, ip.i_cowfp.at(offset_fsb)),
    if_(cmap, [return_(cmap)]),
    if_(not(xfs_reflink_trim_around_shared(ip, imap)), [return_(value(u64, 0))]),
    // xfs_bmapi_write into the CoW fork
    xfs_alloc_read_agf(ip.i_mount.m_perag.agf),
    set(cmap, xfs_alloc_vextent()),
    if_(not(cmap), [xfs_trans_brelse(ip.i_mount.m_perag.agf), return_(signExtend(u64, neg(ENOSPC)))]),
    set(ip.i_cowfp.at(offset_fsb), cmap),
    xfs_trans_brelse(ip.i_mount.m_perag.agf),
    return_(cmap),
  ],
);

/** Frees the CoW fork's block at one offset. The DAX entry and the page are not looked at. */
export const xfs_reflink_cancel_cow_range = kernelFunction(
  'xfs_reflink_cancel_cow_range',
  {
    file: 'fs/xfs/xfs_reflink.c',
    params: { ip: pointer(xfs_inode), offset_fsb: u64 },
    returns: int,
    abstracts: [noTransaction, 'The range is one block.'],
  },
  ({ ip, offset_fsb }) => [
    xfs_ilock(ip, 'ILOCK_EXCL'),
    if_(ip.i_cowfp.at(offset_fsb), [
      xfs_alloc_read_agf(ip.i_mount.m_perag.agf),
      set(ip.i_cowfp.at(offset_fsb), 0),
      xfs_trans_brelse(ip.i_mount.m_perag.agf),
    ]),
    xfs_iunlock(ip, 'ILOCK_EXCL'),
    return_(value(int, 0)),
  ],
);

/** Moves the CoW fork's block into the data fork; what stood there loses a reference. */
export const xfs_reflink_end_cow = kernelFunction(
  'xfs_reflink_end_cow',
  {
    file: 'fs/xfs/xfs_reflink.c',
    params: { ip: pointer(xfs_inode), offset_fsb: u64 },
    locals: { del: u64 },
    returns: int,
    abstracts: [noTransaction, 'The range is one block: xfs_reflink_end_cow_extent is written out here.'],
  },
  ({ ip, offset_fsb, del }) => [
    xfs_ilock(ip, 'ILOCK_EXCL'),
    set(del, ip.i_cowfp.at(offset_fsb)),
    if_(not(del), [xfs_iunlock(ip, 'ILOCK_EXCL'), return_(value(int, 0))]),
    xfs_alloc_read_agf(ip.i_mount.m_perag.agf),
    set(ip.i_df.at(offset_fsb), del),
    set(ip.i_cowfp.at(offset_fsb), 0),
    xfs_trans_brelse(ip.i_mount.m_perag.agf),
    xfs_iunlock(ip, 'ILOCK_EXCL'),
    return_(value(int, 0)),
  ],
);

/** Waits until a page is not pinned, with MMAPLOCK dropped while it sleeps. Gives whether to look again. */
export const xfs_break_dax_layouts = kernelFunction(
  'xfs_break_dax_layouts',
  {
    file: 'fs/xfs/xfs_inode.c',
    params: { ip: pointer(xfs_inode) },
    locals: { page: pointer(page) },
    returns: bool,
    abstracts: ['No signal interrupts the wait. The flag that C sets through a pointer is the result.'],
  },
  ({ ip, page }) => [
    set(page, dax_layout_busy_page(ip.i_vnode.i_mapping)),
    if_(not(page), [return_(value(bool, 0))]),
    forever([
      if_(eq(page._refcount, 1), [break_]),
      // xfs_wait_dax_page
      xfs_iunlock(ip, 'MMAPLOCK_EXCL'),
      schedule(page, eq(page._refcount, 1)),
      xfs_ilock(ip, 'MMAPLOCK_EXCL'),
    ]),
    return_(value(bool, 1)),
  ],
);

export const xfs_break_layouts = kernelFunction(
  'xfs_break_layouts',
  {
    file: 'fs/xfs/xfs_inode.c',
    params: { ip: pointer(xfs_inode) },
    locals: { retry: bool },
    abstracts: ['The reason is BREAK_UNMAP; there are no leases.'],
  },
  ({ ip, retry }) => [forever([set(retry, xfs_break_dax_layouts(ip)), if_(not(retry), [break_])])],
);

/** `waits`: for the page of the second inode, rather than looking again and again. */
const lockingTwo = (waits: boolean) =>
  kernelFunction(
    'xfs_mmaplock_two_inodes_and_break_dax_layout',
    {
      file: 'fs/xfs/xfs_inode.c',
      params: { ip1: pointer(xfs_inode), ip2: pointer(xfs_inode) },
      locals: { ip: pointer(xfs_inode), page: pointer(page) },
      ...(waits && {
        abstracts: [
          'With one CPU, a busy page of the second inode is waited for: the kernel tries again at once, and nothing would change.',
        ],
      }),
    },
    ({ ip1, ip2, ip, page }) => [
      if_(ugt(ip1.i_vnode.i_ino, ip2.i_vnode.i_ino), [set(ip, ip1), set(ip1, ip2), set(ip2, ip)]),
      forever([
        xfs_ilock(ip1, 'MMAPLOCK_EXCL'),
        if_(xfs_break_dax_layouts(ip1), [xfs_iunlock(ip1, 'MMAPLOCK_EXCL'), continue_]),
        if_(eq(ip1, ip2), [return_()]),
        xfs_ilock(ip2, 'MMAPLOCK_EXCL'),
        set(page, dax_layout_busy_page(ip2.i_vnode.i_mapping)),
        if_(page, [
          if_(ne(page._refcount, 1), [
            xfs_iunlock(ip2, 'MMAPLOCK_EXCL'),
            xfs_iunlock(ip1, 'MMAPLOCK_EXCL'),
            ...(waits ? [schedule(page, eq(page._refcount, 1))] : []),
            continue_,
          ]),
        ]),
        return_(),
      ]),
    ],
  );
export const xfs_mmaplock_two_inodes_and_break_dax_layout = lockingTwo(false);
/** The same where nobody else runs who could let go of the page while it goes round. */
export const waitingForTwo = lockingTwo(true);

export const xfs_ilock2_io_mmap = kernelFunction(
  'xfs_ilock2_io_mmap',
  {
    file: 'fs/xfs/xfs_inode.c',
    params: { ip1: pointer(xfs_inode), ip2: pointer(xfs_inode) },
    abstracts: [
      'Inodes are locked in the order of their numbers, where IOLOCK goes by their addresses; there are no leases.',
    ],
  },
  ({ ip1, ip2 }) => [
    if_(
      ugt(ip1.i_vnode.i_ino, ip2.i_vnode.i_ino),
      [xfs_ilock(ip2, 'IOLOCK_EXCL'), xfs_ilock(ip1, 'IOLOCK_EXCL')],
      [xfs_ilock(ip1, 'IOLOCK_EXCL'), if_(ne(ip1, ip2), [xfs_ilock(ip2, 'IOLOCK_EXCL')])],
    ),
    xfs_mmaplock_two_inodes_and_break_dax_layout(ip1, ip2),
  ],
);

export const xfs_reflink_remap_prep = kernelFunction(
  'xfs_reflink_remap_prep',
  {
    file: 'fs/xfs/xfs_reflink.c',
    params: { src: pointer(xfs_inode), dest: pointer(xfs_inode), pos_out: u64 },
    returns: int,
    abstracts: [
      'Checks of range and kind have passed; writeback and zeroing beyond the end are left out.',
      'The reflink flag of the inodes is not kept.',
    ],
  },
  ({ src, dest, pos_out }) => [
    xfs_ilock2_io_mmap(src, dest),
    // xfs_flush_unmap_range
    truncate_pagecache_range(dest.i_vnode, pos_out, add(pos_out, 1)),
    xfs_iflags_set(src, XFS_IREMAPPING),
    if_(ne(src, dest), [xfs_ilock_demote(src, 'IOLOCK_EXCL'), xfs_ilock_demote(src, 'MMAPLOCK_EXCL')]),
    return_(value(int, 0)),
  ],
);

export const xfs_reflink_remap_extent = kernelFunction(
  'xfs_reflink_remap_extent',
  {
    file: 'fs/xfs/xfs_reflink.c',
    params: { ip: pointer(xfs_inode), startoff: u64, dmap: u64 },
    locals: { smap: u64 },
    returns: int,
    abstracts: [noTransaction],
  },
  ({ ip, startoff, dmap, smap }) => [
    xfs_ilock(ip, 'ILOCK_EXCL'),
    set(smap, xfs_bmapi_read(ip, startoff)),
    if_(eq(dmap, smap), [xfs_iunlock(ip, 'ILOCK_EXCL'), return_(value(int, 0))]),
    xfs_alloc_read_agf(ip.i_mount.m_perag.agf),
    set(ip.i_df.at(startoff), dmap),
    xfs_trans_brelse(ip.i_mount.m_perag.agf),
    xfs_iunlock(ip, 'ILOCK_EXCL'),
    return_(value(int, 0)),
  ],
);

export const xfs_reflink_remap_blocks = kernelFunction(
  'xfs_reflink_remap_blocks',
  {
    file: 'fs/xfs/xfs_reflink.c',
    params: { src: pointer(xfs_inode), pos_in: u64, dest: pointer(xfs_inode), pos_out: u64 },
    locals: { imap: u64 },
    returns: int,
    abstracts: ['The range is one block.'],
  },
  ({ src, pos_in, dest, pos_out, imap }) => [
    xfs_ilock(src, 'ILOCK_SHARED'),
    set(imap, xfs_bmapi_read(src, pos_in)),
    xfs_iunlock(src, 'ILOCK_SHARED'),
    return_(xfs_reflink_remap_extent(dest, pos_out, imap)),
  ],
);

export const xfs_iunlock2_remapping = kernelFunction(
  'xfs_iunlock2_remapping',
  { file: 'fs/xfs/xfs_inode.c', params: { ip1: pointer(xfs_inode), ip2: pointer(xfs_inode) } },
  ({ ip1, ip2 }) => [
    xfs_iflags_clear(ip1, XFS_IREMAPPING),
    if_(ne(ip1, ip2), [xfs_iunlock(ip1, 'MMAPLOCK_SHARED')]),
    xfs_iunlock(ip2, 'MMAPLOCK_EXCL'),
    if_(ne(ip1, ip2), [xfs_iunlock(ip1, 'IOLOCK_SHARED')]),
    xfs_iunlock(ip2, 'IOLOCK_EXCL'),
  ],
);

export const xfs_file_remap_range = kernelFunction(
  'xfs_file_remap_range',
  {
    file: 'fs/xfs/xfs_file.c',
    params: { src: pointer(xfs_inode), pos_in: u64, dest: pointer(xfs_inode), pos_out: u64 },
    locals: { ret: int },
    returns: int,
    abstracts: ['One block is cloned; sizes, hints and log forces are left out.'],
  },
  ({ src, pos_in, dest, pos_out, ret }) => [
    if_(src.i_mount.shutdown, [return_(neg(EIO))]),
    set(ret, xfs_reflink_remap_prep(src, dest, pos_out)),
    if_(ret, [return_(ret)]),
    set(ret, xfs_reflink_remap_blocks(src, pos_in, dest, pos_out)),
    xfs_iunlock2_remapping(src, dest),
    return_(ret),
  ],
);
