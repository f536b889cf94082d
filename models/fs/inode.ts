/** fs/inode.c and what stands around it, v6.12: names, references, eviction, and the inode's memory. */
import {
  band,
  bor,
  if_,
  increment,
  int,
  kernelFunction,
  neg,
  not,
  or,
  pointer,
  primitive,
  return_,
  set,
  spin_lock,
  spin_unlock,
  sub,
  the,
  value,
  virtualFunction,
} from '../../src/lang/public.ts';
import {
  inode_lock,
  inode_lock_shared,
  inode_unlock,
  inode_unlock_shared,
  synchronize_rcu,
  xas_lock_irq,
  xas_unlock_irq,
} from '../locks.ts';
import { address_space, dentry, directory, inode, inode_slab } from '../objects.ts';
import { EEXIST, ENOENT, ENOMEM, I_CLEAR, I_FREEING, NULL_INODE } from '../words.ts';

/** `op->evict_inode`. */
export const evict_inode = virtualFunction('evict_inode', { params: { inode: pointer(inode) } });
/** `op->destroy_inode`: the VFS is done with the inode. */
export const destroy_inode = virtualFunction('destroy_inode', { params: { inode: pointer(inode) } });
/** `op->alloc_inode`: the filesystem's part of a new inode. */
export const alloc_inode = virtualFunction('alloc_inode', { params: { inode: pointer(inode) } });

/** Under whatever keeps the inode from being freed. */
export const ihold = kernelFunction(
  'ihold',
  {
    file: 'fs/inode.c',
    params: { inode: pointer(inode) },
    abstracts: ['i_count is changed under i_lock, where the kernel uses an atomic.'],
  },
  ({ inode }) => [spin_lock(inode.i_lock), increment(inode.i_count), spin_unlock(inode.i_lock)],
);

/** NULL where the inode is on its way out. */
export const igrab = kernelFunction(
  'igrab',
  { file: 'fs/inode.c', params: { inode: pointer(inode) }, returns: pointer(inode) },
  ({ inode }) => [
    spin_lock(inode.i_lock),
    if_(
      not(band(inode.i_state, I_FREEING)),
      [increment(inode.i_count), spin_unlock(inode.i_lock)],
      [spin_unlock(inode.i_lock), return_(NULL_INODE)],
    ),
    return_(inode),
  ],
);

export const clear_inode = kernelFunction(
  'clear_inode',
  {
    file: 'fs/inode.c',
    params: { inode: pointer(inode) },
    locals: { mapping: pointer(address_space) },
    abstracts: ['nrpages is not counted, so the BUG_ON on it is left out.'],
  },
  ({ inode, mapping }) => [
    set(mapping, inode.i_mapping),
    xas_lock_irq(mapping.xa_lock),
    xas_unlock_irq(mapping.xa_lock),
    set(inode.i_state, bor(I_FREEING, I_CLEAR)),
  ],
);

export const evict = kernelFunction(
  'evict',
  {
    file: 'fs/inode.c',
    params: { inode: pointer(inode) },
    abstracts: ['Writeback of the inode, the LRU, the hash and its waiters are left out.'],
  },
  ({ inode }) => [evict_inode(inode), destroy_inode(inode)],
);

export const iput = kernelFunction(
  'iput',
  {
    file: 'fs/inode.c',
    params: { inode: pointer(inode) },
    abstracts: ['The name of a file holds a reference, so the last one goes only after unlink.'],
  },
  ({ inode }) => [
    spin_lock(inode.i_lock),
    set(inode.i_count, sub(inode.i_count, 1)),
    if_(or(inode.i_count, inode.i_nlink), [spin_unlock(inode.i_lock), return_()]),
    set(inode.i_state, bor(inode.i_state, I_FREEING)),
    spin_unlock(inode.i_lock),
    evict(inode),
  ],
);

/** Opens a file by name: the inode with a reference, or NULL. */
export const path_openat = kernelFunction(
  'path_openat',
  {
    file: 'fs/namei.c',
    params: { dentry: pointer(dentry) },
    locals: { inode: pointer(inode) },
    returns: pointer(inode),
    abstracts: [
      'The lookup is under the directory lock, where the kernel may use the dentry cache without it.',
    ],
  },
  ({ dentry, inode }) => [
    inode_lock_shared(the(directory).i_rwsem),
    set(inode, dentry.d_inode),
    if_(inode, [ihold(inode)]),
    inode_unlock_shared(the(directory).i_rwsem),
    return_(inode),
  ],
);

export const do_unlinkat = kernelFunction(
  'do_unlinkat',
  {
    file: 'fs/namei.c',
    params: { dentry: pointer(dentry) },
    locals: { inode: pointer(inode) },
    returns: int,
    abstracts: ['A file has one name. The lock of the inode itself is left out.'],
  },
  ({ dentry, inode }) => [
    inode_lock(the(directory).i_rwsem),
    set(inode, dentry.d_inode),
    if_(not(inode), [inode_unlock(the(directory).i_rwsem), return_(neg(ENOENT))]),
    set(dentry.d_inode, NULL_INODE),
    set(inode.i_nlink, 0),
    inode_unlock(the(directory).i_rwsem),
    iput(inode),
    return_(value(int, 0)),
  ],
);

export const vfs_create = kernelFunction(
  'vfs_create',
  {
    file: 'fs/namei.c',
    params: { dentry: pointer(dentry) },
    locals: { slab: pointer(inode_slab), inode: pointer(inode) },
    returns: int,
    abstracts: [
      'Each name gets the same inode object from the slab, once that is free.',
      'i_pages of a new inode is what the slab object had: it is set up by the constructor only.',
    ],
  },
  ({ dentry, slab, inode }) => [
    inode_lock(the(directory).i_rwsem),
    if_(dentry.d_inode, [inode_unlock(the(directory).i_rwsem), return_(neg(EEXIST))]),
    set(slab, dentry.d_slot),
    spin_lock(slab.lock),
    if_(slab.allocated, [spin_unlock(slab.lock), inode_unlock(the(directory).i_rwsem), return_(neg(ENOMEM))]),
    primitive('kmem_cache_alloc', {
      shown: [slab],
      effects: [
        [slab.allocated, 1],
        [slab.inode.live, 1],
        [slab.mapping.live, 1],
      ],
    }),
    spin_unlock(slab.lock),
    set(inode, slab.inode),
    set(inode.i_state, 0),
    set(inode.i_nlink, 1),
    set(inode.i_count, 1),
    alloc_inode(inode),
    set(dentry.d_inode, inode),
    inode_unlock(the(directory).i_rwsem),
    return_(value(int, 0)),
  ],
);

/** Gives the memory of an inode back after a grace period. */
export const call_rcu = kernelFunction(
  'call_rcu',
  {
    file: 'kernel/rcu/tree.c',
    params: { slab: pointer(inode_slab) },
    abstracts: ['The CPU that queues the callback waits for the grace period and runs it itself.'],
  },
  ({ slab }) => [
    synchronize_rcu(),
    spin_lock(slab.lock),
    primitive('kmem_cache_free', {
      shown: [slab],
      effects: [
        [slab.inode.live, 0],
        [slab.mapping.live, 0],
        [slab.allocated, 0],
      ],
    }),
    spin_unlock(slab.lock),
  ],
);
