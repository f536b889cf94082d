/** fs/xfs/xfs_icache.c, v6.12: finding an inode that is in core (XFS_IGET_INCORE). */
import {
  band,
  if_,
  int,
  kernelFunction,
  neg,
  not,
  pointer,
  READ_ONCE,
  return_,
  set,
  u64,
  value,
} from '../../src/lang/public.ts';
import { igrab } from '../fs/inode.ts';
import { rcu_read_lock, rcu_read_unlock } from '../locks.ts';
import { xfs_inode } from '../objects.ts';
import {
  EAGAIN,
  ENODATA,
  ENOENT,
  XFS_INACTIVATING,
  XFS_IRECLAIM,
  XFS_IRECLAIMABLE,
  XFS_NEED_INACTIVE,
} from '../words.ts';

/** 0: a reference was taken. Does not retry: an inode on its way out gives -EAGAIN. */
export const xfs_iget_incore = kernelFunction(
  'xfs_iget_incore',
  {
    file: 'fs/xfs/xfs_icache.c',
    params: { ip: pointer(xfs_inode) },
    locals: { i_flags: u64 },
    returns: int,
    abstracts: [
      'An inode that is not in the radix tree is one with XFS_IRECLAIM set; inodes being set up are left out.',
      'The flags are read once; i_flags_lock is left out.',
    ],
  },
  ({ ip, i_flags }) => [
    rcu_read_lock(),
    set(i_flags, READ_ONCE(ip.i_flags)),
    if_(band(i_flags, XFS_IRECLAIM), [rcu_read_unlock(), return_(neg(ENODATA))]),
    if_(band(i_flags, XFS_INACTIVATING), [rcu_read_unlock(), return_(neg(EAGAIN))]),
    if_(band(i_flags, XFS_NEED_INACTIVE), [
      if_(not(ip.i_vnode.i_nlink), [rcu_read_unlock(), return_(neg(ENOENT))]),
      rcu_read_unlock(),
      return_(neg(EAGAIN)),
    ]),
    if_(band(i_flags, XFS_IRECLAIMABLE), [rcu_read_unlock(), return_(neg(EAGAIN))]),
    if_(not(igrab(ip.i_vnode)), [rcu_read_unlock(), return_(neg(EAGAIN))]),
    rcu_read_unlock(),
    return_(value(int, 0)),
  ],
);
