/** mm/memory-failure.c, v6.12: the list of those to signal, and the signals. */
import {
  and,
  band,
  bnot,
  break_,
  cond,
  type Expr,
  eq,
  for_each,
  if_,
  int,
  kernelFunction,
  ne,
  not,
  type Options,
  pointer,
  READ_ONCE,
  return_,
  set,
  shl,
  shr,
  sub,
  the,
  toWord,
  type U64,
  u32,
  u64,
  ugt,
  value,
} from '../../src/lang/public.ts';
import { current, NULL_TASK } from '../current.ts';
import {
  address_space,
  memory_failure_state,
  PMD_ENTRIES,
  page,
  task_struct,
  to_kill,
  vm_area_struct,
} from '../objects.ts';
import {
  MF_ACTION_REQUIRED,
  MF_MUST_KILL,
  PAGE_SHIFT,
  PF_MCE_EARLY,
  PF_MCE_PROCESS,
  pte_devmap,
  pte_present,
} from '../words.ts';
import { entryOfAddress } from './pgtable.ts';
import { isHuge, PMD_SHIFT, PMD_SIZE, walked } from './pmd.ts';
import { ADDRESS_EFAULT, vma_address } from './rmap.ts';
import { BUS_MCEERR_AO, BUS_MCEERR_AR, force_sig_mceerr, kill_by_signal, send_sig_mceerr } from './signal.ts';
import { unmap_mapping_range } from './unmap.ts';

/** 0: nothing of the device is present at that address. Which page is present there is not asked. */
export const dev_pagemap_mapping_shift = kernelFunction(
  'dev_pagemap_mapping_shift',
  {
    file: 'mm/memory-failure.c',
    params: { vma: pointer(vm_area_struct), address: u64 },
    locals: { ptent: u64 },
    returns: u64,
    abstracts: (options) =>
      options.has(PMD_ENTRIES)
        ? ['There are no PUD entries.']
        : ['The walk down the page tables is one read of the entry; there are no huge entries.'],
  },
  ({ vma, address, ptent }, options) => {
    const entry = entryOfAddress(options, vma, address);
    return [
      set(ptent, walked(options, vma.vm_mm, entry, READ_ONCE(vma.vm_mm.pte.at(entry)))),
      ...(options.has(PMD_ENTRIES) ? [if_(isHuge(ptent), [return_(PMD_SHIFT)])] : []),
      if_(and(pte_present(ptent), pte_devmap(ptent)), [return_(PAGE_SHIFT)]),
      return_(value(u64, 0)),
    ];
  },
);

/** Takes a free element; there is one for each VMA. */
const kmalloc_to_kill = kernelFunction(
  'kmalloc_to_kill',
  {
    locals: { tk: pointer(to_kill) },
    returns: pointer(to_kill),
    abstracts: [
      'The list of tasks to signal is one for all failures, as mf_mutex allows one at a time; its allocation does not fail.',
    ],
  },
  ({ tk }) => [
    for_each(to_kill, 'each', (each) => [if_(not(each.listed), [set(tk, each), break_])]),
    return_(tk),
  ],
);

const list_add_tail = kernelFunction('list_add_tail', { params: { tk: pointer(to_kill) } }, ({ tk }) => [
  set(tk.listed, 1),
]);

const kfree_to_kill = kernelFunction('kfree_to_kill', { params: { tk: pointer(to_kill) } }, ({ tk }) => [
  set(tk.tsk, NULL_TASK),
  set(tk.addr, 0),
  set(tk.size_shift, 0),
  set(tk.listed, 0),
]);

export const __add_to_kill = kernelFunction(
  '__add_to_kill',
  {
    file: 'mm/memory-failure.c',
    params: { tsk: pointer(task_struct), p: pointer(page), vma: pointer(vm_area_struct), addr: u64 },
    locals: { tk: pointer(to_kill) },
    abstracts: [
      'Pages are device pages: the shift is that of the device mapping. Task references are left out.',
    ],
  },
  ({ tsk, vma, addr, tk }) => [
    set(tk, kmalloc_to_kill()),
    set(tk.addr, addr),
    set(tk.size_shift, toWord(u32, dev_pagemap_mapping_shift(vma, tk.addr))),
    if_(and(ne(tk.addr, ADDRESS_EFAULT), eq(tk.size_shift, 0)), [kfree_to_kill(tk), return_()]),
    set(tk.tsk, tsk),
    list_add_tail(tk),
  ],
);

export const add_to_kill_anon_file = kernelFunction(
  'add_to_kill_anon_file',
  {
    file: 'mm/memory-failure.c',
    params: { tsk: pointer(task_struct), p: pointer(page), vma: pointer(vm_area_struct), addr: u64 },
  },
  ({ tsk, p, vma, addr }) => [if_(eq(addr, ADDRESS_EFAULT), [return_()]), __add_to_kill(tsk, p, vma, addr)],
);

/** The address comes from the offset that the caller gives; the page's own words are not read. */
export const add_to_kill_fsdax = kernelFunction(
  'add_to_kill_fsdax',
  {
    file: 'mm/memory-failure.c',
    params: { tsk: pointer(task_struct), p: pointer(page), vma: pointer(vm_area_struct), pgoff: u64 },
    locals: { addr: u64 },
  },
  ({ tsk, p, vma, pgoff, addr }) => [set(addr, vma_address(vma, pgoff, 1)), __add_to_kill(tsk, p, vma, addr)],
);

const find_early_kill_thread = kernelFunction(
  'find_early_kill_thread',
  {
    file: 'mm/memory-failure.c',
    params: { tsk: pointer(task_struct) },
    returns: pointer(task_struct),
    abstracts: ['A process has one thread.'],
  },
  ({ tsk }) => [
    if_(
      band(tsk.flags, PF_MCE_PROCESS),
      [if_(band(tsk.flags, PF_MCE_EARLY), [return_(tsk)])],
      [if_(the(memory_failure_state).sysctl_memory_failure_early_kill, [return_(tsk)])],
    ),
    return_(NULL_TASK),
  ],
);

export const task_early_kill = kernelFunction(
  'task_early_kill',
  {
    file: 'mm/memory-failure.c',
    params: { tsk: pointer(task_struct), force_early: u32 },
    returns: pointer(task_struct),
    abstracts: ['`current` is NULL for a task that is not modelled, and then has an mm unlike all others.'],
  },
  ({ tsk, force_early }) => [
    if_(not(tsk.mm), [return_(NULL_TASK)]),
    if_(and(force_early, current, eq(tsk.mm, current.mm)), [return_(current)]),
    return_(find_early_kill_thread(tsk)),
  ],
);

/** One signal: an observer of `kill-complete` and `kill-exact` watches this function. */
export const kill_proc = kernelFunction(
  'kill_proc',
  {
    file: 'mm/memory-failure.c',
    params: { tk: pointer(to_kill), pfn: u64, flags: int },
    locals: { t: pointer(task_struct), addr_lsb: u32, ret: int },
    returns: int,
  },
  ({ tk, flags, t, addr_lsb, ret }) => [
    set(t, tk.tsk),
    set(addr_lsb, tk.size_shift),
    if_(
      and(band(flags, MF_ACTION_REQUIRED), eq(t, current)),
      [set(ret, force_sig_mceerr(BUS_MCEERR_AR, tk.addr, addr_lsb))],
      [set(ret, send_sig_mceerr(BUS_MCEERR_AO, tk.addr, addr_lsb, t))],
    ),
    return_(ret),
  ],
);

export const kill_procs = kernelFunction(
  'kill_procs',
  { file: 'mm/memory-failure.c', params: { forcekill: int, pfn: u64, flags: int } },
  ({ forcekill, pfn, flags }) => [
    for_each(to_kill, 'tk', (tk) => [
      if_(tk.listed, [
        if_(forcekill, [
          if_(eq(tk.addr, ADDRESS_EFAULT), [kill_by_signal(tk.tsk)], [kill_proc(tk, pfn, flags)]),
        ]),
        kfree_to_kill(tk),
      ]),
    ]),
  ],
);

const sizeOfShift = (options: Options, shift: Expr<U64>): Expr<U64> => {
  const size = shl(value(u64, 1), shift);
  return options.has(PMD_ENTRIES) ? cond(eq(shift, PMD_SHIFT), PMD_SIZE, size) : size;
};

export const unmap_and_kill = kernelFunction(
  'unmap_and_kill',
  {
    file: 'mm/memory-failure.c',
    params: { pfn: u64, mapping: pointer(address_space), index: u64, flags: int },
    locals: { size: u64, start: u64 },
  },
  ({ pfn, mapping, index, flags, size, start }, options) => [
    for_each(to_kill, 'tk', (tk) => [
      if_(and(tk.listed, tk.size_shift), [
        if_(ugt(sizeOfShift(options, toWord(u64, tk.size_shift)), size), [
          set(size, sizeOfShift(options, toWord(u64, tk.size_shift))),
        ]),
      ]),
    ]),
    if_(size, [
      set(start, band(shl(index, PAGE_SHIFT), bnot(sub(size, 1)))),
      unmap_mapping_range(mapping, shr(start, PAGE_SHIFT), shr(size, PAGE_SHIFT), 0),
    ]),
    kill_procs(band(flags, MF_MUST_KILL), pfn, flags),
  ],
);
