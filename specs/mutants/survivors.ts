/**
 * Mutants that no verdict tells from the encoding, by name, each with the reason. `npm run mutants` fails
 * where one survives that is not here, and where one that is here is caught.
 */
const byReason: Readonly<Record<string, readonly string[]>> = {
  'equal: nothing stores to the word that is read again': [
    'drivers/dax/super.c dax_holder_notify_failure: re-read of dax_dev->holder_ops replaced by the first read',
    'fs/ext4/mballoc.c ext4_mb_new_blocks: re-read of goal->pfn replaced by the first read',
    'fs/ext4/mballoc.c ext4_mb_new_blocks: re-read of p->pfn replaced by the first read',
    'fs/xfs/libxfs/xfs_alloc.c xfs_alloc_vextent: re-read of hint->pfn replaced by the first read',
    'fs/xfs/libxfs/xfs_alloc.c xfs_alloc_vextent: re-read of p->pfn replaced by the first read',
    'fs/xfs/xfs_iomap.c xfs_direct_write_iomap_begin: re-read of ip->i_mount replaced by the first read',
    'fs/xfs/xfs_iomap.c xfs_direct_write_iomap_begin: re-read of ip->i_mount replaced by the first read #2',
    'fs/xfs/xfs_iomap.c xfs_direct_write_iomap_begin: re-read of ip->i_mount replaced by the first read #3',
    'fs/xfs/xfs_iomap.c xfs_direct_write_iomap_begin: re-read of ip->i_mount->reflink replaced by the first read',
    'fs/xfs/xfs_iomap.c xfs_direct_write_iomap_begin: re-read of ip->i_mount->reflink replaced by the first read #2',
    'fs/xfs/xfs_notify_failure.c xfs_dax_failure_fn: re-read of rm_owner->i_vnode replaced by the first read',
    'include/linux/dax.h dax_mapping: re-read of mapping->host replaced by the first read',
    'include/linux/memremap.h pgmap_has_memory_failure: re-read of pgmap->ops replaced by the first read',
    'mm/internal.h vma_address: re-read of vma->vm_pgoff replaced by the first read',
    'mm/internal.h vma_address: re-read of vma->vm_pgoff replaced by the first read #2',
    'mm/internal.h vma_address: re-read of vma->vm_start replaced by the first read',
    'mm/memory-failure.c find_early_kill_thread: re-read of tsk->flags replaced by the first read',
    'mm/memory-failure.c task_early_kill: re-read of tsk->mm replaced by the first read',
    'mm/rmap.c page_address_in_vma: re-read of vma->anon_vma replaced by the first read',
  ],
  'equal: only this CPU stores to its current_task, and nothing to the mm of a task': [
    'mm/gup.c get_user_pages_fast: re-read of per_cpu[0].current_task[cpu] replaced by the first read',
    'mm/gup.c get_user_pages_fast: re-read of per_cpu[0].current_task[cpu] replaced by the first read #2',
    'mm/gup.c get_user_pages_fast: re-read of per_cpu[0].current_task[cpu]->mm replaced by the first read',
    'mm/gup.c get_user_pages_fast: re-read of per_cpu[0].current_task[cpu]->mm replaced by the first read #2',
  ],
  'equal: _mapcount is -1 throughout, so folio_lock_anon_vma_read finds the page unmapped and returns before':
    [
      'mm/memory-failure.c collect_procs_anon: guard negated: if (!t)',
      'mm/memory-failure.c collect_procs_anon: guard negated: if (READ_ONCE(vma->anon_vma) == av && vma->vm_mm == t->mm)',
      'mm/memory-failure.c collect_procs_anon: store dropped: rcu_read_lock(); rcu_state[0].readers',
      'mm/memory-failure.c collect_procs_anon: store dropped: rcu_read_unlock(); rcu_state[0].readers',
      'mm/rmap.c folio_lock_anon_vma_read: guard negated: if (!folio_mapped(folio)) #2',
      'mm/rmap.c folio_lock_anon_vma_read: guard negated: if ((unsigned long)READ_ONCE(folio->mapping) != anon_mapping)',
      'mm/rmap.c folio_lock_anon_vma_read: lock dropped: root_anon_vma->rwsem',
      'mm/rmap.c folio_lock_anon_vma_read: re-read of folio->mapping replaced by the first read',
      'mm/rmap.c folio_lock_anon_vma_read: store dropped: rcu_read_unlock(); rcu_state[0].readers #4',
    ],
  'equal: the section is empty; all that it does is wait': [
    'fs/inode.c clear_inode: lock dropped: mapping->xa_lock',
    'mm/truncate.c truncate_inode_pages_final: lock dropped: mapping->xa_lock',
  ],
  'equal in effect: a name holds a reference of its own, so i_count keeps the inode until it is unlinked': [
    'fs/namei.c vfs_create: store dropped: inode->i_nlink = 1;',
  ],
  'only an access after the free could tell, and none is made': [
    'kernel/rcu/tree.c call_rcu: store dropped: kmem_cache_free(slab); slab->inode->live',
    'kernel/rcu/tree.c call_rcu: store dropped: kmem_cache_free(slab); slab->mapping->live',
  ],
  'never run: no arena enters the function': [
    'mm/ksm.c collect_procs_ksm: guard negated: if (!stable_node)',
    'mm/memory-failure.c hwpoison_filter_dev: guard negated: if (!mapping || !mapping->host)',
    'mm/page_vma_mapped.c page_mapped_in_vma: guard negated: if (READ_ONCE(vma->vm_mm->pte[address - vma->vm_start >> PAGE_SHIFT]) != (page->pfn << PAGE_SHIFT | _PAGE_DEVMAP | _PAGE_PRESENT))',
    'mm/page_vma_mapped.c page_mapped_in_vma: guard negated: if (address == -EFAULT)',
    'mm/util.c folio_anon_vma: guard negated: if ((mapping & PAGE_MAPPING_FLAGS) != PAGE_MAPPING_ANON)',
    'mm/util.c folio_mapping: guard negated: if ((unsigned long)mapping & PAGE_MAPPING_FLAGS)',
  ],
  'never run: no arena takes the branch that it is in': [
    'fs/xfs/libxfs/xfs_rmap.c xfs_rmap_query_range: guard negated: if (error) #2',
    'fs/xfs/xfs_icache.c xfs_iget_incore: store dropped: rcu_read_unlock(); rcu_state[0].readers',
    'fs/xfs/xfs_icache.c xfs_iget_incore: store dropped: rcu_read_unlock(); rcu_state[0].readers #5',
    'fs/xfs/xfs_icache.c xfs_iget_incore: store dropped: rcu_read_unlock(); rcu_state[0].readers #6',
    'fs/xfs/xfs_inode.c xfs_mmaplock_two_inodes_and_break_dax_layout: guard negated: if (page->_refcount != 1)',
    'fs/xfs/xfs_notify_failure.c xfs_dax_failure_fn: guard negated: if (mf_flags & MF_MEM_PRE_REMOVE)',
    'fs/xfs/xfs_notify_failure.c xfs_dax_failure_fn: store dropped: xfs_failure_info[0].want_shutdown = 1;',
    'mm/internal.h vma_address: guard negated: if (vma->vm_pgoff <= pgoff + nr_pages - 1)',
    'mm/memory-failure.c find_early_kill_thread: guard negated: if (tsk->flags & PF_MCE_EARLY)',
    'mm/rmap.c folio_lock_anon_vma_read: store dropped: rcu_read_unlock(); rcu_state[0].readers',
    'mm/rmap.c folio_lock_anon_vma_read: store dropped: rcu_read_unlock(); rcu_state[0].readers #3',
    'mm/rmap.c page_address_in_vma: guard negated: if (!vma->anon_vma || !page__anon_vma || vma->anon_vma->root != page__anon_vma->root)',
  ],
};

/** The reason by mutant. */
export const survivors: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(byReason).flatMap(([reason, ids]) => ids.map((id) => [id, reason])),
);
