/** mm/memory.c, v6.12: taking page table entries away from all who map a range of a file. */
import {
  add,
  and,
  bool,
  eq,
  for_each,
  for_index,
  if_,
  kernelFunction,
  ne,
  not,
  or,
  pointer,
  set,
  sub,
  u64,
  ule,
  ult,
} from '../../src/lang/public.ts';
import { i_mmap_lock_read, i_mmap_unlock_read, pte_lock, pte_unlock } from '../locks.ts';
import { address_space, file, mm_struct, vm_area_struct } from '../objects.ts';
import { anonPte, pte_none } from '../words.ts';
import { pte_clear } from './pgtable.ts';

/** The entries of one page table from first to last, both included. */
export const zap_pte_range = kernelFunction(
  'zap_pte_range',
  {
    file: 'mm/memory.c',
    params: { mm: pointer(mm_struct), first: u64, last: u64, even_cows: bool },
    locals: { ptent: u64 },
    abstracts: ['TLB flushes, reference counts of private copies and rmap of system memory are left out.'],
  },
  ({ mm, first, last, even_cows, ptent }) => [
    pte_lock(mm.page_table_lock),
    for_index('pgoff', u64, 'offsets', (pgoff) => [
      if_(and(ule(first, pgoff), ule(pgoff, last)), [
        set(ptent, mm.pte.at(pgoff)),
        if_(and(not(pte_none(ptent)), or(even_cows, ne(ptent, anonPte))), [pte_clear(mm, pgoff)]),
      ]),
    ]),
    pte_unlock(mm.page_table_lock),
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
  ({ mapping, start, nr, even_cows, first_index, last_index, vm_file }) => [
    set(first_index, start),
    set(last_index, sub(add(start, nr), 1)),
    if_(ult(last_index, first_index), [set(last_index, -1)]),
    i_mmap_lock_read(mapping),
    for_each(vm_area_struct, 'vma', (vma) => [
      set(vm_file, vma.vm_file),
      if_(and(vm_file, eq(vm_file.f_mapping, mapping)), [
        zap_pte_range(vma.vm_mm, first_index, last_index, even_cows),
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
