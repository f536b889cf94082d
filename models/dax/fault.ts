/** fs/dax.c, v6.12: a page fault on a DAX file, for one page. */
import {
  and,
  band,
  bool,
  bor,
  choose,
  cond,
  type Expr,
  type ExprOf,
  eq,
  if_,
  int,
  kernelFunction,
  ne,
  neg,
  not,
  or,
  pointer,
  return_,
  set,
  shl,
  shr,
  the,
  toWord,
  true_,
  type U32,
  type U64,
  u8,
  u32,
  u64,
  value,
  WARN_ON_ONCE,
} from '../../src/lang/public.ts';
import { iomap_begin, iomap_end } from '../iomap/iter.ts';
import { finish_fault, vmf_insert_mixed, vmf_insert_mixed_mkwrite } from '../mm/memory.ts';
import { entryOfPgoff } from '../mm/pgtable.ts';
import { pmd_devmap, pmdOfEntry, vmf_insert_pfn_pmd } from '../mm/pmd.ts';
import { address_space, environment, inode, PMD_ENTRIES, vm_area_struct } from '../objects.ts';
import {
  addressOfPgoff,
  DAX_PMD,
  DAX_ZERO_PAGE,
  dax_is_empty_entry,
  EHWPOISON,
  EIO,
  ENOMEM,
  FAULT_FLAG_WRITE,
  IOMAP_F_SHARED,
  IOMAP_HOLE,
  IOMAP_MAPPED,
  IOMAP_PMD,
  IOMAP_SRC_MAPPED,
  IOMAP_UNWRITTEN,
  IOMAP_WRITE,
  IS_ERR_VALUE,
  iomap_flags,
  iomap_pfn,
  iomap_type,
  VM_FAULT_DONE_COW,
  VM_FAULT_ERROR,
  VM_FAULT_HWPOISON,
  VM_FAULT_NOPAGE,
  VM_FAULT_OOM,
  VM_FAULT_SIGBUS,
  ZERO_PFN,
} from '../words.ts';
import { dax_unlock_entry } from './entry.ts';
import { dax_insert_entry, grab_mapping_entry } from './insert.ts';

/** dax_fault_iter gives its result and, through a pointer, the entry: both in one word here. */
const faultAndEntry = (ret: ExprOf<U32>, entry: ExprOf<U64>): Expr<U64> =>
  bor(shl(toWord(u64, ret), 32), entry);
export const faultOf = (both: ExprOf<U64>): Expr<U32> => toWord(u32, shr(both, 32));
export const entryOf = (both: ExprOf<U64>): Expr<U64> => band(both, 0xffff_ffff);

const packed = 'The entry that C gives back through a pointer is the low half of the result.';

const xas = { mapping: pointer(address_space), index: u64 } as const;

export const vmf_error = kernelFunction(
  'vmf_error',
  { file: 'include/linux/mm.h', params: { err: int }, returns: u32 },
  ({ err }) => [
    if_(eq(err, neg(ENOMEM)), [return_(VM_FAULT_OOM)]),
    if_(eq(err, neg(EHWPOISON)), [return_(VM_FAULT_HWPOISON)]),
    return_(VM_FAULT_SIGBUS),
  ],
);

export const dax_fault_return = kernelFunction(
  'dax_fault_return',
  { file: 'fs/dax.c', params: { error: int }, returns: u32 },
  ({ error }) => [if_(eq(error, 0), [return_(VM_FAULT_NOPAGE)]), return_(vmf_error(error))],
);

export const dax_iomap_copy_around = kernelFunction(
  'dax_iomap_copy_around',
  {
    file: 'fs/dax.c',
    params: { iomap: u64 },
    locals: { machine_check: u8 },
    returns: int,
    abstracts: [
      'File data is left out: the copy of a mapped source goes well or meets a memory error; zeroing goes well.',
    ],
  },
  ({ iomap, machine_check }) => [
    if_(band(iomap_flags(iomap), IOMAP_SRC_MAPPED), [
      choose(machine_check, 2),
      if_(and(machine_check, the(environment).faults_fail), [return_(neg(EIO))]),
    ]),
    return_(value(int, 0)),
  ],
);

export const dax_load_hole = kernelFunction(
  'dax_load_hole',
  {
    file: 'fs/dax.c',
    params: { ...xas, vma: pointer(vm_area_struct), iomap: u64, entry: u64 },
    locals: { ret: u32 },
    returns: u64,
    abstracts: [packed],
  },
  ({ mapping, index, vma, iomap, entry, ret }) => [
    set(
      entry,
      dax_insert_entry(
        mapping,
        index,
        vma,
        addressOfPgoff(vma, index),
        iomap,
        entry,
        ZERO_PFN,
        DAX_ZERO_PAGE,
      ),
    ),
    set(ret, vmf_insert_mixed(vma, index, ZERO_PFN)),
    return_(faultAndEntry(ret, entry)),
  ],
);

export const dax_fault_cow_page = kernelFunction(
  'dax_fault_cow_page',
  {
    file: 'fs/dax.c',
    params: { index: u64, vma: pointer(vm_area_struct) },
    locals: { ret: u32 },
    returns: u32,
    abstracts: ['The copy into the private page is left out, and with it the error that it may meet.'],
  },
  ({ index, vma, ret }) => [
    set(ret, finish_fault(vma, index)),
    if_(not(ret), [return_(VM_FAULT_DONE_COW)]),
    return_(ret),
  ],
);

export const dax_fault_iter = kernelFunction(
  'dax_fault_iter',
  {
    file: 'fs/dax.c',
    params: { ...xas, vma: pointer(vm_area_struct), cow_page: bool, iomap: u64, iter_flags: u32, entry: u64 },
    locals: { write: bool, err: int, pfn: u64, ret: u32 },
    returns: u64,
    abstracts: (options) => [
      packed,
      options.has(PMD_ENTRIES)
        ? 'Whether the fault is for a PMD is a bit of the flags. No MAP_SYNC. A file with huge extents has no hole, so there is no dax_pmd_load_hole.'
        : 'PTE faults only; no MAP_SYNC.',
      'Direct access to the device does not fail: known bad blocks are left out.',
    ],
  },
  ({ mapping, index, vma, cow_page, iomap, iter_flags, entry, write, err, pfn, ret }, options) => [
    set(write, ne(band(iter_flags, IOMAP_WRITE), 0)),
    if_(cow_page, [return_(faultAndEntry(dax_fault_cow_page(index, vma), entry))]),
    if_(and(not(write), or(eq(iomap_type(iomap), IOMAP_UNWRITTEN), eq(iomap_type(iomap), IOMAP_HOLE))), [
      return_(dax_load_hole(mapping, index, vma, iomap, entry)),
    ]),
    if_(and(ne(iomap_type(iomap), IOMAP_MAPPED), not(band(iomap_flags(iomap), IOMAP_F_SHARED))), [
      WARN_ON_ONCE(true_),
      return_(faultAndEntry(VM_FAULT_SIGBUS, entry)),
    ]),
    set(pfn, iomap_pfn(iomap)),
    set(
      entry,
      dax_insert_entry(
        mapping,
        index,
        vma,
        addressOfPgoff(vma, index),
        iomap,
        entry,
        pfn,
        options.has(PMD_ENTRIES) ? cond(band(iter_flags, IOMAP_PMD), DAX_PMD, 0) : 0,
      ),
    ),
    if_(and(write, band(iomap_flags(iomap), IOMAP_F_SHARED)), [
      set(err, dax_iomap_copy_around(iomap)),
      if_(err, [return_(faultAndEntry(dax_fault_return(err), entry))]),
    ]),
    ...(options.has(PMD_ENTRIES)
      ? [
          if_(band(iter_flags, IOMAP_PMD), [
            return_(faultAndEntry(vmf_insert_pfn_pmd(vma, index, pfn, write), entry)),
          ]),
        ]
      : []),
    if_(
      write,
      [set(ret, vmf_insert_mixed_mkwrite(vma, index, pfn))],
      [set(ret, vmf_insert_mixed(vma, index, pfn))],
    ),
    return_(faultAndEntry(ret, entry)),
  ],
);

export const dax_iomap_pte_fault = kernelFunction(
  'dax_iomap_pte_fault',
  {
    file: 'fs/dax.c',
    params: { vma: pointer(vm_area_struct), pgoff: u64, flags: u32, cow_page: bool },
    locals: {
      mapping: pointer(address_space),
      inode: pointer(inode),
      iter_flags: u32,
      ret: u32,
      entry: u64,
      error: int,
      iomap: u64,
      processed: u64,
      both: u64,
    },
    returns: u32,
    abstracts: (options) => [
      'There is no i_size: no offset is beyond the end of the file.',
      'A fault covers one page, so the loop over iomap_iter runs once: it is written out as begin, actor, end.',
      ...(options.has(PMD_ENTRIES)
        ? []
        : [
            'No PMD fault can have raced.',
            'An entry that is still empty when the fault ends is taken out: whoever looks treats absent and empty entries alike, but for dax_lock_folio with a wrong index.',
          ]),
    ],
  },
  (
    { vma, pgoff, flags, cow_page, mapping, inode, iter_flags, ret, entry, error, iomap, processed, both },
    options,
  ) => [
    set(mapping, vma.vm_file.f_mapping),
    set(inode, mapping.host),
    set(iter_flags, 0),
    set(ret, 0),
    if_(and(band(flags, FAULT_FLAG_WRITE), not(cow_page)), [set(iter_flags, bor(iter_flags, IOMAP_WRITE))]),
    set(entry, grab_mapping_entry(mapping, pgoff)),
    ...(options.has(PMD_ENTRIES)
      ? [
          if_(pmd_devmap(pmdOfEntry(vma.vm_mm, entryOfPgoff(options, vma, pgoff))), [
            dax_unlock_entry(mapping, pgoff, entry),
            return_(VM_FAULT_NOPAGE),
          ]),
        ]
      : []),
    set(iomap, iomap_begin(inode, pgoff, iter_flags)),
    if_(
      IS_ERR_VALUE(iomap),
      [set(error, toWord(int, iomap))],
      [
        set(processed, 0),
        set(both, dax_fault_iter(mapping, pgoff, vma, cow_page, iomap, iter_flags, entry)),
        set(ret, faultOf(both)),
        set(entry, entryOf(both)),
        if_(not(band(ret, VM_FAULT_ERROR)), [set(processed, 1)]),
        set(error, iomap_end(inode, pgoff, processed, iter_flags)),
        if_(processed, [set(error, 0)]),
      ],
    ),
    if_(and(not(ret), error), [set(ret, dax_fault_return(error))]),
    dax_unlock_entry(
      mapping,
      pgoff,
      options.has(PMD_ENTRIES) ? entry : cond(dax_is_empty_entry(entry), 0, entry),
    ),
    return_(ret),
  ],
);
