/** mm/gup.c, mm/memremap.c, v6.12: taking and dropping a page reference by address. */
import {
  add,
  and,
  band,
  continue_,
  eq,
  forever,
  if_,
  kernelFunction,
  not,
  pointer,
  primitive,
  READ_ONCE,
  return_,
  set,
  shr,
  sub,
  u32,
  u64,
} from '../../src/lang/public.ts';
import { current } from '../current.ts';
import { mmap_read_lock, mmap_read_unlock } from '../locks.ts';
import { page, vm_area_struct } from '../objects.ts';
import {
  NULL_PAGE,
  PAGE_SHIFT,
  pfn_to_page,
  pte_devmap,
  pte_pfn,
  pte_present,
  VM_FAULT_ERROR,
} from '../words.ts';
import { handle_mm_fault } from './memory.ts';

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

/** Gives a referenced device page, or NULL where the address has none. */
export const get_user_pages_fast = kernelFunction(
  'get_user_pages_fast',
  {
    file: 'mm/gup.c',
    params: { start: u64 },
    locals: { vma: pointer(vm_area_struct), pgoff: u64, pte: u64, page: pointer(page), ret: u32 },
    returns: pointer(page),
    abstracts: [
      'Pages of System RAM (private copies, the zero page) are not given: their failure is another path.',
      'After a fault the walk without locks is tried again, where the kernel looks under the page table lock.',
    ],
  },
  ({ start, vma, pgoff, pte, page, ret }) => [
    set(vma, current.mm.mmap),
    set(pgoff, shr(sub(start, vma.vm_start), PAGE_SHIFT)),
    forever([
      set(pte, READ_ONCE(current.mm.pte.at(pgoff))),
      if_(and(pte_present(pte), pte_devmap(pte)), [
        set(page, pfn_to_page(pte_pfn(pte))),
        get_page(page),
        if_(eq(pte, READ_ONCE(current.mm.pte.at(pgoff))), [return_(page)]),
        put_page(page),
        continue_,
      ]),
      if_(pte_present(pte), [return_(NULL_PAGE)]),
      mmap_read_lock(current.mm.mmap_lock),
      if_(not(vma.vm_file), [mmap_read_unlock(current.mm.mmap_lock), return_(NULL_PAGE)]),
      set(ret, handle_mm_fault(vma, add(vma.vm_pgoff, pgoff), 0)),
      mmap_read_unlock(current.mm.mmap_lock),
      if_(band(ret, VM_FAULT_ERROR), [return_(NULL_PAGE)]),
    ]),
  ],
);
