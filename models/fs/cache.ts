/**
 * Inodes that leave core without being unlinked, and come back: drop_caches, unmount, mount, lookup (v6.12:
 * fs/inode.c, fs/super.c, fs/xfs/xfs_super.c). A file that is on disk only has no `d_inode`.
 */
import {
  add,
  and,
  type Bool,
  bool,
  bor,
  cond,
  type ExprOf,
  eq,
  false_,
  for_each,
  for_index,
  if_,
  increment,
  int,
  type KernelFunction,
  kernelFunction,
  ne,
  neg,
  not,
  type ObserverSpec,
  type Operand,
  observe,
  pointer,
  return_,
  type Stmt,
  type Struct,
  set,
  smp_processor_id,
  spin_lock,
  spin_unlock,
  struct,
  sub,
  the,
  true_,
  type U8,
  u8,
  u64,
  value,
  virtualFunction,
  WARN_ON,
} from '../../src/lang/public.ts';
import { notify_failure } from '../dax/holder.ts';
import { inode_lock, inode_unlock, schedule } from '../locks.ts';
import {
  address_space,
  dax_device,
  dax_holder_operations,
  dentry,
  directory,
  ext4_inode_info,
  inode,
  inode_slab,
  xfs_inode,
  xfs_mount,
} from '../objects.ts';
import { EBUSY, EINVAL, I_FREEING, NULL_INODE, XFS_IRECLAIMABLE } from '../words.ts';
import { xfs_iflags_set } from '../xfs/flags.ts';
import { xfs_inodegc_worker, xfs_reclaim_inode } from '../xfs/icache.ts';
import { call_rcu, evict_inode, path_openat, vfs_create } from './inode.ts';

/** The mount: whether there is one, and how many path walks hold it. Changed under the directory's lock. */
export interface mount_point {
  mounted: Bool;
  mnt_count: U8;
}
export const mount_point: Struct<mount_point> = struct<mount_point>('mount_point', {
  mounted: bool,
  mnt_count: u8,
});

/** `op->destroy_inode` of an inode that still has a name: its blocks stay. */
export const destroy_linked_inode = virtualFunction('destroy_linked_inode', {
  params: { inode: pointer(inode) },
});

export const xfs_destroy_linked_inode = kernelFunction(
  'xfs_destroy_linked_inode',
  {
    file: 'fs/xfs/xfs_super.c',
    params: { inode: pointer(inode) },
    abstracts: ['xfs_fs_destroy_inode of an inode that needs no inactivation; its reclaim follows at once.'],
  },
  ({ inode }) => [xfs_iflags_set(inode.xfs_i, XFS_IRECLAIMABLE), xfs_reclaim_inode(inode.xfs_i)],
);

export const ext4_destroy_linked_inode = kernelFunction(
  'ext4_destroy_linked_inode',
  { file: 'fs/ext4/super.c', params: { inode: pointer(inode) } },
  ({ inode }) => [call_rcu(inode.i_slab)],
);

const mapping_empty = kernelFunction(
  'mapping_empty',
  { file: 'include/linux/pagemap.h', params: { mapping: pointer(address_space) }, returns: bool },
  ({ mapping }) => [
    for_index('index', u64, 'slots', (index) => [if_(mapping.i_pages.at(index), [return_(false_)])]),
    return_(true_),
  ],
);

/** Takes an inode that only its name refers to out of core; `shrinking`: unless it has entries. */
export const evict_unused_inode = kernelFunction(
  'evict_unused_inode',
  {
    params: { dentry: pointer(dentry), shrinking: bool },
    locals: { inode: pointer(inode) },
    returns: bool,
    abstracts: [
      'prune_icache_sb and evict_inodes in one. The directory is locked throughout; LRU and dentry cache are left out.',
      'invalidate_mapping_pages does nothing to DAX entries and is left out.',
    ],
  },
  ({ dentry: d, shrinking, inode: i }) => [
    set(i, d.d_inode),
    if_(not(i), [return_(true_)]),
    spin_lock(i.i_lock),
    if_(ne(i.i_count, 1), [spin_unlock(i.i_lock), return_(false_)]),
    if_(and(shrinking, not(mapping_empty(i.i_mapping))), [spin_unlock(i.i_lock), return_(false_)]),
    set(i.i_count, 0),
    set(i.i_state, bor(i.i_state, I_FREEING)),
    spin_unlock(i.i_lock),
    set(d.d_inode, NULL_INODE),
    evict_inode(i),
    destroy_linked_inode(i),
    return_(true_),
  ],
);

/** /proc/sys/vm/drop_caches: DAX entries stay, and with them their inodes. */
export const drop_caches = kernelFunction('drop_caches', { file: 'fs/drop_caches.c' }, () => [
  inode_lock(the(directory).i_rwsem),
  for_each(dentry, 'd', (d) => [evict_unused_inode(d, true_)]),
  inode_unlock(the(directory).i_rwsem),
]);

/** Begins the walk of a path: false where nothing is mounted. */
const path_init = kernelFunction(
  'path_init',
  {
    file: 'fs/namei.c',
    returns: bool,
    abstracts: [
      'mnt_count is one counter under the lock of the directory, where the kernel has one for each CPU.',
    ],
  },
  () => [
    inode_lock(the(directory).i_rwsem),
    if_(not(the(mount_point).mounted), [inode_unlock(the(directory).i_rwsem), return_(false_)]),
    increment(the(mount_point).mnt_count),
    inode_unlock(the(directory).i_rwsem),
    return_(true_),
  ],
);

const mntput = kernelFunction('mntput', { file: 'fs/namespace.c' }, () => [
  inode_lock(the(directory).i_rwsem),
  set(the(mount_point).mnt_count, sub(the(mount_point).mnt_count, 1)),
  inode_unlock(the(directory).i_rwsem),
]);

/** Opens a file by name, and reads it in from disk where it is not in core. */
export const open_by_name = kernelFunction(
  'open_by_name',
  {
    params: { dentry: pointer(dentry) },
    locals: { inode: pointer(inode) },
    returns: pointer(inode),
    abstracts: [
      'Reading an inode in is written as making one: the same object, and the block map stays. A name that is gone is made anew.',
      'What an open file holds of the mount is seen by the references to its inode.',
    ],
  },
  ({ dentry: d, inode: i }) => [
    if_(not(path_init()), [return_(NULL_INODE)]),
    if_(not(d.d_inode), [vfs_create(d)]),
    set(i, path_openat(d)),
    mntput(),
    return_(i),
  ],
);

/** What is left to do for an inode without a name, if it is in core; false where somebody still has it. */
export const inodegc_flush = virtualFunction('inodegc_flush', {
  params: { slab: pointer(inode_slab) },
  returns: bool,
});

export const xfs_inodegc_flush = kernelFunction(
  'xfs_inodegc_flush',
  {
    file: 'fs/xfs/xfs_icache.c',
    params: { slab: pointer(inode_slab) },
    locals: { ip: pointer(xfs_inode) },
    returns: bool,
    abstracts: ['Done for one inode as umount looks for users; the kernel does it for all, a little later.'],
  },
  ({ slab, ip }) => [
    spin_lock(slab.lock),
    if_(not(slab.allocated), [spin_unlock(slab.lock), return_(true_)]),
    set(ip, slab.inode.xfs_i),
    spin_unlock(slab.lock),
    if_(not(ip.i_flags), [return_(false_)]),
    xfs_inodegc_worker(ip),
    schedule(slab, not(slab.allocated)),
    return_(true_),
  ],
);

/** Nothing is queued: an inode is gone when its eviction has ended. */
export const ext4_inodegc_flush = kernelFunction(
  'ext4_inodegc_flush',
  { params: { slab: pointer(inode_slab) }, returns: bool },
  ({ slab }) => [return_(not(slab.allocated))],
);

const propagate_mount_busy = kernelFunction(
  'propagate_mount_busy',
  {
    file: 'fs/pnode.c',
    returns: bool,
    abstracts: [
      'Files that are open are found by the references to their inodes. So one that a memory failure has just looked up makes the mount busy, where the kernel unmounts and warns of busy inodes.',
    ],
  },
  () => [
    if_(the(mount_point).mnt_count, [return_(true_)]),
    for_each(dentry, 'd', (d) => [
      if_(
        d.d_inode,
        [if_(ne(d.d_inode.i_count, 1), [return_(true_)])],
        [if_(not(inodegc_flush(d.d_slot)), [return_(true_)])],
      ),
    ]),
    return_(false_),
  ],
);

/** The memory failure that is in the hands of XFS, which has its mount then; there is one at a time (mf_mutex). */
export interface failure_in_xfs {
  /** One more than the number of the CPU that handles it; 0: there is none. */
  cpu: U8;
}
export const failure_in_xfs: Struct<failure_in_xfs> = struct<failure_in_xfs>(
  'failure_in_xfs',
  { cpu: u8 },
  { ghost: true },
);
const thisCpu = add(smp_processor_id, 1);

/** For programs in which something is unmounted. */
export const umountObservers: readonly ObserverSpec[] = [
  {
    function: notify_failure as unknown as KernelFunction,
    enter: [observe([the(failure_in_xfs).cpu, thisCpu])],
    exit: [observe([the(failure_in_xfs).cpu, 0])],
  },
];

/** Stored as a task dies in such programs: it goes on with nothing. */
export const deathInXfs: readonly [ExprOf, Operand] = [
  the(failure_in_xfs).cpu,
  cond(eq(the(failure_in_xfs).cpu, thisCpu), 0, the(failure_in_xfs).cpu),
];

/** fs_put_dax() by a filesystem that holds the device. What it uses can go when this is done. */
export const fs_put_dax: readonly Stmt[] = [
  set(the(dax_device).holder_data, value(pointer(xfs_mount), 0)),
  set(the(dax_device).holder_ops, value(pointer(dax_holder_operations), 0)),
  schedule(the(dax_device), not(the(failure_in_xfs).cpu)),
];

export const umount = kernelFunction(
  'umount',
  {
    file: 'fs/super.c',
    locals: { evicted: bool },
    returns: int,
    abstracts: [
      'An inode that a memory failure took a reference to meanwhile stays as it is, without a name, where the kernel poisons it after the warning.',
      'The test for users and what follows are under the lock of the directory; a file that is open makes it busy.',
      'A memory failure that XFS has begun to handle is waited for, where the kernel would free what that uses.',
      'Logs and btrees are left out; the superblock object stays.',
    ],
  },
  ({ evicted }) => [
    inode_lock(the(directory).i_rwsem),
    if_(not(the(mount_point).mounted), [inode_unlock(the(directory).i_rwsem), return_(neg(EINVAL))]),
    if_(propagate_mount_busy(), [inode_unlock(the(directory).i_rwsem), return_(neg(EBUSY))]),
    set(the(mount_point).mounted, 0),
    for_each(dentry, 'd', (d) => [
      set(evicted, evict_unused_inode(d, false_)),
      // Busy inodes after unmount
      WARN_ON(not(evicted)),
      set(d.d_inode, NULL_INODE),
    ]),
    if_(eq(the(dax_device).holder_data, the(xfs_mount)), fs_put_dax),
    inode_unlock(the(directory).i_rwsem),
    return_(value(int, 0)),
  ],
);

/** Of each filesystem's mount. */
export const MOUNTING =
  'Mounting is under the lock of the directory. Log recovery is left out; files are read in when they are opened.';

export const ext4_mount_again = kernelFunction(
  'ext4_mount_again',
  { file: 'fs/super.c', returns: int, abstracts: [MOUNTING] },
  () => [
    inode_lock(the(directory).i_rwsem),
    if_(the(mount_point).mounted, [inode_unlock(the(directory).i_rwsem), return_(neg(EBUSY))]),
    set(the(mount_point).mounted, 1),
    inode_unlock(the(directory).i_rwsem),
    return_(value(int, 0)),
  ],
);

/** Another filesystem of the same kind on the device: no file has a block any more. */
export const mkfs = kernelFunction(
  'mkfs',
  {
    returns: int,
    abstracts: ['The same names, files without blocks; their inode objects are those of before.'],
  },
  () => [
    inode_lock(the(directory).i_rwsem),
    if_(the(mount_point).mounted, [inode_unlock(the(directory).i_rwsem), return_(neg(EBUSY))]),
    for_each(xfs_inode, 'ip', (ip) => [
      for_index('offset', u64, 'offsets', (offset) => [
        set(ip.i_df.at(offset), 0),
        set(ip.i_cowfp.at(offset), 0),
      ]),
    ]),
    for_each(ext4_inode_info, 'ei', (ei) => [
      for_index('lblk', u64, 'offsets', (lblk) => [set(ei.i_data.at(lblk), 0)]),
    ]),
    inode_unlock(the(directory).i_rwsem),
    return_(value(int, 0)),
  ],
);
