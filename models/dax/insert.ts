/** fs/dax.c, v6.12: the entry that a fault locks, and the one that it leaves. */
import {
  and,
  band,
  bool,
  bor,
  if_,
  kernelFunction,
  ne,
  not,
  or,
  pointer,
  return_,
  set,
  u64,
  WARN_ON_ONCE,
} from '../../src/lang/public.ts';
import { xas_lock_irq, xas_unlock_irq } from '../locks.ts';
import { unmap_mapping_pages } from '../mm/unmap.ts';
import { address_space, vm_area_struct } from '../objects.ts';
import {
  DAX_EMPTY,
  DAX_LOCKED,
  DAX_ZERO_PAGE,
  dax_is_empty_entry,
  dax_is_zero_entry,
  dax_make_entry,
  IOMAP_F_SHARED,
  iomap_flags,
  xa_mk_value,
  xa_to_value,
} from '../words.ts';
import { dax_associate_entry, dax_disassociate_entry } from './associate.ts';
import { dax_lock_entry, get_unlocked_entry } from './entry.ts';

export const grab_mapping_entry = kernelFunction(
  'grab_mapping_entry',
  {
    file: 'fs/dax.c',
    params: { mapping: pointer(address_space), index: u64 },
    locals: { entry: u64, flags: u64 },
    returns: u64,
    abstracts: [
      'Only PTE faults and PTE entries: no conflict, no downgrade of a PMD entry.',
      'Memory for a tree node is always there; nrpages is not counted.',
    ],
  },
  ({ mapping, index, entry, flags }) => [
    xas_lock_irq(mapping.xa_lock),
    set(entry, get_unlocked_entry(mapping, index)),
    if_(
      entry,
      [dax_lock_entry(mapping, index, entry)],
      [set(flags, DAX_EMPTY), set(entry, dax_make_entry(0, flags)), dax_lock_entry(mapping, index, entry)],
    ),
    xas_unlock_irq(mapping.xa_lock),
    return_(entry),
  ],
);

export const dax_insert_entry = kernelFunction(
  'dax_insert_entry',
  {
    file: 'fs/dax.c',
    params: {
      mapping: pointer(address_space),
      index: u64,
      vma: pointer(vm_area_struct),
      address: u64,
      iomap: u64,
      entry: u64,
      pfn: u64,
      flags: u64,
    },
    locals: { new_entry: u64, shared: bool, old: u64 },
    returns: u64,
    abstracts: [
      'DIRTY and TOWRITE marks are not kept, so whether the fault writes is not asked.',
      'The walk of the tree state where the entry stays has no effect and is left out.',
    ],
  },
  ({ mapping, index, vma, address, iomap, entry, pfn, flags, new_entry, shared, old }) => [
    set(new_entry, dax_make_entry(pfn, flags)),
    set(shared, ne(band(iomap_flags(iomap), IOMAP_F_SHARED), 0)),
    if_(or(shared, and(dax_is_zero_entry(entry), not(band(flags, DAX_ZERO_PAGE)))), [
      unmap_mapping_pages(mapping, index, 1, 0),
    ]),
    xas_lock_irq(mapping.xa_lock),
    if_(or(shared, dax_is_zero_entry(entry), dax_is_empty_entry(entry)), [
      dax_disassociate_entry(entry, mapping, 0),
      dax_associate_entry(new_entry, mapping, vma, address, shared),
      set(old, dax_lock_entry(mapping, index, new_entry)),
      WARN_ON_ONCE(ne(old, xa_mk_value(bor(xa_to_value(entry), DAX_LOCKED)))),
      set(entry, new_entry),
    ]),
    xas_unlock_irq(mapping.xa_lock),
    return_(entry),
  ],
);
