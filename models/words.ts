/** Constants of the kernel under their own names, and the arithmetic of DAX entries and page table entries. */
import {
  add,
  type Bool,
  band,
  bool,
  bor,
  constant,
  type Expr,
  type ExprOf,
  eq,
  for_each,
  if_,
  int,
  kernelFunction,
  ne,
  type Operand,
  pointer,
  return_,
  shl,
  shr,
  sub,
  toWord,
  type U64,
  u32,
  u64,
  uge,
  value,
} from '../src/lang/public.ts';
import { type address_space, type file, type inode, page, type vm_area_struct } from './objects.ts';

// page->mapping, v6.12
export const PAGE_MAPPING_DAX_SHARED = constant(
  'PAGE_MAPPING_DAX_SHARED',
  pointer<address_space>('address_space'),
  1,
);
export const NULL_MAPPING = value(pointer<address_space>('address_space'), 0);
export const NULL_INODE = value(pointer<inode>('inode'), 0);
export const NULL_FILE = value(pointer<file>('file'), 0);
export const NULL_PAGE = value(pointer<page>('page'), 0);
export const PAGE_MAPPING_ANON = constant('PAGE_MAPPING_ANON', u64, 1);
export const PAGE_MAPPING_KSM = constant('PAGE_MAPPING_KSM', u64, 3);
export const PAGE_MAPPING_FLAGS = constant('PAGE_MAPPING_FLAGS', u64, 3);

export const PAGE_SHIFT = constant('PAGE_SHIFT', u64, 12);

// Error numbers; written neg(EIO)
export const ENOENT = constant('ENOENT', int, 2);
export const EIO = constant('EIO', int, 5);
export const ENXIO = constant('ENXIO', int, 6);
export const EAGAIN = constant('EAGAIN', int, 11);
export const ENOMEM = constant('ENOMEM', int, 12);
export const EFAULT = constant('EFAULT', int, 14);
export const EBUSY = constant('EBUSY', int, 16);
export const EEXIST = constant('EEXIST', int, 17);
export const EINVAL = constant('EINVAL', int, 22);
export const ENOSPC = constant('ENOSPC', int, 28);
export const ENODATA = constant('ENODATA', int, 61);
export const EOPNOTSUPP = constant('EOPNOTSUPP', int, 95);
export const EFSCORRUPTED = constant('EFSCORRUPTED', int, 117);
export const EHWPOISON = constant('EHWPOISON', int, 133);

// inode
export const S_DAX = constant('S_DAX', u32, 1 << 13);
export const S_IFMT = constant('S_IFMT', u32, 0o170000);
export const S_IFREG = constant('S_IFREG', u32, 0o100000);
export const S_IFCHR = constant('S_IFCHR', u32, 0o020000);
export const I_FREEING = constant('I_FREEING', u32, 1 << 7);
export const I_CLEAR = constant('I_CLEAR', u32, 1 << 8);
export const SB_BORN = constant('SB_BORN', u32, 1 << 29);

// VMA and fault
export const VM_SHARED = constant('VM_SHARED', u64, 0x8);
export const FAULT_FLAG_WRITE = constant('FAULT_FLAG_WRITE', u32, 1);
/** Not a flag of the kernel: `order` is PMD_ORDER. */
export const FAULT_ORDER_PMD = constant('PMD_ORDER', u32, 1 << 31);
export const VM_FAULT_OOM = constant('VM_FAULT_OOM', u32, 0x1);
export const VM_FAULT_SIGBUS = constant('VM_FAULT_SIGBUS', u32, 0x2);
export const VM_FAULT_HWPOISON = constant('VM_FAULT_HWPOISON', u32, 0x10);
export const VM_FAULT_NOPAGE = constant('VM_FAULT_NOPAGE', u32, 0x100);
export const VM_FAULT_DONE_COW = constant('VM_FAULT_DONE_COW', u32, 0x1000);
export const VM_FAULT_FALLBACK = constant('VM_FAULT_FALLBACK', u32, 0x800);
export const VM_FAULT_ERROR = constant('VM_FAULT_ERROR', u32, 0x873);

// task flags
export const PF_MCE_EARLY = constant('PF_MCE_EARLY', u32, 0x08000000);
export const PF_MCE_PROCESS = constant('PF_MCE_PROCESS', u32, 0x00000080);

// memory failure
export const MF_COUNT_INCREASED = constant('MF_COUNT_INCREASED', int, 1 << 0);
export const MF_ACTION_REQUIRED = constant('MF_ACTION_REQUIRED', int, 1 << 1);
export const MF_MUST_KILL = constant('MF_MUST_KILL', int, 1 << 2);
export const MF_SW_SIMULATED = constant('MF_SW_SIMULATED', int, 1 << 5);
export const MF_MEM_PRE_REMOVE = constant('MF_MEM_PRE_REMOVE', int, 1 << 7);

// xfs_inode.i_flags
export const XFS_IRECLAIM = constant('XFS_IRECLAIM', u64, 1 << 0);
export const XFS_IRECLAIMABLE = constant('XFS_IRECLAIMABLE', u64, 1 << 2);
export const XFS_IREMAPPING = constant('XFS_IREMAPPING', u64, 1 << 15);
export const XFS_NEED_INACTIVE = constant('XFS_NEED_INACTIVE', u64, 1 << 10);
export const XFS_INACTIVATING = constant('XFS_INACTIVATING', u64, 1 << 13);

// --- DAX entries: xarray value entries -------------------------------------------------------------
export const DAX_LOCKED = constant('DAX_LOCKED', u64, 1);
export const DAX_PMD = constant('DAX_PMD', u64, 2);
export const DAX_ZERO_PAGE = constant('DAX_ZERO_PAGE', u64, 4);
export const DAX_EMPTY = constant('DAX_EMPTY', u64, 8);
export const DAX_SHIFT = constant('DAX_SHIFT', u64, 4);
/** dax_lock_*: nothing to lock. */
export const COOKIE_NOTHING = constant('~0UL', u64, -1);

export const xa_mk_value = (v: Operand<U64>): Expr<U64> => bor(shl(v, 1), 1);
export const xa_to_value = (entry: ExprOf<U64>): Expr<U64> => shr(entry, 1);

const entryTest = (name: string, flag: Expr<U64>) =>
  kernelFunction(name, { file: 'fs/dax.c', params: { entry: u64 }, returns: bool }, ({ entry }) => [
    return_(ne(band(xa_to_value(entry), flag), 0)),
  ]);
export const dax_is_locked = entryTest('dax_is_locked', DAX_LOCKED);
export const dax_is_pmd_entry = entryTest('dax_is_pmd_entry', DAX_PMD);
export const dax_is_zero_entry = entryTest('dax_is_zero_entry', DAX_ZERO_PAGE);
export const dax_is_empty_entry = entryTest('dax_is_empty_entry', DAX_EMPTY);

export const dax_to_pfn = kernelFunction(
  'dax_to_pfn',
  { file: 'fs/dax.c', params: { entry: u64 }, returns: u64 },
  ({ entry }) => [return_(shr(xa_to_value(entry), DAX_SHIFT))],
);

export const dax_make_entry = kernelFunction(
  'dax_make_entry',
  { file: 'fs/dax.c', params: { pfn: u64, flags: u64 }, returns: u64 },
  ({ pfn, flags }) => [return_(xa_mk_value(bor(flags, shl(pfn, DAX_SHIFT))))],
);

/** The page of a frame number; NULL where the frame is not the device's. */
export const pfn_to_page = kernelFunction(
  'pfn_to_page',
  { file: 'include/asm-generic/memory_model.h', params: { pfn: u64 }, returns: pointer(page) },
  ({ pfn }) => [for_each(page, 'p', (p) => [if_(eq(p.pfn, pfn), [return_(p)])]), return_(NULL_PAGE)],
);

/** The frame number of the zero page, and of the device's first block. */
export const ZERO_PFN = constant('zero_pfn', u64, 0x10);
export const FIRST_PFN = 0x100;

// --- Page table entries, x86-64 bits --------------------------------------------------------------
export const _PAGE_PRESENT = constant('_PAGE_PRESENT', u64, 1);
export const _PAGE_SPECIAL = constant('_PAGE_SPECIAL', u64, 1 << 9);
export const _PAGE_DEVMAP = constant('_PAGE_DEVMAP', u64, 1n << 58n);

export const pte_none = (pte: ExprOf<U64>): Expr<Bool> => eq(pte, 0);
export const pte_present = (pte: ExprOf<U64>): Expr<Bool> => ne(band(pte, _PAGE_PRESENT), 0);
export const pte_devmap = (pte: ExprOf<U64>): Expr<Bool> => ne(band(pte, _PAGE_DEVMAP), 0);
export const pte_pfn = (pte: ExprOf<U64>): Expr<U64> =>
  shr(band(pte, constant('PTE_PFN_MASK', u64, 0x000f_ffff_ffff_f000n)), PAGE_SHIFT);
/** The entry that maps one of the device's pages. */
export const devmapPte = (pfn: Operand<U64>): Expr<U64> =>
  bor(bor(shl(pfn, PAGE_SHIFT), _PAGE_DEVMAP), _PAGE_PRESENT);
/** The entry that maps the zero page, by a special entry. */
export const zeroPte: Expr<U64> = constant('zero_pte', u64, (0x10n << 12n) | (1n << 9n) | 1n);
/** The entry that maps a task's private copy. */
export const anonPte: Expr<U64> = constant('anon_pte', u64, (0x20n << 12n) | 1n);

/** The address at which a VMA maps a file offset. */
export const addressOfPgoff = (
  vma: Expr<ReturnType<typeof pointer<vm_area_struct>>>,
  pgoff: Operand<U64>,
): Expr<U64> => add(vma.vm_start, shl(sub(pgoff, vma.vm_pgoff), PAGE_SHIFT));

// --- struct iomap, packed into one word so that it can be a local -----------------------------------
export const IOMAP_HOLE = constant('IOMAP_HOLE', u64, 0);
export const IOMAP_MAPPED = constant('IOMAP_MAPPED', u64, 2);
export const IOMAP_UNWRITTEN = constant('IOMAP_UNWRITTEN', u64, 3);
export const IOMAP_F_NEW = constant('IOMAP_F_NEW', u64, 1 << 0);
export const IOMAP_F_SHARED = constant('IOMAP_F_SHARED', u64, 1 << 2);
/** Not a flag of the kernel: the source of the copy is a mapped extent. */
export const IOMAP_SRC_MAPPED = constant('IOMAP_SRC_MAPPED', u64, 1 << 8);
export const IOMAP_WRITE = constant('IOMAP_WRITE', u32, 1 << 0);
/** Not a flag of the kernel: `len` is PMD_SIZE. */
export const IOMAP_PMD = constant('IOMAP_PMD', u32, 1 << 31);

const word = (x: Operand<U64>): Expr<U64> => (typeof x === 'object' ? toWord(u64, x) : value(u64, x));
export const iomapOf = (type: Operand<U64>, flags: Operand<U64>, pfn: Operand<U64>): Expr<U64> =>
  bor(bor(shl(word(pfn), 12), shl(word(flags), 3)), type);
const iomapPart = (name: string, write: (iomap: Expr<U64>) => Expr<U64>) =>
  kernelFunction(name, { params: { iomap: u64 }, returns: u64 }, ({ iomap }) => [return_(write(iomap))]);
export const iomap_type = iomapPart('iomap_type', (iomap) => band(iomap, 7));
export const iomap_flags = iomapPart('iomap_flags', (iomap) => band(shr(iomap, 3), 0x1ff));
export const iomap_pfn = iomapPart('iomap_pfn', (iomap) => shr(iomap, 12));
/** An iomap word may be an error number instead. */
export const IS_ERR_VALUE = kernelFunction(
  'IS_ERR_VALUE',
  { file: 'include/linux/err.h', params: { x: u64 }, returns: bool },
  ({ x }) => [return_(uge(x, value(u64, -4095)))],
);
