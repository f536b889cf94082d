/** fs/xfs/xfs_iomap.c, v6.12: where a page of a file lies, for reading and for writing. */
import {
  band,
  bool,
  bor,
  cond,
  if_,
  int,
  kernelFunction,
  neg,
  not,
  pointer,
  return_,
  set,
  signExtend,
  u32,
  u64,
  value,
} from '../../src/lang/public.ts';
import { xfs_alloc_read_agf, xfs_ilock, xfs_iunlock, xfs_trans_brelse } from '../locks.ts';
import { inode, xfs_inode } from '../objects.ts';
import {
  EIO,
  ENOSPC,
  IOMAP_F_NEW,
  IOMAP_F_SHARED,
  IOMAP_HOLE,
  IOMAP_MAPPED,
  IOMAP_SRC_MAPPED,
  IOMAP_WRITE,
  IS_ERR_VALUE,
  iomapOf,
} from '../words.ts';
import { xfs_alloc_vextent, xfs_bmapi_read } from './bmap.ts';
import {
  xfs_reflink_allocate_cow,
  xfs_reflink_cancel_cow_range,
  xfs_reflink_end_cow,
  xfs_reflink_trim_around_shared,
} from './reflink.ts';

const asError = (errno: Parameters<typeof neg>[0]) => signExtend(u64, neg(errno));
const onePage = 'The range is one page, and an extent is one block: trimming is left out.';
const range = { inode: pointer(inode), offset: u64 } as const;

/** The answer's sharedness is of the moment: ILOCK is dropped before anybody uses it. */
export const xfs_read_iomap_begin = kernelFunction(
  'xfs_read_iomap_begin',
  {
    file: 'fs/xfs/xfs_iomap.c',
    params: range,
    locals: { ip: pointer(xfs_inode), imap: u64, shared: bool },
    returns: u64,
    abstracts: [onePage, 'Extents are always in memory; reading them does not fail.'],
  },
  ({ inode, offset, ip, imap, shared }) => [
    set(ip, inode.xfs_i),
    if_(ip.i_mount.shutdown, [return_(asError(EIO))]),
    xfs_ilock(ip, 'ILOCK_SHARED'),
    set(imap, xfs_bmapi_read(ip, offset)),
    set(shared, xfs_reflink_trim_around_shared(ip, imap)),
    xfs_iunlock(ip, 'ILOCK_SHARED'),
    if_(not(imap), [return_(iomapOf(IOMAP_HOLE, 0, 0))]),
    return_(iomapOf(IOMAP_MAPPED, cond(shared, IOMAP_F_SHARED, 0), imap)),
  ],
);

/** Allocates and zeroes a block for a hole. */
export const xfs_iomap_write_direct = kernelFunction(
  'xfs_iomap_write_direct',
  {
    file: 'fs/xfs/xfs_iomap.c',
    params: { ip: pointer(xfs_inode), offset_fsb: u64 },
    locals: { imap: u64 },
    returns: u64,
    abstracts: ['Transactions and quota are left out; a commit does not fail.', onePage],
  },
  ({ ip, offset_fsb, imap }) => [
    xfs_ilock(ip, 'ILOCK_EXCL'),
    // xfs_bmapi_write
    set(imap, xfs_bmapi_read(ip, offset_fsb)),
    if_(not(imap), [
      xfs_alloc_read_agf(ip.i_mount.m_perag.agf),
      set(imap, xfs_alloc_vextent()),
      if_(imap, [set(ip.i_df.at(offset_fsb), imap)]),
      xfs_trans_brelse(ip.i_mount.m_perag.agf),
    ]),
    xfs_iunlock(ip, 'ILOCK_EXCL'),
    if_(not(imap), [return_(asError(ENOSPC))]),
    return_(imap),
  ],
);

export const xfs_direct_write_iomap_begin = kernelFunction(
  'xfs_direct_write_iomap_begin',
  {
    file: 'fs/xfs/xfs_iomap.c',
    params: range,
    locals: { ip: pointer(xfs_inode), imap: u64, cmap: u64 },
    returns: u64,
    abstracts: [
      onePage,
      'A filesystem with reflink takes ILOCK exclusively here, as for a reflink inode.',
      'Only DAX faults come here: no NOWAIT, no overwrite-only, no zeroing.',
    ],
  },
  ({ inode, offset, ip, imap, cmap }) => [
    set(ip, inode.xfs_i),
    if_(ip.i_mount.shutdown, [return_(asError(EIO))]),
    if_(ip.i_mount.reflink, [xfs_ilock(ip, 'ILOCK_EXCL')], [xfs_ilock(ip, 'ILOCK_SHARED')]),
    set(imap, xfs_bmapi_read(ip, offset)),
    if_(ip.i_mount.reflink, [
      set(cmap, xfs_reflink_allocate_cow(ip, offset)),
      if_(IS_ERR_VALUE(cmap), [xfs_iunlock(ip, 'ILOCK_EXCL'), return_(cmap)]),
      set(imap, xfs_bmapi_read(ip, offset)),
      if_(cmap, [
        // out_found_cow
        xfs_iunlock(ip, 'ILOCK_EXCL'),
        return_(iomapOf(IOMAP_MAPPED, bor(IOMAP_F_SHARED, cond(imap, IOMAP_SRC_MAPPED, 0)), cmap)),
      ]),
    ]),
    if_(ip.i_mount.reflink, [xfs_iunlock(ip, 'ILOCK_EXCL')], [xfs_iunlock(ip, 'ILOCK_SHARED')]),
    if_(not(imap), [
      // allocate_blocks
      set(imap, xfs_iomap_write_direct(ip, offset)),
      if_(IS_ERR_VALUE(imap), [return_(imap)]),
      return_(iomapOf(IOMAP_MAPPED, IOMAP_F_NEW, imap)),
    ]),
    return_(iomapOf(IOMAP_MAPPED, 0, imap)),
  ],
);

export const xfs_dax_write_iomap_end = kernelFunction(
  'xfs_dax_write_iomap_end',
  {
    file: 'fs/xfs/xfs_iomap.c',
    params: { ...range, written: u64 },
    locals: { ip: pointer(xfs_inode) },
    returns: int,
    abstracts: ['On a filesystem with reflink each file counts as a reflink inode.'],
  },
  ({ inode, offset, written, ip }) => [
    set(ip, inode.xfs_i),
    if_(not(ip.i_mount.reflink), [return_(value(int, 0))]),
    if_(not(written), [return_(xfs_reflink_cancel_cow_range(ip, offset))]),
    return_(xfs_reflink_end_cow(ip, offset)),
  ],
);

/** The operations that a fault hands to dax_iomap_fault: xfs_dax_write_iomap_ops for a write, xfs_read_iomap_ops for a read. */
export const xfs_iomap_begin = kernelFunction(
  'xfs_iomap_begin',
  { params: { ...range, flags: u32 }, returns: u64 },
  ({ inode, offset, flags }) => [
    if_(band(flags, IOMAP_WRITE), [return_(xfs_direct_write_iomap_begin(inode, offset))]),
    return_(xfs_read_iomap_begin(inode, offset)),
  ],
);
export const xfs_iomap_end = kernelFunction(
  'xfs_iomap_end',
  { params: { ...range, written: u64, flags: u32 }, returns: int },
  ({ inode, offset, written, flags }) => [
    if_(band(flags, IOMAP_WRITE), [return_(xfs_dax_write_iomap_end(inode, offset, written))]),
    return_(value(int, 0)),
  ],
);
