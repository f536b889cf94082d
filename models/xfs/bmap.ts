/**
 * fs/xfs/libxfs, v6.12: the forks of a file, and what the btrees of the allocation group know of a block.
 * A fork changes under ILOCK_EXCL and the AGF lock; the btrees' answers are worked out from the forks,
 * under the AGF lock.
 */
import {
  bool,
  choose,
  eq,
  false_,
  for_each,
  for_index,
  if_,
  increment,
  kernelFunction,
  or,
  pointer,
  return_,
  set,
  true_,
  u8,
  u64,
  ugt,
  value,
} from '../../src/lang/public.ts';
import { page, xfs_inode } from '../objects.ts';

/** The data fork's block at an offset, as a frame number; 0 for a hole. Under ILOCK. */
export const xfs_bmapi_read = kernelFunction(
  'xfs_bmapi_read',
  { file: 'fs/xfs/libxfs/xfs_bmap.c', params: { ip: pointer(xfs_inode), offset_fsb: u64 }, returns: u64 },
  ({ ip, offset_fsb }) => [return_(ip.i_df.at(offset_fsb))],
);

/** Whether more than one data fork has the block: the refcount btree. Under AGF. */
export const xfs_refcount_find_shared = kernelFunction(
  'xfs_refcount_find_shared',
  {
    file: 'fs/xfs/libxfs/xfs_refcount.c',
    params: { agbno: u64 },
    locals: { refcount: u8 },
    returns: bool,
    abstracts: ['The count is worked out from the forks.'],
  },
  ({ agbno, refcount }) => [
    set(refcount, 0),
    for_each(xfs_inode, 'ip', (ip) => [
      for_index('offset_fsb', u64, 'offsets', (offset_fsb) => [
        if_(eq(ip.i_df.at(offset_fsb), agbno), [increment(refcount)]),
      ]),
    ]),
    return_(ugt(refcount, 1)),
  ],
);

/** Whether no fork has the block. Under AGF. */
export const xfs_alloc_is_free = kernelFunction(
  'xfs_alloc_is_free',
  {
    params: { agbno: u64 },
    returns: bool,
    abstracts: ['Free space is worked out from the forks; a freed block may be used again at once.'],
  },
  ({ agbno }) => [
    for_each(xfs_inode, 'ip', (ip) => [
      for_index('offset_fsb', u64, 'offsets', (offset_fsb) => [
        if_(or(eq(ip.i_df.at(offset_fsb), agbno), eq(ip.i_cowfp.at(offset_fsb), agbno)), [return_(false_)]),
      ]),
    ]),
    return_(true_),
  ],
);

/** Any free block, or 0 where there is none. Under AGF. */
export const xfs_alloc_vextent = kernelFunction(
  'xfs_alloc_vextent',
  {
    file: 'fs/xfs/libxfs/xfs_alloc.c',
    locals: { hint: pointer(page) },
    returns: u64,
    abstracts: ['Which free block is taken is left open; there is no reserve.'],
  },
  ({ hint }) => [
    choose(hint, page),
    if_(xfs_alloc_is_free(hint.pfn), [return_(hint.pfn)]),
    for_each(page, 'p', (p) => [if_(xfs_alloc_is_free(p.pfn), [return_(p.pfn)])]),
    return_(value(u64, 0)),
  ],
);
