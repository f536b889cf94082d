/** fs/xfs/xfs_super.c, xfs_inode.c and xfs_icache.c, v6.12: the end of an XFS inode, in three parts. */
import {
  band,
  if_,
  kernelFunction,
  not,
  pointer,
  return_,
  set,
  spin_lock,
  spin_unlock,
} from '../../src/lang/public.ts';
import { call_rcu, clear_inode } from '../fs/inode.ts';
import { xfs_ilock, xfs_iunlock } from '../locks.ts';
import { truncate_inode_pages_final } from '../mm/truncate.ts';
import { inode, xfs_inode } from '../objects.ts';
import { XFS_INACTIVATING, XFS_IRECLAIM, XFS_IRECLAIMABLE, XFS_NEED_INACTIVE } from '../words.ts';
import { xfs_itruncate_extents } from './file.ts';
import { xfs_iflags_change, xfs_iflags_set } from './flags.ts';

/** XFS has no evict_inode of its own: this is what evict() does without one. */
export const xfs_evict_inode = kernelFunction(
  'xfs_evict_inode',
  { file: 'fs/inode.c', params: { inode: pointer(inode) } },
  ({ inode }) => [truncate_inode_pages_final(inode.i_mapping), clear_inode(inode)],
);

export const xfs_fs_destroy_inode = kernelFunction(
  'xfs_fs_destroy_inode',
  {
    file: 'fs/xfs/xfs_super.c',
    params: { inode: pointer(inode) },
    locals: { ip: pointer(xfs_inode) },
    abstracts: ['Only unlinked inodes get here, so each one is queued for inactivation.'],
  },
  ({ inode, ip }) => [set(ip, inode.xfs_i), xfs_iflags_set(ip, XFS_NEED_INACTIVE)],
);

/** Takes an inode without blocks out of core; its memory goes after a grace period. */
export const xfs_reclaim_inode = kernelFunction(
  'xfs_reclaim_inode',
  {
    file: 'fs/xfs/xfs_icache.c',
    params: { ip: pointer(xfs_inode) },
    abstracts: ['The inode is clean. Its own worker does this; here it follows at once on inactivation.'],
  },
  ({ ip }) => [
    spin_lock(ip.i_mount.m_perag.pag_ici_lock),
    xfs_iflags_change(ip, XFS_IRECLAIMABLE, XFS_IRECLAIM),
    spin_unlock(ip.i_mount.m_perag.pag_ici_lock),
    call_rcu(ip.i_vnode.i_slab),
  ],
);

/** The worker that frees the blocks of one unlinked inode, at any later time. */
export const xfs_inodegc_worker = kernelFunction(
  'xfs_inodegc_worker',
  {
    file: 'fs/xfs/xfs_icache.c',
    params: { ip: pointer(xfs_inode) },
    abstracts: [
      'xfs_inactive is written out: the CoW fork goes together with the data fork.',
      'pag_ici_lock stands for what hands each inode to one worker.',
    ],
  },
  ({ ip }) => [
    spin_lock(ip.i_mount.m_perag.pag_ici_lock),
    if_(not(band(ip.i_flags, XFS_NEED_INACTIVE)), [spin_unlock(ip.i_mount.m_perag.pag_ici_lock), return_()]),
    xfs_iflags_change(ip, XFS_NEED_INACTIVE, XFS_INACTIVATING),
    spin_unlock(ip.i_mount.m_perag.pag_ici_lock),
    xfs_ilock(ip, 'ILOCK_EXCL'),
    xfs_itruncate_extents(ip, 0),
    xfs_iunlock(ip, 'ILOCK_EXCL'),
    xfs_iflags_change(ip, XFS_INACTIVATING, XFS_IRECLAIMABLE),
    xfs_reclaim_inode(ip),
  ],
);

export const xfs_fs_alloc_inode = kernelFunction(
  'xfs_fs_alloc_inode',
  { file: 'fs/xfs/xfs_icache.c', params: { inode: pointer(inode) }, locals: { ip: pointer(xfs_inode) } },
  ({ inode, ip }) => [set(ip, inode.xfs_i), set(ip.i_flags, 0)],
);
