/** Stores to page table entries, each with its page table lock held; an entry is named by its offset in the VMA. */
import { kernelFunction, pointer, set, u64 } from '../../src/lang/public.ts';
import { mm_struct } from '../objects.ts';

export const set_pte_at = kernelFunction(
  'set_pte_at',
  { file: 'include/linux/pgtable.h', params: { mm: pointer(mm_struct), pgoff: u64, pte: u64 } },
  ({ mm, pgoff, pte }) => [set(mm.pte.at(pgoff), pte)],
);

export const pte_clear = kernelFunction(
  'pte_clear',
  {
    file: 'include/linux/pgtable.h',
    params: { mm: pointer(mm_struct), pgoff: u64 },
    abstracts: ['What the entry was has been read before, under the same lock.'],
  },
  ({ mm, pgoff }) => [set(mm.pte.at(pgoff), 0)],
);
