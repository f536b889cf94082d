/**
 * The objects of the kernel that take part in page ownership, and their words.
 *
 * A field whose name the kernel does not have is marked so. Fields without a stated writer are set up once,
 * by the scenario, and never stored to. What is left out is in `objectAbstractions`.
 */
import {
  type ArrayOf,
  array,
  type Bool,
  bool,
  lockWord,
  type Pointer,
  pointer,
  type Struct,
  sparse,
  struct,
  type U8,
  type U32,
  type U64,
  u8,
  u32,
  u64,
  unionWith,
} from '../src/lang/public.ts';

const lock = { field: lockWord, lock: true } as const;

/** The option of a program in which files may be mapped by PMDs, see mm/pmd.ts. Together with ANY_MAPPING. */
export const PMD_ENTRIES = 'PMD entries';

/** One 4 KiB block of the device: its `struct page`. Pages outlive files and filesystems. */
export interface page {
  /** Owner: an address_space, NULL, or PAGE_MAPPING_DAX_SHARED. */
  mapping: Pointer<address_space>;
  /** Offset in the owner; the same word as `share`. */
  index: U64;
  share: U64;
  _refcount: U32;
  /** -1: no page table entry is counted (device mappings of this era never are). */
  _mapcount: U32;
  PG_hwpoison: Bool;
  pgmap: Pointer<dev_pagemap>;
  /** Not a field of the C struct: the page's frame number, fixed. */
  pfn: U64;
}
export const page: Struct<page> = struct<page>(
  'page',
  {
    mapping: { field: pointer('address_space'), owner: true },
    index: { field: u64, owner: true },
    share: unionWith('index', u64),
    _refcount: u32,
    _mapcount: u32,
    PG_hwpoison: bool,
    pgmap: pointer('dev_pagemap'),
    pfn: u64,
  },
  { instances: 'blocks', size: 64, align: 64 },
);

/** The page cache of one file. Freed together with its inode. */
export interface address_space {
  host: Pointer<inode>;
  /** DAX entries by offset; 0 is an absent entry. Longer than the file, so that a wrong index finds a slot. */
  i_pages: ArrayOf<U64>;
  xa_lock: U8;
  /** rwsem of the tree of the VMAs that map the file. */
  i_mmap_rwsem: U8;
  /** XFS calls it MMAPLOCK. */
  invalidate_lock: U8;
  /** Not in the kernel: who holds the LOCKED bit of each entry, see dax_entry_locks. */
  entry_locks: Pointer<dax_entry_locks>;
  live: Bool;
}
export const address_space: Struct<address_space> = struct<Omit<address_space, 'live'>>(
  'address_space',
  {
    host: pointer('inode'),
    i_pages: sparse(array(u64, 'slots')),
    xa_lock: lock,
    i_mmap_rwsem: lock,
    invalidate_lock: lock,
    entry_locks: pointer('dax_entry_locks'),
  },
  { instances: 'files', size: 192, align: 8, mortal: true },
) as unknown as Struct<address_space>;

/**
 * The holder of the LOCKED bit of each entry of one file. The kernel keeps no such word: the bit has no
 * owner there. Waiting for an entry is waiting for its word here to be 0; it stays when the file is freed,
 * because a waiter sleeps on a global wait queue and does not touch the file again.
 */
export interface dax_entry_locks {
  entry_lock: ArrayOf<U8>;
}
export const dax_entry_locks: Struct<dax_entry_locks> = struct<dax_entry_locks>(
  'dax_entry_locks',
  { entry_lock: { field: array(u8, 'slots'), lock: true } },
  { instances: 'files' },
);

export interface inode {
  i_mapping: Pointer<address_space>;
  /** S_DAX. */
  i_flags: U32;
  /** S_IFREG. */
  i_mode: U32;
  /** References: the name, each VMA, each running system call. */
  i_count: U32;
  i_nlink: U32;
  /** I_FREEING, I_CLEAR. */
  i_state: U32;
  /** Also the order in which two inodes are locked. */
  i_ino: U64;
  /** Guards i_count and i_state. */
  i_lock: U8;
  /** XFS calls it IOLOCK. */
  i_rwsem: U8;
  /** Not in the kernel: where this inode's memory comes from. */
  i_slab: Pointer<inode_slab>;
  /** In pages, fixed, with PMD_ENTRIES only. */
  i_size: U64;
  /** Not in the kernel, with PMD_ENTRIES only: its extents are as long as a PMD, and aligned in the device. */
  huge_extents: Bool;
  /** Stands for XFS_I(inode). */
  xfs_i: Pointer<xfs_inode>;
  /** Stands for EXT4_I(inode). */
  ext4_i: Pointer<ext4_inode_info>;
  live: Bool;
}
export const inode: Struct<inode> = struct<Omit<inode, 'live'>>(
  'inode',
  {
    i_mapping: pointer('address_space'),
    i_flags: u32,
    i_mode: u32,
    i_count: u32,
    i_nlink: u32,
    i_state: u32,
    i_ino: u64,
    i_lock: lock,
    i_rwsem: lock,
    i_slab: pointer('inode_slab'),
    i_size: { field: u64, onlyWith: PMD_ENTRIES },
    huge_extents: { field: bool, onlyWith: PMD_ENTRIES },
    xfs_i: pointer('xfs_inode'),
    ext4_i: pointer('ext4_inode_info'),
  },
  { instances: 'files', size: 632, align: 8, mortal: true },
) as unknown as Struct<inode>;

/** The directory that all files are in. */
export interface directory {
  i_rwsem: U8;
}
export const directory: Struct<directory> = struct<directory>('directory', { i_rwsem: lock });

/** A name in the directory. */
export interface dentry {
  /** NULL where there is no such file. Changed under the directory's lock. */
  d_inode: Pointer<inode>;
  d_file: Pointer<file>;
  /** Not in the kernel: the inode object that a file of this name gets from the slab, fixed. */
  d_slot: Pointer<inode_slab>;
  /** Not in the kernel: this file is unlinked and created anew. */
  comes_and_goes: Bool;
}
export const dentry: Struct<dentry> = struct<dentry>(
  'dentry',
  { d_inode: pointer('inode'), d_file: pointer('file'), d_slot: pointer('inode_slab'), comes_and_goes: bool },
  { instances: 'files', size: 192 },
);

/** The memory of one inode and its address_space, allocated or not: what the slab knows of it. */
export interface inode_slab {
  lock: U8;
  /** Fixed; what they point to is live while `allocated`. */
  inode: Pointer<inode>;
  mapping: Pointer<address_space>;
  allocated: Bool;
}
export const inode_slab: Struct<inode_slab> = struct<inode_slab>(
  'inode_slab',
  { lock, inode: pointer('inode'), mapping: pointer('address_space'), allocated: bool },
  { instances: 'files' },
);

/** An open file; one for each inode serves all. */
export interface file {
  f_mapping: Pointer<address_space>;
  f_inode: Pointer<inode>;
}
export const file: Struct<file> = struct<file>(
  'file',
  { f_mapping: pointer('address_space'), f_inode: pointer('inode') },
  { instances: 'files', size: 184 },
);

/**
 * What XFS knows of a file, on disk and in core: not freed with the inode, so that extents outlive an
 * evicted inode until they are freed. The forks hold a frame number for each offset, 0 for a hole.
 */
export interface xfs_inode {
  i_vnode: Pointer<inode>;
  i_mount: Pointer<xfs_mount>;
  /** ILOCK. */
  i_lock: U8;
  /**
   * XFS_IREMAPPING, XFS_NEED_INACTIVE, XFS_INACTIVATING, XFS_IRECLAIMABLE, XFS_IRECLAIM. The last means also:
   * no inode in core.
   */
  i_flags: U64;
  i_df: ArrayOf<U64>;
  i_cowfp: ArrayOf<U64>;
}
export const xfs_inode: Struct<xfs_inode> = struct<xfs_inode>(
  'xfs_inode',
  {
    i_vnode: pointer('inode'),
    i_mount: pointer('xfs_mount'),
    i_lock: lock,
    i_flags: u64,
    i_df: array(u64, 'offsets'),
    i_cowfp: array(u64, 'offsets'),
  },
  { instances: 'files', size: 1024 },
);

export interface ext4_inode_info {
  vfs_inode: Pointer<inode>;
  i_data_sem: U8;
  /** The block of each offset, as a frame number; 0 for a hole. */
  i_data: ArrayOf<U64>;
}
export const ext4_inode_info: Struct<ext4_inode_info> = struct<ext4_inode_info>(
  'ext4_inode_info',
  {
    vfs_inode: pointer('inode'),
    i_data_sem: lock,
    i_data: array(u64, 'offsets'),
  },
  { instances: 'files', size: 1096 },
);

/** Guards block allocation of ext4 (the block group lock), and nothing else. */
export interface ext4_group_info {
  alloc_sem: U8;
}
export const ext4_group_info: Struct<ext4_group_info> = struct<ext4_group_info>('ext4_group_info', {
  alloc_sem: lock,
});

export interface super_block {
  s_flags: U32;
}
export const super_block: Struct<super_block> = struct<super_block>('super_block', { s_flags: u32 });

export interface xfs_mount {
  m_super: Pointer<super_block>;
  m_perag: Pointer<xfs_perag>;
  m_ddev_dax: Pointer<dax_device>;
  /** Stands for xfs_has_rmapbt(mp). */
  rmapbt: Bool;
  /** Stands for xfs_has_reflink(mp). */
  reflink: Bool;
  /** Stands for xfs_is_shutdown(mp). */
  shutdown: Bool;
}
export const xfs_mount: Struct<xfs_mount> = struct<xfs_mount>('xfs_mount', {
  m_super: pointer('super_block'),
  m_perag: pointer('xfs_perag'),
  m_ddev_dax: pointer('dax_device'),
  rmapbt: bool,
  reflink: bool,
  shutdown: bool,
});

/** The one allocation group. Its buffer's lock guards allocation, reference counts and reverse mapping. */
export interface xfs_perag {
  agf: U8;
  pag_ici_lock: U8;
}
export const xfs_perag: Struct<xfs_perag> = struct<xfs_perag>('xfs_perag', { agf: lock, pag_ici_lock: lock });

/** A process. Its threads share all that matters here, so a task may run on several CPUs. */
export interface task_struct {
  mm: Pointer<mm_struct>;
  /** PF_MCE_PROCESS, PF_MCE_EARLY. */
  flags: U32;
  /** Not in the kernel: this task makes private mappings too. */
  maps_privately: Bool;
}
export const task_struct: Struct<task_struct> = struct<task_struct>(
  'task_struct',
  { mm: pointer('mm_struct'), flags: u32, maps_privately: bool },
  { instances: 'tasks', size: 9792, align: 64 },
);

export interface mm_struct {
  mmap_lock: U8;
  page_table_lock: U8;
  /** The page table entry of each offset of the one VMA, or see mm/pgtable.ts; for values see words.ts. */
  pte: ArrayOf<U64>;
  /** With PMD_ENTRIES only. */
  pmd: ArrayOf<U64>;
  /** The one VMA, which stands for the tree of VMAs. */
  mmap: Pointer<vm_area_struct>;
}
export const mm_struct: Struct<mm_struct> = struct<mm_struct>(
  'mm_struct',
  {
    mmap_lock: lock,
    page_table_lock: lock,
    pte: array(u64, 'offsets'),
    pmd: { field: array(u64, 'pmds'), onlyWith: PMD_ENTRIES },
    mmap: pointer('vm_area_struct'),
  },
  { instances: 'tasks', size: 1408, align: 64 },
);

/**
 * A VMA of a task. `vm_file` NULL: there is none; otherwise it is in the mm's tree and in the i_mmap
 * tree of that file. It is the only one and covers all offsets, but with ANY_MAPPING (mm/pgtable.ts).
 */
export interface vm_area_struct {
  vm_mm: Pointer<mm_struct>;
  vm_file: Pointer<file>;
  /** VM_SHARED. */
  vm_flags: U64;
  vm_start: U64;
  vm_end: U64;
  vm_pgoff: U64;
  /** Attached from the start, where the kernel waits for the first private copy. */
  anon_vma: Pointer<anon_vma>;
}
export const vm_area_struct: Struct<vm_area_struct> = struct<vm_area_struct>(
  'vm_area_struct',
  {
    vm_mm: pointer('mm_struct'),
    vm_file: pointer('file'),
    vm_flags: u64,
    vm_start: u64,
    vm_end: u64,
    vm_pgoff: u64,
    anon_vma: pointer('anon_vma'),
  },
  { instances: 'tasks', size: 184 },
);

export interface anon_vma {
  root: Pointer<anon_vma>;
  rwsem: U8;
  refcount: U32;
}
export const anon_vma: Struct<anon_vma> = struct<anon_vma>(
  'anon_vma',
  { root: pointer('anon_vma'), rwsem: lock, refcount: u32 },
  { instances: 'tasks', size: 104 },
);

export interface dev_pagemap_ops {
  /** True: the operation exists. */
  memory_failure: Bool;
}
export const dev_pagemap_ops: Struct<dev_pagemap_ops> = struct<dev_pagemap_ops>('dev_pagemap_ops', {
  memory_failure: bool,
});

/** The device's range of pages, of type MEMORY_DEVICE_FS_DAX. */
export interface dev_pagemap {
  ops: Pointer<dev_pagemap_ops>;
  /** Stands for dev_pagemap.owner: the pmem device. */
  owner: Pointer<pmem_device>;
}
export const dev_pagemap: Struct<dev_pagemap> = struct<dev_pagemap>('dev_pagemap', {
  ops: pointer('dev_pagemap_ops'),
  owner: pointer('pmem_device'),
});

export interface pmem_device {
  dax_dev: Pointer<dax_device>;
}
export const pmem_device: Struct<pmem_device> = struct<pmem_device>('pmem_device', {
  dax_dev: pointer('dax_device'),
});

export interface dax_holder_operations {
  /** True: the operation exists. */
  notify_failure: Bool;
}
export const dax_holder_operations: Struct<dax_holder_operations> = struct<dax_holder_operations>(
  'dax_holder_operations',
  { notify_failure: bool },
);

export interface dax_device {
  /** Stands for DAXDEV_ALIVE in flags. */
  alive: Bool;
  holder_data: Pointer<xfs_mount>;
  holder_ops: Pointer<dax_holder_operations>;
}
export const dax_device: Struct<dax_device> = struct<dax_device>('dax_device', {
  alive: bool,
  holder_data: pointer('xfs_mount'),
  holder_ops: pointer('dax_holder_operations'),
});

/** The variables of mm/memory-failure.c. */
export interface memory_failure_state {
  mf_mutex: U8;
  sysctl_memory_failure_early_kill: U32;
  hwpoison_filter_enable: U32;
}
export const memory_failure_state: Struct<memory_failure_state> = struct<memory_failure_state>(
  'memory_failure_state',
  {
    mf_mutex: lock,
    sysctl_memory_failure_early_kill: u32,
    hwpoison_filter_enable: u32,
  },
);

/** A VMA of a task on the list of those that a failure will signal; the list is used under mf_mutex only. */
export interface to_kill {
  /** On the list. */
  listed: Bool;
  tsk: Pointer<task_struct>;
  addr: U64;
  size_shift: U32;
}
export const to_kill: Struct<to_kill> = struct<to_kill>(
  'to_kill',
  { listed: bool, tsk: pointer('task_struct'), addr: u64, size_shift: u32 },
  { instances: 'tasks', size: 48 },
);

/** Not in the kernel: which accidents happen. */
export interface environment {
  /** A page table page, or a page of the copy's source, may be missing or bad. */
  faults_fail: Bool;
}
export const environment: Struct<environment> = struct<environment>('environment', { faults_fail: bool });

/** Bit i: CPU i is in an RCU read-side section. */
export interface rcu_state {
  readers: U8;
}
export const rcu_state: Struct<rcu_state> = struct<rcu_state>('rcu_state', { readers: u8 });

const ONE_VMA =
  'Each task has one VMA at a fixed address that covers all offsets of its file; threads share it.';
const ROLES =
  'Only the last task maps files privately, and only the last file is unlinked and created again: the others stand for those that do neither.';

/** Those of objectAbstractions that are not true of litmus tests, which say themselves who maps and does what. */
export const scenarioAbstractions: readonly string[] = [ONE_VMA, ROLES];

const UNWRITTEN = 'Unwritten extents, delayed allocation and preallocation are left out';
const NO_PMDS = `${UNWRITTEN}; PMD entries are left out.`;
/** What is said in the place of that of programs with PMD_ENTRIES. */
export const withPmds = (sentence: string): string => (sentence === NO_PMDS ? `${UNWRITTEN}.` : sentence);

/** What the choice of objects and words leaves out, for reports. */
export const objectAbstractions: readonly string[] = [
  'address_space is an object of its own, not embedded in the inode; both are allocated and freed together.',
  'XFS and ext4 keep the block map outside the inode that is freed: the disk inode and the core inode are one object.',
  ONE_VMA,
  'Page table entries have no writable, young or dirty bit: a shared write may always fault, as after write-protection by writeback.',
  'DIRTY and TOWRITE marks of DAX entries are left out: nothing in these operations reads them.',
  'There is no i_size and no partial block: truncate takes the entries and blocks from an offset on.',
  'The reference count and reverse-mapping btrees are derived from the forks, under the AGF lock.',
  'One allocation group; transactions and the log take no lock of their own and do not fail.',
  NO_PMDS,
  ROLES,
];
