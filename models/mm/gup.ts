/** mm/gup.c, mm/memremap.c, v6.12: taking and dropping a page reference by address. */
import {
  add,
  and,
  band,
  type Expr,
  forever,
  if_,
  kernelFunction,
  ne,
  not,
  type Options,
  type Pointer,
  pointer,
  primitive,
  READ_ONCE,
  return_,
  set,
  sub,
  type U64,
  u32,
  u64,
} from '../../src/lang/public.ts';
import { current } from '../current.ts';
import { mmap_read_lock, mmap_read_unlock, pte_lock, pte_unlock } from '../locks.ts';
import { page, vm_area_struct } from '../objects.ts';
import { NULL_PAGE, pfn_to_page, pte_devmap, pte_pfn, pte_present, VM_FAULT_ERROR } from '../words.ts';
import { handle_mm_fault } from './memory.ts';
import { ANY_MAPPING, entryOfAddress, pte_index } from './pgtable.ts';
import { walked } from './pmd.ts';
import { vma_lookup } from './vma-lookup.ts';

/** A pair of one atomic operation each; who waits for a reference count of 1 looks at the count itself. */
export const get_page = kernelFunction(
  'get_page',
  { file: 'include/linux/mm.h', params: { page: pointer(page) } },
  ({ page }) => [
    primitive('folio_ref_add', { shown: [page], effects: [[page._refcount, add(page._refcount, 1)]] }),
  ],
);

export const put_page = kernelFunction(
  'put_page',
  { file: 'include/linux/mm.h', params: { page: pointer(page) } },
  ({ page }) => [
    primitive('folio_ref_sub', { shown: [page], effects: [[page._refcount, sub(page._refcount, 1)]] }),
  ],
);

/** The walk without locks; `pgoff` is the number of the entry here and below. Gives a referenced device page, or NULL where it finds none, or not again. */
export const gup_fast = kernelFunction(
  'gup_fast',
  {
    file: 'mm/gup.c',
    params: { pgoff: u64 },
    locals: { pte: u64, page: pointer(page) },
    returns: pointer(page),
    abstracts: [
      'Interrupts are off in the kernel: where a TLB flush is an interrupt (x86 without a hypervisor), whoever takes the page table entry away waits for the walk to end. Elsewhere (arm64) it does not, and not here.',
      'The page is not rejected for its mapping, which only a kernel with SECRETMEM looks at here.',
    ],
  },
  ({ pgoff, pte, page }, options) => [
    set(pte, walked(options, current.mm, pgoff, READ_ONCE(current.mm.pte.at(pgoff)))),
    if_(not(and(pte_present(pte), pte_devmap(pte))), [return_(NULL_PAGE)]),
    set(page, pfn_to_page(pte_pfn(pte))),
    get_page(page),
    if_(ne(pte, walked(options, current.mm, pgoff, READ_ONCE(current.mm.pte.at(pgoff)))), [
      put_page(page),
      return_(NULL_PAGE),
    ]),
    return_(page),
  ],
);

/** How far behind the start of the VMA an entry is, in pages. */
const pagesIntoVma = (options: Options, vma: Expr<Pointer<vm_area_struct>>, entry: Expr<U64>): Expr<U64> =>
  options.has(ANY_MAPPING) ? sub(entry, pte_index(vma.vm_start)) : entry;

/** Called with mmap_lock held. Gives a referenced device page, or NULL. */
export const __get_user_pages = kernelFunction(
  '__get_user_pages',
  {
    file: 'mm/gup.c',
    params: { pgoff: u64 },
    locals: { vma: pointer(vm_area_struct), pte: u64, page: pointer(page), ret: u32 },
    returns: pointer(page),
    abstracts: [
      'follow_page_pte and faultin_page are written out. No signal ends the loop; mmap_lock is never dropped in it.',
    ],
  },
  ({ pgoff, vma, pte, page, ret }, options) => [
    ...(options.has(ANY_MAPPING)
      ? [set(vma, vma_lookup(current.mm, pgoff)), if_(not(vma), [return_(NULL_PAGE)])]
      : [set(vma, current.mm.mmap), if_(not(vma.vm_file), [return_(NULL_PAGE)])]),
    forever([
      // follow_page_pte
      pte_lock(current.mm.page_table_lock),
      set(pte, walked(options, current.mm, pgoff, current.mm.pte.at(pgoff))),
      if_(pte_present(pte), [
        if_(pte_devmap(pte), [set(page, pfn_to_page(pte_pfn(pte))), get_page(page)]),
        pte_unlock(current.mm.page_table_lock),
        return_(page),
      ]),
      pte_unlock(current.mm.page_table_lock),
      // faultin_page
      set(ret, handle_mm_fault(vma, add(vma.vm_pgoff, pagesIntoVma(options, vma, pgoff)), 0)),
      if_(band(ret, VM_FAULT_ERROR), [return_(NULL_PAGE)]),
    ]),
  ],
);

export const get_user_pages_fast = kernelFunction(
  'get_user_pages_fast',
  {
    file: 'mm/gup.c',
    params: { start: u64 },
    locals: { pgoff: u64, page: pointer(page) },
    returns: pointer(page),
    abstracts: [
      'Pages of System RAM (private copies, the zero page) are not given: their failure is another path.',
    ],
  },
  ({ start, pgoff, page }, options) => [
    set(pgoff, entryOfAddress(options, current.mm.mmap, start)),
    set(page, gup_fast(pgoff)),
    if_(page, [return_(page)]),
    mmap_read_lock(current.mm.mmap_lock),
    set(page, __get_user_pages(pgoff)),
    mmap_read_unlock(current.mm.mmap_lock),
    return_(page),
  ],
);
