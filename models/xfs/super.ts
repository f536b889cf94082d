/** fs/xfs/xfs_super.c, v6.12: mounting with DAX (`-o dax=always`). */
import {
  and,
  bool,
  false_,
  if_,
  int,
  kernelFunction,
  neg,
  pointer,
  return_,
  set,
  the,
  true_,
  value,
} from '../../src/lang/public.ts';
import { fs_put_dax, MOUNTING, mount_point } from '../fs/cache.ts';
import { inode_lock, inode_unlock } from '../locks.ts';
import { dax_device, dax_holder_operations, directory, xfs_mount } from '../objects.ts';
import { EBUSY, EINVAL, SB_BORN } from '../words.ts';

/** The option of programs in which the filesystem is on a partition of the device. */
export const PARTITION = 'partition';

const bdev_is_partition = kernelFunction(
  'bdev_is_partition',
  {
    file: 'include/linux/blkdev.h',
    returns: bool,
    abstracts: (options) =>
      options.has(PARTITION)
        ? ['The device is a partition, which begins and ends with a page; there is no other on the disk.']
        : ['The device is whole, and no partition.'],
  },
  (_, options) => [return_(options.has(PARTITION) ? true_ : false_)],
);

const xfs_setup_dax_always = kernelFunction(
  'xfs_setup_dax_always',
  {
    file: 'fs/xfs/xfs_super.c',
    params: { mp: pointer(xfs_mount) },
    returns: int,
    abstracts: ['The device has DAX, and a block is a page.'],
  },
  ({ mp }) => [if_(and(mp.reflink, bdev_is_partition()), [return_(neg(EINVAL))]), return_(value(int, 0))],
);

export const xfs_mount_again = kernelFunction(
  'xfs_mount_again',
  {
    file: 'fs/xfs/xfs_super.c',
    locals: { error: int },
    returns: int,
    abstracts: [
      MOUNTING,
      'The mount and its superblock are the same objects each time.',
      'Where it fails, a memory failure that XFS has begun to handle is waited for, where the kernel would free what that uses.',
    ],
  },
  ({ error }) => [
    inode_lock(the(directory).i_rwsem),
    if_(the(mount_point).mounted, [inode_unlock(the(directory).i_rwsem), return_(neg(EBUSY))]),
    set(the(xfs_mount).m_super.s_flags, 0),
    // fs_dax_get_by_bdev
    set(the(dax_device).holder_data, the(xfs_mount)),
    set(the(dax_device).holder_ops, the(dax_holder_operations)),
    set(the(xfs_mount).shutdown, 0),
    set(error, xfs_setup_dax_always(the(xfs_mount))),
    if_(error, fs_put_dax, [set(the(xfs_mount).m_super.s_flags, SB_BORN), set(the(mount_point).mounted, 1)]),
    inode_unlock(the(directory).i_rwsem),
    return_(error),
  ],
);
