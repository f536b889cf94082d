/** fs/dax.c, v6.12: a page fault on a DAX file, for a PMD; and which of the two a fault is. For programs with PMD_ENTRIES. */
import {
  add,
  and,
  band,
  bnot,
  bool,
  bor,
  eq,
  false_,
  if_,
  kernelFunction,
  ne,
  not,
  type Options,
  or,
  pointer,
  return_,
  set,
  shr,
  sub,
  true_,
  u32,
  u64,
  uge,
  ugt,
  ult,
} from '../../src/lang/public.ts';
import { iomap_begin, iomap_end } from '../iomap/iter.ts';
import { entryOfPgoff } from '../mm/pgtable.ts';
import { PG_PMD_COLOUR, PMD_SIZE, pmd_devmap, pmd_none, pmdOfEntry, split_huge_pmd } from '../mm/pmd.ts';
import { address_space, inode, PMD_ENTRIES, vm_area_struct } from '../objects.ts';
import {
  addressOfPgoff,
  FAULT_FLAG_WRITE,
  FAULT_ORDER_PMD,
  IOMAP_PMD,
  IOMAP_WRITE,
  IS_ERR_VALUE,
  PAGE_SHIFT,
  VM_FAULT_FALLBACK,
  VM_SHARED,
} from '../words.ts';
import { dax_unlock_entry } from './entry.ts';
import { dax_fault_iter, dax_iomap_pte_fault, entryOf, faultOf } from './fault.ts';
import { grab_mapping_entry_pmd, xa_is_internal } from './insert.ts';

export const dax_fault_check_fallback = kernelFunction(
  'dax_fault_check_fallback',
  {
    file: 'fs/dax.c',
    params: { vma: pointer(vm_area_struct), pgoff: u64, flags: u32, index: u64 },
    locals: { pmd_addr: u64, max_pgoff: u64 },
    returns: bool,
  },
  ({ vma, pgoff, flags, index, pmd_addr, max_pgoff }) => [
    set(pmd_addr, band(addressOfPgoff(vma, pgoff), bnot(sub(PMD_SIZE, 1)))),
    set(max_pgoff, vma.vm_file.f_mapping.host.i_size),
    if_(ne(band(pgoff, PG_PMD_COLOUR), band(shr(addressOfPgoff(vma, pgoff), PAGE_SHIFT), PG_PMD_COLOUR)), [
      return_(true_),
    ]),
    if_(and(band(flags, FAULT_FLAG_WRITE), not(band(vma.vm_flags, VM_SHARED))), [return_(true_)]),
    if_(ult(pmd_addr, vma.vm_start), [return_(true_)]),
    if_(ugt(add(pmd_addr, PMD_SIZE), vma.vm_end), [return_(true_)]),
    if_(uge(bor(index, PG_PMD_COLOUR), max_pgoff), [return_(true_)]),
    return_(false_),
  ],
);

export const dax_iomap_pmd_fault = kernelFunction(
  'dax_iomap_pmd_fault',
  {
    file: 'fs/dax.c',
    params: { vma: pointer(vm_area_struct), pgoff: u64, flags: u32 },
    locals: {
      mapping: pointer(address_space),
      inode: pointer(inode),
      index: u64,
      iter_flags: u32,
      ret: u32,
      entry: u64,
      pmd: u64,
      iomap: u64,
      processed: u64,
      both: u64,
    },
    returns: u32,
    abstracts: [
      'No offset is beyond the end of the file.',
      'A fault covers one PMD, so the loop over iomap_iter runs once: it is written out as begin, actor, end.',
      'An extent is either as long as a PMD, and aligned in the device, or shorter: a file says which of all of its own.',
    ],
  },
  (
    { vma, pgoff, flags, mapping, inode, index, iter_flags, ret, entry, pmd, iomap, processed, both },
    options,
  ) => [
    set(mapping, vma.vm_file.f_mapping),
    set(inode, mapping.host),
    set(index, band(pgoff, bnot(PG_PMD_COLOUR))),
    set(iter_flags, IOMAP_PMD),
    set(ret, VM_FAULT_FALLBACK),
    if_(band(flags, FAULT_FLAG_WRITE), [set(iter_flags, bor(iter_flags, IOMAP_WRITE))]),
    if_(not(dax_fault_check_fallback(vma, pgoff, flags, index)), [
      set(entry, grab_mapping_entry_pmd(mapping, index)),
      if_(not(xa_is_internal(entry)), [
        set(pmd, pmdOfEntry(vma.vm_mm, entryOfPgoff(options, vma, pgoff))),
        if_(
          not(or(pmd_none(pmd), pmd_devmap(pmd))),
          [set(ret, 0)],
          [
            set(iomap, iomap_begin(inode, index, iter_flags)),
            if_(not(IS_ERR_VALUE(iomap)), [
              set(processed, 0),
              // iomap_length
              if_(inode.huge_extents, [
                set(both, dax_fault_iter(mapping, index, vma, false_, iomap, iter_flags, entry)),
                set(ret, faultOf(both)),
                set(entry, entryOf(both)),
                if_(ne(ret, VM_FAULT_FALLBACK), [set(processed, 1)]),
              ]),
              iomap_end(inode, index, processed, iter_flags),
            ]),
          ],
        ),
        dax_unlock_entry(mapping, index, entry),
      ]),
    ]),
    if_(eq(ret, VM_FAULT_FALLBACK), [split_huge_pmd(vma.vm_mm, entryOfPgoff(options, vma, pgoff))]),
    return_(ret),
  ],
);

const dax_iomap_fault = kernelFunction(
  'dax_iomap_fault',
  {
    file: 'fs/dax.c',
    params: { vma: pointer(vm_area_struct), pgoff: u64, flags: u32, cow_page: bool },
    returns: u32,
    abstracts: [
      'The order is a bit of the flags. There are no PUD entries.',
      'Through it, the handlers of fault and huge_fault are one function.',
    ],
  },
  ({ vma, pgoff, flags, cow_page }) => [
    if_(band(flags, FAULT_ORDER_PMD), [return_(dax_iomap_pmd_fault(vma, pgoff, flags))]),
    return_(dax_iomap_pte_fault(vma, pgoff, flags, cow_page)),
  ],
);

/** What a filesystem's handler calls for a fault. */
export const daxFault = (options: Options) =>
  options.has(PMD_ENTRIES) ? dax_iomap_fault : dax_iomap_pte_fault;
