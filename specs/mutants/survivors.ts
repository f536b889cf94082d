/**
 * Mutants that no verdict tells from the encoding, by name, each with the reason. `npm run mutants` fails
 * where one survives that is not here, and where one that is here is caught.
 */
const byReason: Readonly<Record<string, readonly string[]>> = {
  'the owner words race without it, too, and the same properties fail': [
    'fs/dax.c dax_disassociate_entry: re-read of page->mapping replaced by the first read',
    'fs/dax.c dax_page_share_get: re-read of page->mapping replaced by the first read',
  ],
  'equal here: the accesses are kept apart by other locks, too: of the entry, of the mapping (MMAPLOCK), of the AGF buffer':
    [
      'fs/ext4/inode.c ext4_map_blocks: lock dropped: ei->i_data_sem',
      'fs/ext4/inode.c ext4_truncate: lock dropped: ei->i_data_sem',
      'fs/xfs/xfs_icache.c xfs_inodegc_worker: lock dropped: ip->i_lock',
      'fs/xfs/xfs_iomap.c xfs_iomap_write_direct: lock dropped: ip->i_lock',
      'fs/xfs/xfs_iops.c xfs_vn_setattr: lock dropped: ip->i_vnode->i_rwsem',
      'fs/xfs/xfs_reflink.c xfs_reflink_allocate_cow: lock dropped: ip->i_lock',
      'fs/xfs/xfs_reflink.c xfs_reflink_cancel_cow_range: lock dropped: ip->i_lock',
      'fs/xfs/xfs_reflink.c xfs_reflink_end_cow: lock dropped: ip->i_lock',
      'fs/xfs/xfs_reflink.c xfs_reflink_remap_blocks: lock dropped: src->i_lock',
      'fs/xfs/xfs_reflink.c xfs_reflink_remap_extent: lock dropped: ip->i_lock',
    ],
  'equal: the word is only stored to under a lock that is held here: of the entry, or i_mmap_rwsem': [
    'fs/ext4/inode.c ext4_map_blocks: re-read of ei->i_data[lblk] replaced by the first read',
    'fs/xfs/xfs_reflink.c xfs_reflink_allocate_cow: re-read of ip->i_cowfp[offset_fsb] replaced by the first read',
    'mm/rmap.c page_address_in_vma: re-read of vma->vm_file replaced by the first read',
  ],
  'equal: the section is empty; all that it does is wait': [
    'fs/inode.c clear_inode: lock dropped: mapping->xa_lock',
    'mm/truncate.c truncate_inode_pages_final: lock dropped: mapping->xa_lock',
  ],
  'equal: a slot is taken by the one name that it belongs to, under the lock of the directory, and freed in one step':
    [
      'fs/namei.c vfs_create: lock dropped: slab->lock',
      'kernel/rcu/tree.c call_rcu: lock dropped: slab->lock',
    ],
  'equal in effect: a name holds a reference of its own, so i_count keeps the inode until it is unlinked': [
    'fs/namei.c vfs_create: store dropped: inode->i_nlink = 1;',
  ],
  'never run: an inode that far gone has no blocks left by which a failure could find it': [
    'fs/xfs/xfs_icache.c xfs_iget_incore: store dropped: rcu_read_unlock(); rcu_state[0].readers',
    'fs/xfs/xfs_icache.c xfs_iget_incore: store dropped: rcu_read_unlock(); rcu_state[0].readers #5',
  ],
  'never run: only an inode without a name is torn down': [
    'fs/xfs/xfs_icache.c xfs_iget_incore: store dropped: rcu_read_unlock(); rcu_state[0].readers #4',
  ],
  'never looked at: the inode has no blocks left by which a failure could find it': [
    'fs/xfs/xfs_icache.c xfs_inodegc_worker: store dropped: xfs_iflags_change(ip, XFS_INACTIVATING, XFS_IRECLAIMABLE); ip->i_flags',
    'fs/xfs/xfs_icache.c xfs_reclaim_inode: store dropped: xfs_iflags_change(ip, XFS_IRECLAIMABLE, XFS_IRECLAIM); ip->i_flags',
  ],
  'equal: the change of the flags is one step': [
    'fs/xfs/xfs_icache.c xfs_reclaim_inode: lock dropped: ip->i_mount->m_perag->pag_ici_lock',
  ],
  'equal: the CoW fork is empty where no fault is under way': [
    'fs/xfs/xfs_inode.c xfs_itruncate_extents: store dropped: ip->i_cowfp[offset_fsb] = 0;',
  ],
  'equal: it is set to 0 before and after, and either does': [
    'fs/xfs/xfs_notify_failure.c xfs_dax_notify_ddev_failure: store dropped: xfs_failure_info[0].want_shutdown = 0;',
    'fs/xfs/xfs_notify_failure.c xfs_dax_notify_ddev_failure: store dropped: xfs_failure_info[0].want_shutdown = 0; #2',
  ],
  'equal: nothing stores to host, and RCU or a reference keeps the file': [
    'include/linux/dax.h dax_mapping: re-read of mapping->host replaced by the first read',
  ],
  'not seen: nothing reads the flag; `marked` goes by the call': [
    'include/linux/page-flags.h SetPageHWPoison: store dropped: page->PG_hwpoison = 1;',
  ],
  'only an access after the free could tell, and none is made': [
    'kernel/rcu/tree.c call_rcu: store dropped: kmem_cache_free(slab); slab->inode->live',
    'kernel/rcu/tree.c call_rcu: store dropped: kmem_cache_free(slab); slab->mapping->live',
  ],
  'equal: the list is used under mf_mutex alone': [
    'mm/memory-failure.c __add_to_kill: re-read of tk->addr replaced by the first read',
    'mm/memory-failure.c unmap_and_kill: re-read of tk->size_shift replaced by the first read',
  ],
  'equal here: vm_file is read once, and VMAs are never freed': [
    'mm/memory-failure.c collect_procs_fsdax: lock dropped: mapping->i_mmap_rwsem',
  ],
  'equal in effect: nobody reads the flags of a VMA that is not there': [
    'mm/mmap.c do_vmi_align_munmap: store dropped: vma->vm_flags = 0;',
  ],
};

/** The reason by mutant. */
export const survivors: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(byReason).flatMap(([reason, ids]) => ids.map((id) => [id, reason])),
);
