/** Filesystems and their options: what they bind the function pointers to, and which operations they add. */
import type { KernelFunction } from '../src/lang/public.ts';
import { no_notify_failure } from './dax/holder.ts';
import {
  ext4_alloc_inode,
  ext4_dax_fault,
  ext4_destroy_inode,
  ext4_evict_inode,
  ext4_iomap_begin,
  ext4_iomap_end,
} from './ext4/inode.ts';
import {
  ext4_destroy_linked_inode,
  ext4_inodegc_flush,
  xfs_destroy_linked_inode,
  xfs_inodegc_flush,
} from './fs/cache.ts';
import { moreOfExt4, moreOfXfs } from './more-operations.ts';
import { ext4Truncate, ficlone, inodegc, xfsTruncate } from './operations.ts';
import { xfs_filemap_fault } from './xfs/file.ts';
import { xfs_evict_inode, xfs_fs_alloc_inode, xfs_fs_destroy_inode } from './xfs/icache.ts';
import { xfs_iomap_begin, xfs_iomap_end } from './xfs/iomap.ts';
import { xfs_dax_notify_failure } from './xfs/notify-failure.ts';

export interface Stack {
  readonly id: string;
  readonly filesystem: 'ext4' | 'xfs';
  readonly reflink: boolean;
  readonly rmapbt: boolean;
  /** In words, for listings. */
  readonly says: string;
  readonly bind: Readonly<Record<string, KernelFunction>>;
  readonly operations: readonly KernelFunction[];
  /** Those that a scenario has only if its policy asks for them. */
  readonly more: readonly KernelFunction[];
}

const ext4: Omit<Stack, 'id' | 'says'> = {
  filesystem: 'ext4',
  reflink: false,
  rmapbt: false,
  bind: {
    vm_ops_fault: ext4_dax_fault,
    iomap_begin: ext4_iomap_begin,
    iomap_end: ext4_iomap_end,
    evict_inode: ext4_evict_inode,
    destroy_inode: ext4_destroy_inode,
    alloc_inode: ext4_alloc_inode,
    destroy_linked_inode: ext4_destroy_linked_inode,
    inodegc_flush: ext4_inodegc_flush,
    notify_failure: no_notify_failure,
  },
  operations: [ext4Truncate],
  more: moreOfExt4,
};

function xfs(reflink: boolean, rmapbt: boolean): Omit<Stack, 'id' | 'says'> {
  return {
    filesystem: 'xfs',
    reflink,
    rmapbt,
    bind: {
      vm_ops_fault: xfs_filemap_fault,
      iomap_begin: xfs_iomap_begin,
      iomap_end: xfs_iomap_end,
      evict_inode: xfs_evict_inode,
      destroy_inode: xfs_fs_destroy_inode,
      alloc_inode: xfs_fs_alloc_inode,
      destroy_linked_inode: xfs_destroy_linked_inode,
      inodegc_flush: xfs_inodegc_flush,
      notify_failure: xfs_dax_notify_failure,
    },
    more: moreOfXfs(reflink),
    operations: [xfsTruncate, inodegc, ...(reflink ? [ficlone] : [])],
  };
}

export const stacks: readonly Stack[] = [
  { id: 'ext4', says: 'ext4 on pmem: nothing is shared, the generic route', ...ext4 },
  {
    id: 'xfs',
    says: 'XFS without reflink and rmapbt: nothing is shared, the generic route',
    ...xfs(false, false),
  },
  { id: 'xfs-rmapbt', says: 'XFS with rmapbt: nothing is shared, the filesystem route', ...xfs(false, true) },
  {
    id: 'xfs-reflink',
    says: 'XFS with reflink, without rmapbt: blocks are shared, the generic route',
    ...xfs(true, false),
  },
  {
    id: 'xfs-reflink-rmapbt',
    says: 'XFS with reflink and rmapbt: blocks are shared, the filesystem route',
    ...xfs(true, true),
  },
];

export function stackNamed(id: string): Stack | undefined {
  return stacks.find((stack) => stack.id === id);
}
