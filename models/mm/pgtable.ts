/**
 * Page table entries: which one an address has, and stores to them, each with the page table lock held.
 *
 * Where each task has one VMA, which starts at page 0 of its file, an entry has the number of the page (`pgoff`).
 * With the option ANY_MAPPING it has the kernel's, of the address.
 */
import {
  band,
  constant,
  type Expr,
  type ExprOf,
  kernelFunction,
  type Options,
  type Pointer,
  pointer,
  set,
  shr,
  sub,
  type U64,
  u64,
} from '../../src/lang/public.ts';
import { mm_struct, type vm_area_struct } from '../objects.ts';
import { addressOfPgoff, PAGE_SHIFT } from '../words.ts';

/**
 * The option of a program in which a task has several VMAs, each of which starts at any page of its file. What a task
 * can map lies in 2 MiB, under one page table. `mappings`: VMAs a task; `vmas`: of all; `ptes`: entries a task.
 */
export const ANY_MAPPING = 'any mapping';

const PTRS_PER_PTE = constant('PTRS_PER_PTE', u64, 512);

export const pte_index = (address: ExprOf<U64>): Expr<U64> =>
  band(shr(address, PAGE_SHIFT), sub(PTRS_PER_PTE, 1));

type Vma = Expr<Pointer<vm_area_struct>>;

/** The number of the entry for an address in a VMA. */
export const entryOfAddress = (options: Options, vma: Vma, address: Expr<U64>): Expr<U64> =>
  options.has(ANY_MAPPING) ? pte_index(address) : shr(sub(address, vma.vm_start), PAGE_SHIFT);

/** The number of the entry for a page of the file in a VMA that maps it. */
export const entryOfPgoff = (options: Options, vma: Vma, pgoff: Expr<U64>): Expr<U64> =>
  options.has(ANY_MAPPING) ? pte_index(addressOfPgoff(vma, pgoff)) : pgoff;

/** The bound that is the number of entries of a task. */
export const entriesOf = (options: Options): string => (options.has(ANY_MAPPING) ? 'ptes' : 'offsets');

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
