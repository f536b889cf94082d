/** fs/dax.c, v6.12: the removal of entries, and the wait for pinned pages before it. */
import {
  and,
  bool,
  break_,
  eq,
  false_,
  for_each,
  for_index,
  if_,
  int,
  kernelFunction,
  not,
  pointer,
  return_,
  set,
  true_,
  u64,
  ugt,
  WARN_ON_ONCE,
} from '../../src/lang/public.ts';
import { xas_lock_irq, xas_unlock_irq } from '../locks.ts';
import { unmap_mapping_pages } from '../mm/unmap.ts';
import { address_space, file, page, vm_area_struct } from '../objects.ts';
import { dax_is_locked, dax_to_pfn, NULL_PAGE, pfn_to_page } from '../words.ts';
import { dax_disassociate_entry, dax_is_mapped_entry } from './associate.ts';
import { get_unlocked_entry, xas_store } from './entry.ts';

export const __dax_invalidate_entry = kernelFunction(
  '__dax_invalidate_entry',
  {
    file: 'fs/dax.c',
    params: { mapping: pointer(address_space), index: u64, trunc: bool },
    locals: { ret: int, entry: u64 },
    returns: int,
    abstracts: [
      'DIRTY and TOWRITE marks are not kept: without trunc an entry counts as clean.',
      'Waiters are woken by the entry going away; nrpages is not counted.',
    ],
  },
  ({ mapping, index, trunc, ret, entry }) => [
    set(ret, 0),
    xas_lock_irq(mapping.xa_lock),
    set(entry, get_unlocked_entry(mapping, index)),
    if_(entry, [dax_disassociate_entry(entry, mapping, trunc), xas_store(mapping, index, 0), set(ret, 1)]),
    xas_unlock_irq(mapping.xa_lock),
    return_(ret),
  ],
);

export const dax_delete_mapping_entry = kernelFunction(
  'dax_delete_mapping_entry',
  {
    file: 'fs/dax.c',
    params: { mapping: pointer(address_space), index: u64 },
    locals: { ret: int },
    returns: int,
  },
  ({ mapping, index, ret }) => [
    set(ret, __dax_invalidate_entry(mapping, index, 1)),
    WARN_ON_ONCE(not(ret)),
    return_(ret),
  ],
);

export const dax_busy_page = kernelFunction(
  'dax_busy_page',
  { file: 'fs/dax.c', params: { entry: u64 }, locals: { page: pointer(page) }, returns: pointer(page) },
  ({ entry, page }) => [
    if_(dax_is_mapped_entry(entry), [
      set(page, pfn_to_page(dax_to_pfn(entry))),
      if_(ugt(page._refcount, 1), [return_(page)]),
    ]),
    return_(NULL_PAGE),
  ],
);

/** Whether any VMA maps the file. */
export const mapping_mapped = kernelFunction(
  'mapping_mapped',
  {
    file: 'include/linux/fs.h',
    params: { mapping: pointer(address_space) },
    locals: { vm_file: pointer(file) },
    returns: bool,
  },
  ({ mapping, vm_file }) => [
    for_each(vm_area_struct, 'vma', (vma) => [
      set(vm_file, vma.vm_file),
      if_(and(vm_file, eq(vm_file.f_mapping, mapping)), [return_(true_)]),
    ]),
    return_(false_),
  ],
);

export const dax_layout_busy_page = kernelFunction(
  'dax_layout_busy_page',
  {
    file: 'fs/dax.c',
    params: { mapping: pointer(address_space) },
    locals: { entry: u64, page: pointer(page) },
    returns: pointer(page),
    abstracts: [
      'The range is the whole file, as its callers here ask for; dax_mapping is true of all files.',
    ],
  },
  ({ mapping, entry, page }) => [
    set(page, NULL_PAGE),
    if_(not(mapping_mapped(mapping)), [return_(NULL_PAGE)]),
    unmap_mapping_pages(mapping, 0, 0, 0),
    xas_lock_irq(mapping.xa_lock),
    for_index('index', u64, 'slots', (index) => [
      set(entry, mapping.i_pages.at(index)),
      if_(dax_is_locked(entry), [set(entry, get_unlocked_entry(mapping, index))]),
      if_(entry, [set(page, dax_busy_page(entry))]),
      if_(page, [break_]),
    ]),
    xas_unlock_irq(mapping.xa_lock),
    return_(page),
  ],
);
