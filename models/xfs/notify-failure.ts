/** fs/xfs/xfs_notify_failure.c, v6.12: XFS tells who owns a failed block, from its reverse mapping. */
import {
  type Bool,
  band,
  bool,
  constant,
  eq,
  for_each,
  for_index,
  if_,
  int,
  kernelFunction,
  neg,
  not,
  or,
  pointer,
  return_,
  type Struct,
  set,
  struct,
  the,
  u64,
  value,
} from '../../src/lang/public.ts';
import { dax_holder } from '../dax/holder.ts';
import { dax_mapping } from '../dax/mapping.ts';
import { iput } from '../fs/inode.ts';
import { xfs_alloc_read_agf, xfs_trans_brelse } from '../locks.ts';
import { mf_dax_kill_procs } from '../mm/memory-failure.ts';
import { address_space, dax_device, xfs_inode, xfs_mount } from '../objects.ts';
import { EFSCORRUPTED, EIO, ENODATA, EOPNOTSUPP, MF_MEM_PRE_REMOVE, SB_BORN } from '../words.ts';
import { xfs_iget_incore } from './iget.ts';

/** On the stack of the task that holds mf_mutex, of which there is one at a time. */
export interface xfs_failure_info {
  want_shutdown: Bool;
}
export const xfs_failure_info: Struct<xfs_failure_info> = struct<xfs_failure_info>('xfs_failure_info', {
  want_shutdown: bool,
});

/** The owner of a record that is no file. */
const XFS_RMAP_OWN_COW = constant('XFS_RMAP_OWN_COW', pointer(xfs_inode), -9);
const XFS_RMAP_NON_INODE_OWNER = XFS_RMAP_OWN_COW;

export const xfs_force_shutdown = kernelFunction(
  'xfs_force_shutdown',
  {
    file: 'fs/xfs/xfs_fsops.c',
    params: { mp: pointer(xfs_mount) },
    abstracts: ['What a shutdown refuses afterwards is left out: faults and system calls go on as before.'],
  },
  ({ mp }) => [set(mp.shutdown, 1)],
);

export const xfs_dax_failure_fn = kernelFunction(
  'xfs_dax_failure_fn',
  {
    file: 'fs/xfs/xfs_notify_failure.c',
    params: { rm_owner: pointer(xfs_inode), rm_offset: u64, mf_flags: int },
    locals: { mapping: pointer(address_space), error: int },
    returns: int,
    abstracts: [
      'Of blocks that no file owns, only those staged for copy-on-write are modelled; attribute forks and bmbt blocks are not.',
      "One block, so the range is one page at the record's offset. Removal of the device is left out here.",
    ],
  },
  ({ rm_owner, rm_offset, mf_flags, mapping, error }) => [
    if_(eq(rm_owner, XFS_RMAP_NON_INODE_OWNER), [
      if_(band(mf_flags, MF_MEM_PRE_REMOVE), [return_(value(int, 0))]),
      set(the(xfs_failure_info).want_shutdown, 1),
      return_(value(int, 0)),
    ]),
    set(error, xfs_iget_incore(rm_owner)),
    if_(eq(error, neg(ENODATA)), [return_(value(int, 0))]),
    if_(error, [set(the(xfs_failure_info).want_shutdown, 1), return_(value(int, 0))]),
    set(mapping, rm_owner.i_vnode.i_mapping),
    if_(dax_mapping(mapping), [set(error, mf_dax_kill_procs(mapping, rm_offset, 1, mf_flags))]),
    iput(rm_owner.i_vnode),
    return_(error),
  ],
);

/** Record by record in the order of owner and offset; the AGF buffer stays locked throughout. */
export const xfs_rmap_query_range = kernelFunction(
  'xfs_rmap_query_range',
  {
    file: 'fs/xfs/libxfs/xfs_rmap.c',
    params: { fsbno: u64, mf_flags: int },
    locals: { error: int },
    returns: int,
    abstracts: [
      'The reverse-mapping btree is derived from the forks: a record for each offset that names the block.',
    ],
  },
  ({ fsbno, mf_flags, error }) => [
    for_each(xfs_inode, 'ip', (ip) => [
      for_index('offset', u64, 'offsets', (offset) => [
        if_(eq(ip.i_df.at(offset), fsbno), [
          set(error, xfs_dax_failure_fn(ip, offset, mf_flags)),
          if_(error, [return_(error)]),
        ]),
      ]),
    ]),
    for_each(xfs_inode, 'ip', (ip) => [
      for_index('offset', u64, 'offsets', (offset) => [
        if_(eq(ip.i_cowfp.at(offset), fsbno), [
          set(error, xfs_dax_failure_fn(XFS_RMAP_OWN_COW, 0, mf_flags)),
          if_(error, [return_(error)]),
        ]),
      ]),
    ]),
    return_(error),
  ],
);

export const xfs_dax_notify_ddev_failure = kernelFunction(
  'xfs_dax_notify_ddev_failure',
  {
    file: 'fs/xfs/xfs_notify_failure.c',
    params: { mp: pointer(xfs_mount), daddr: u64, bblen: u64, mf_flags: int },
    locals: { error: int, fsbno: u64 },
    returns: int,
    abstracts: [
      'One allocation group, whose header can be read; the empty transaction is left out.',
      'Removal of the device (MF_MEM_PRE_REMOVE: freeze, shutdown, thaw) is left out.',
    ],
  },
  ({ mp, daddr, mf_flags, error, fsbno }) => [
    set(the(xfs_failure_info).want_shutdown, 0),
    set(fsbno, daddr),
    xfs_alloc_read_agf(mp.m_perag.agf),
    set(error, xfs_rmap_query_range(fsbno, mf_flags)),
    xfs_trans_brelse(mp.m_perag.agf),
    if_(or(error, the(xfs_failure_info).want_shutdown), [
      xfs_force_shutdown(mp),
      if_(not(error), [set(error, neg(EFSCORRUPTED))]),
    ]),
    set(the(xfs_failure_info).want_shutdown, 0),
    return_(error),
  ],
);

export const xfs_dax_notify_failure = kernelFunction(
  'xfs_dax_notify_failure',
  {
    file: 'fs/xfs/xfs_notify_failure.c',
    params: { dax_dev: pointer(dax_device), offset: u64, len: u64, mf_flags: int },
    locals: { mp: pointer(xfs_mount) },
    returns: int,
    abstracts: [
      'There is no realtime device and no external log.',
      'Every block is inside the filesystem; offsets on the device and block numbers are frame numbers.',
    ],
  },
  ({ dax_dev, offset, len, mf_flags, mp }) => [
    set(mp, dax_holder(dax_dev)),
    if_(not(band(mp.m_super.s_flags, SB_BORN)), [return_(neg(EIO))]),
    if_(not(mp.rmapbt), [return_(neg(EOPNOTSUPP))]),
    return_(xfs_dax_notify_ddev_failure(mp, offset, len, mf_flags)),
  ],
);
