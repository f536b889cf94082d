/** mm/mmap.c, v6.12: the VMA at an address. */
import {
  and,
  eq,
  for_each,
  if_,
  kernelFunction,
  pointer,
  return_,
  sub,
  u64,
  ule,
  value,
} from '../../src/lang/public.ts';
import { mm_struct, vm_area_struct } from '../objects.ts';
import { pte_index } from './pgtable.ts';

/** NULL where nothing is mapped; mmap_lock is held. For programs with ANY_MAPPING. */
export const vma_lookup = kernelFunction(
  'vma_lookup',
  {
    file: 'include/linux/mm.h',
    params: { mm: pointer(mm_struct), entry: u64 },
    returns: pointer(vm_area_struct),
    abstracts: [
      'The tree of VMAs is a walk over all VMAs, under the same lock; the address is given by the number of its page table entry.',
    ],
  },
  ({ mm, entry }) => [
    for_each(vm_area_struct, 'vma', (vma) => [
      if_(
        and(
          eq(vma.vm_mm, mm),
          ule(pte_index(vma.vm_start), entry),
          ule(entry, pte_index(sub(vma.vm_end, 1))),
          vma.vm_file,
        ),
        [return_(vma)],
      ),
    ]),
    return_(value(pointer(vm_area_struct), 0)),
  ],
);
