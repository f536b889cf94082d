/** mm/memory.c, v6.12: taking page table entries away from all who map a range of a file. */
import {
  add,
  and,
  type Bool,
  bool,
  cond,
  type Expr,
  eq,
  for_each,
  for_index,
  if_,
  kernelFunction,
  ne,
  not,
  type Options,
  or,
  type Pointer,
  pointer,
  return_,
  type Stmt,
  set,
  shl,
  sub,
  type U64,
  u64,
  ule,
  ult,
} from '../../src/lang/public.ts';
import { i_mmap_lock_read, i_mmap_unlock_read, pte_lock, pte_unlock } from '../locks.ts';
import { address_space, file, mm_struct, PMD_ENTRIES, vm_area_struct } from '../objects.ts';
import { anonPte, PAGE_SHIFT, pte_none } from '../words.ts';
import { vma_pages } from './interval-tree.ts';
import { ANY_MAPPING, entriesOf, pte_clear, pte_index } from './pgtable.ts';
import { zap_huge_pmd } from './pmd.ts';

/** The entries of one page table from first to last, both included. */
export const zap_pte_range = kernelFunction(
  'zap_pte_range',
  {
    file: 'mm/memory.c',
    params: { mm: pointer(mm_struct), first: u64, last: u64, even_cows: bool },
    locals: { ptent: u64 },
    abstracts: ['TLB flushes, reference counts of private copies and rmap of system memory are left out.'],
  },
  ({ mm, first, last, even_cows, ptent }, options) => [
    pte_lock(mm.page_table_lock),
    for_index('pgoff', u64, entriesOf(options), (pgoff) => [
      if_(and(ule(first, pgoff), ule(pgoff, last)), [
        set(ptent, mm.pte.at(pgoff)),
        if_(and(not(pte_none(ptent)), or(even_cows, ne(ptent, anonPte))), [pte_clear(mm, pgoff)]),
      ]),
    ]),
    pte_unlock(mm.page_table_lock),
  ],
);

/** Of all levels of page tables. */
export const zapRange = (
  options: Options,
  ...[mm, first, last, even_cows]: [Expr<Pointer<mm_struct>>, Expr<U64>, Expr<U64>, Expr<Bool>]
): readonly Stmt[] => [
  ...(options.has(PMD_ENTRIES) ? [zap_huge_pmd(mm, first, last)] : []),
  zap_pte_range(mm, first, last, even_cows),
];

/** Where the VMA does not start at page 0 of its file: what it maps of the range, by address. */
const unmap_mapping_range_vma = kernelFunction(
  'unmap_mapping_range_vma',
  {
    file: 'mm/memory.c',
    params: { vma: pointer(vm_area_struct), first_index: u64, last_index: u64, even_cows: bool },
    locals: { vba: u64, vea: u64, zba: u64, zea: u64, start_addr: u64, end_addr: u64 },
    abstracts: ['What unmap_mapping_range_tree does with a VMA that it found is part of this.'],
  },
  ({ vma, first_index, last_index, even_cows, vba, vea, zba, zea, start_addr, end_addr }, options) => [
    set(vba, vma.vm_pgoff),
    set(vea, sub(add(vba, vma_pages(vma)), 1)),
    if_(or(ult(vea, first_index), ult(last_index, vba)), [return_()]),
    set(zba, cond(ult(first_index, vba), vba, first_index)),
    set(zea, cond(ult(last_index, vea), last_index, vea)),
    set(start_addr, add(shl(sub(zba, vba), PAGE_SHIFT), vma.vm_start)),
    set(end_addr, add(shl(add(sub(zea, vba), 1), PAGE_SHIFT), vma.vm_start)),
    ...zapRange(options, vma.vm_mm, pte_index(start_addr), pte_index(sub(end_addr, 1)), even_cows),
  ],
);

export const unmap_mapping_pages = kernelFunction(
  'unmap_mapping_pages',
  {
    file: 'mm/memory.c',
    params: { mapping: pointer(address_space), start: u64, nr: u64, even_cows: bool },
    locals: { first_index: u64, last_index: u64, vm_file: pointer(file) },
    abstracts: [
      'The walk of the interval tree and unmap_mapping_range_tree are written as one loop over the VMAs.',
    ],
  },
  ({ mapping, start, nr, even_cows, first_index, last_index, vm_file }, options) => [
    set(first_index, start),
    set(last_index, sub(add(start, nr), 1)),
    if_(ult(last_index, first_index), [set(last_index, -1)]),
    i_mmap_lock_read(mapping),
    for_each(vm_area_struct, 'vma', (vma) => [
      set(vm_file, vma.vm_file),
      if_(and(vm_file, eq(vm_file.f_mapping, mapping)), [
        options.has(ANY_MAPPING)
          ? unmap_mapping_range_vma(vma, first_index, last_index, even_cows)
          : zap_pte_range(vma.vm_mm, first_index, last_index, even_cows),
      ]),
    ]),
    i_mmap_unlock_read(mapping),
  ],
);

/** `hba` and `hlen` count pages, not bytes; hlen 0: to the end of the file. */
export const unmap_mapping_range = kernelFunction(
  'unmap_mapping_range',
  {
    file: 'mm/memory.c',
    params: { mapping: pointer(address_space), hba: u64, hlen: u64, even_cows: bool },
    abstracts: ['The range is given in pages.'],
  },
  ({ mapping, hba, hlen, even_cows }) => [unmap_mapping_pages(mapping, hba, hlen, even_cows)],
);
