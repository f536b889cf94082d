/** mm/memory-failure.c, v6.12: who uses the page. The list is the to_kill objects, so it is no parameter. */
import {
  and,
  bool,
  continue_,
  eq,
  for_each,
  if_,
  kernelFunction,
  ne,
  not,
  pointer,
  READ_ONCE,
  return_,
  set,
  u32,
  u64,
  up_read,
} from '../../src/lang/public.ts';
import { i_mmap_lock_read, i_mmap_unlock_read, rcu_read_lock, rcu_read_unlock } from '../locks.ts';
import { address_space, anon_vma, page, task_struct, vm_area_struct } from '../objects.ts';
import { vma_interval_tree_foreach } from './interval-tree.ts';
import { add_to_kill_anon_file, add_to_kill_fsdax, task_early_kill } from './kill.ts';
import { collect_procs_ksm } from './ksm.ts';
import { folio_test_anon, folio_test_ksm } from './page-flags.ts';
import { folio_lock_anon_vma_read, page_address_in_vma, page_mapped_in_vma } from './rmap.ts';

const generic = { folio: pointer(page), page: pointer(page), force_early: u32 } as const;

export const collect_procs_anon = kernelFunction(
  'collect_procs_anon',
  {
    file: 'mm/memory-failure.c',
    params: generic,
    locals: { av: pointer(anon_vma), pgoff: u64, t: pointer(task_struct), addr: u64 },
    abstracts: [
      'The interval tree of an anon_vma is a walk over the VMAs that use it; the offset is not looked at.',
    ],
  },
  ({ folio, page, force_early, av, pgoff, t, addr }) => [
    set(av, folio_lock_anon_vma_read(folio)),
    if_(not(av), [return_()]),
    set(pgoff, page.index),
    rcu_read_lock(),
    for_each(task_struct, 'tsk', (tsk) => [
      set(t, task_early_kill(tsk, force_early)),
      if_(not(t), [continue_]),
      for_each(vm_area_struct, 'vma', (vma) => [
        if_(and(eq(READ_ONCE(vma.anon_vma), av), eq(vma.vm_mm, t.mm)), [
          set(addr, page_mapped_in_vma(page, vma)),
          add_to_kill_anon_file(t, page, vma, addr),
        ]),
      ]),
    ]),
    rcu_read_unlock(),
    up_read(av.root.rwsem),
  ],
);

export const collect_procs_file = kernelFunction(
  'collect_procs_file',
  {
    file: 'mm/memory-failure.c',
    params: generic,
    locals: { mapping: pointer(address_space), pgoff: u64, t: pointer(task_struct), addr: u64 },
  },
  ({ folio, page, force_early, mapping, pgoff, t, addr }) => [
    set(mapping, folio.mapping),
    i_mmap_lock_read(mapping),
    rcu_read_lock(),
    set(pgoff, page.index),
    for_each(task_struct, 'tsk', (tsk) => [
      set(t, task_early_kill(tsk, force_early)),
      if_(not(t), [continue_]),
      vma_interval_tree_foreach(mapping, pgoff, 'vma', (vma) => [
        if_(ne(vma.vm_mm, t.mm), [continue_]),
        set(addr, page_address_in_vma(page, vma)),
        add_to_kill_anon_file(t, page, vma, addr),
      ]),
    ]),
    rcu_read_unlock(),
    i_mmap_unlock_read(mapping),
  ],
);

export const collect_procs_fsdax = kernelFunction(
  'collect_procs_fsdax',
  {
    file: 'mm/memory-failure.c',
    params: { page: pointer(page), mapping: pointer(address_space), pgoff: u64, pre_remove: bool },
    locals: { t: pointer(task_struct) },
  },
  ({ page, mapping, pgoff, pre_remove, t }) => [
    i_mmap_lock_read(mapping),
    rcu_read_lock(),
    for_each(task_struct, 'tsk', (tsk) => [
      set(t, tsk),
      if_(not(pre_remove), [set(t, task_early_kill(tsk, 1))]),
      if_(not(t), [continue_]),
      vma_interval_tree_foreach(mapping, pgoff, 'vma', (vma) => [
        if_(eq(vma.vm_mm, t.mm), [add_to_kill_fsdax(t, page, vma, pgoff)]),
      ]),
    ]),
    rcu_read_unlock(),
    i_mmap_unlock_read(mapping),
  ],
);

/** Three reads of the mapping here, and more in each branch: nothing holds it still between them. */
export const collect_procs = kernelFunction(
  'collect_procs',
  { file: 'mm/memory-failure.c', params: generic },
  ({ folio, page, force_early }) => [
    if_(not(folio.mapping), [return_()]),
    if_(
      folio_test_ksm(folio),
      [collect_procs_ksm(folio)],
      [
        if_(
          folio_test_anon(folio),
          [collect_procs_anon(folio, page, force_early)],
          [collect_procs_file(folio, page, force_early)],
        ),
      ],
    ),
  ],
);
