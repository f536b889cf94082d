/** fs/dax.c, v6.12: the entry that a fault locks, and the one that it leaves. */
import {
  and,
  band,
  bool,
  bor,
  type ExprOf,
  eq,
  if_,
  kernelFunction,
  ne,
  not,
  or,
  pointer,
  return_,
  set,
  shl,
  toWord,
  type U64,
  u64,
  WARN_ON_ONCE,
} from '../../src/lang/public.ts';
import { xas_lock_irq, xas_unlock_irq } from '../locks.ts';
import { unmap_mapping_pages } from '../mm/unmap.ts';
import { address_space, PMD_ENTRIES, vm_area_struct } from '../objects.ts';
import {
  DAX_EMPTY,
  DAX_LOCKED,
  DAX_PMD,
  DAX_ZERO_PAGE,
  dax_is_empty_entry,
  dax_is_pmd_entry,
  dax_is_zero_entry,
  dax_make_entry,
  IOMAP_F_SHARED,
  iomap_flags,
  VM_FAULT_FALLBACK,
  xa_mk_value,
  xa_to_value,
} from '../words.ts';
import { dax_associate_entry, dax_disassociate_entry } from './associate.ts';
import {
  dax_lock_entry,
  get_unlocked_entry,
  get_unlocked_entry_pmd,
  XA_RETRY_ENTRY,
  xas_store,
} from './entry.ts';

const memory = 'Memory for a tree node is always there; nrpages is not counted.';

/** A value that is no entry: here a VM_FAULT_*, which stands in its place. */
export const xa_is_internal = (entry: ExprOf<U64>) => eq(band(entry, 3), 2);

/** `index` is the first of the PMD. */
export const grab_mapping_entry_pmd = kernelFunction(
  'grab_mapping_entry_pmd',
  {
    file: 'fs/dax.c',
    params: { mapping: pointer(address_space), index: u64 },
    locals: { entry: u64, flags: u64 },
    returns: u64,
    abstracts: ['grab_mapping_entry with PMD_ORDER.', memory],
  },
  ({ mapping, index, entry, flags }) => [
    xas_lock_irq(mapping.xa_lock),
    set(entry, get_unlocked_entry_pmd(mapping, index)),
    if_(eq(entry, XA_RETRY_ENTRY), [
      xas_unlock_irq(mapping.xa_lock),
      // xa_mk_internal
      return_(bor(shl(toWord(u64, VM_FAULT_FALLBACK), 2), 2)),
    ]),
    if_(not(entry), [set(flags, bor(DAX_EMPTY, DAX_PMD)), set(entry, dax_make_entry(0, flags))]),
    dax_lock_entry(mapping, index, entry),
    xas_unlock_irq(mapping.xa_lock),
    return_(entry),
  ],
);

export const grab_mapping_entry = kernelFunction(
  'grab_mapping_entry',
  {
    file: 'fs/dax.c',
    params: { mapping: pointer(address_space), index: u64 },
    locals: { entry: u64, flags: u64 },
    returns: u64,
    abstracts: (options) => [
      options.has(PMD_ENTRIES)
        ? 'Order 0. A PMD entry that is downgraded is empty, as no file with one has a hole: it is not locked meanwhile, and nothing is unmapped.'
        : 'Only PTE faults and PTE entries: no conflict, no downgrade of a PMD entry.',
      memory,
    ],
  },
  ({ mapping, index, entry, flags }, options) => [
    xas_lock_irq(mapping.xa_lock),
    set(entry, get_unlocked_entry(mapping, index)),
    ...(options.has(PMD_ENTRIES)
      ? [
          if_(and(dax_is_pmd_entry(entry), dax_is_empty_entry(entry)), [
            dax_disassociate_entry(entry, mapping, 0),
            xas_store(mapping, index, 0),
            set(entry, 0),
          ]),
        ]
      : []),
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
    abstracts: (options) => [
      'DIRTY and TOWRITE marks are not kept, so whether the fault writes is not asked.',
      'The walk of the tree state where the entry stays has no effect and is left out.',
      ...(options.has(PMD_ENTRIES)
        ? ['A PMD entry is of a file that shares nothing and has no hole, so it is not unmapped here.']
        : []),
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
