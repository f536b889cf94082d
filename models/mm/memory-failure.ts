/** mm/memory-failure.c, v6.12: what happens to a device page that failed. */
import {
  add,
  and,
  band,
  bool,
  bor,
  cond,
  constant,
  eq,
  if_,
  int,
  kernelFunction,
  mutex_lock,
  mutex_unlock,
  ne,
  neg,
  not,
  pointer,
  return_,
  set,
  the,
  u64,
  ult,
  value,
  virtualFunction,
  while_,
} from '../../src/lang/public.ts';
import { dax_lock_folio, dax_unlock_folio } from '../dax/lock-folio.ts';
import {
  dax_lock_mapping_entry,
  dax_unlock_mapping_entry,
  page_of_cookie,
} from '../dax/lock-mapping-entry.ts';
import { address_space, dev_pagemap, memory_failure_state, page } from '../objects.ts';
import {
  EBUSY,
  ENXIO,
  EOPNOTSUPP,
  MF_ACTION_REQUIRED,
  MF_COUNT_INCREASED,
  MF_MEM_PRE_REMOVE,
  MF_MUST_KILL,
  pfn_to_page,
} from '../words.ts';
import { collect_procs, collect_procs_fsdax } from './collect-procs.ts';
import { put_page } from './gup.ts';
import { hwpoison_filter } from './hwpoison-filter.ts';
import { unmap_and_kill } from './kill.ts';
import { SetPageHWPoison } from './page-flags.ts';
import { dequeue_signals, SIGNALS_QUEUE } from './signal.ts';

export const MF_FAILED = constant('MF_FAILED', int, 1);
export const MF_RECOVERED = constant('MF_RECOVERED', int, 3);

/** `pgmap->ops->memory_failure` */
export const pagemap_memory_failure = virtualFunction('pagemap_memory_failure', {
  params: { pgmap: pointer(dev_pagemap), pfn: u64, nr_pages: u64, mf_flags: int },
  returns: int,
});

/** The generic route: through the page's owner words. */
export const mf_generic_kill_procs = kernelFunction(
  'mf_generic_kill_procs',
  {
    file: 'mm/memory-failure.c',
    params: { pfn: u64, flags: int, pgmap: pointer(dev_pagemap) },
    locals: { folio: pointer(page), cookie: u64, rc: int },
    returns: int,
    abstracts: ['The device is of type MEMORY_DEVICE_FS_DAX; the other types are left out.'],
  },
  ({ pfn, flags, folio, cookie, rc }) => [
    set(folio, pfn_to_page(pfn)),
    set(cookie, dax_lock_folio(folio)),
    if_(not(cookie), [return_(neg(EBUSY))]),
    if_(
      hwpoison_filter(folio),
      [set(rc, neg(EOPNOTSUPP))],
      [
        SetPageHWPoison(folio),
        set(flags, bor(flags, bor(MF_ACTION_REQUIRED, MF_MUST_KILL))),
        collect_procs(folio, folio, 1),
        unmap_and_kill(pfn, folio.mapping, folio.index, flags),
      ],
    ),
    dax_unlock_folio(folio, cookie),
    return_(rc),
  ],
);

/** The filesystem route: file and offsets are given, the page's owner words are not read. */
export const mf_dax_kill_procs = kernelFunction(
  'mf_dax_kill_procs',
  {
    file: 'mm/memory-failure.c',
    params: { mapping: pointer(address_space), index: u64, count: u64, mf_flags: int },
    locals: { cookie: u64, page: pointer(page), end: u64, pre_remove: bool },
    returns: int,
  },
  ({ mapping, index, count, mf_flags, cookie, page, end, pre_remove }) => [
    set(end, add(index, count)),
    set(pre_remove, ne(band(mf_flags, MF_MEM_PRE_REMOVE), 0)),
    set(mf_flags, bor(mf_flags, bor(MF_ACTION_REQUIRED, MF_MUST_KILL))),
    while_(ult(index, end), [
      set(cookie, dax_lock_mapping_entry(mapping, index)),
      if_(not(cookie), [return_(neg(EBUSY))]),
      set(page, page_of_cookie(cookie)),
      if_(page, [
        if_(not(pre_remove), [SetPageHWPoison(page)]),
        collect_procs_fsdax(page, mapping, index, pre_remove),
        unmap_and_kill(page.pfn, mapping, index, mf_flags),
      ]),
      dax_unlock_mapping_entry(mapping, index, cookie),
      set(index, add(index, 1)),
    ]),
    return_(value(int, 0)),
  ],
);

/** The result that is recorded: what the properties call Recovered and Failed. */
export const action_result = kernelFunction(
  'action_result',
  {
    file: 'mm/memory-failure.c',
    params: { pfn: u64, result: int },
    returns: int,
    abstracts: ['Counters and messages are left out.'],
  },
  ({ result }) => [return_(cond(eq(result, MF_RECOVERED), 0, neg(EBUSY)))],
);

export const memory_failure_dev_pagemap = kernelFunction(
  'memory_failure_dev_pagemap',
  {
    file: 'mm/memory-failure.c',
    params: { pfn: u64, flags: int, pgmap: pointer(dev_pagemap) },
    locals: { rc: int },
    returns: int,
    abstracts: ["Failures of the device's own metadata are left out. References to the pgmap are left out."],
  },
  ({ pfn, flags, pgmap, rc }) => [
    set(rc, neg(EOPNOTSUPP)),
    if_(pgmap_has_memory_failure(pgmap), [set(rc, pagemap_memory_failure(pgmap, pfn, 1, flags))]),
    if_(eq(rc, neg(EOPNOTSUPP)), [set(rc, mf_generic_kill_procs(pfn, flags, pgmap))]),
    if_(ne(rc, neg(EOPNOTSUPP)), [action_result(pfn, cond(rc, MF_FAILED, MF_RECOVERED))]),
    return_(rc),
  ],
);

const pgmap_has_memory_failure = kernelFunction(
  'pgmap_has_memory_failure',
  { file: 'include/linux/memremap.h', params: { pgmap: pointer(dev_pagemap) }, returns: bool },
  ({ pgmap }) => [return_(and(pgmap.ops, pgmap.ops.memory_failure))],
);

export const put_ref_page = kernelFunction(
  'put_ref_page',
  { file: 'mm/memory-failure.c', params: { pfn: u64, flags: int } },
  ({ pfn, flags }) => [if_(not(band(flags, MF_COUNT_INCREASED)), [return_()]), put_page(pfn_to_page(pfn))],
);

const get_dev_pagemap = kernelFunction(
  'get_dev_pagemap',
  {
    file: 'mm/memremap.c',
    params: { pfn: u64 },
    locals: { page: pointer(page) },
    returns: pointer(dev_pagemap),
    abstracts: ['The device stays.'],
  },
  ({ pfn, page }) => [
    set(page, pfn_to_page(pfn)),
    if_(not(page), [return_(value(pointer(dev_pagemap), 0))]),
    return_(page.pgmap),
  ],
);

export const memory_failure = kernelFunction(
  'memory_failure',
  {
    file: 'mm/memory-failure.c',
    params: { pfn: u64, flags: int },
    locals: { pgmap: pointer(dev_pagemap), res: int },
    returns: int,
    abstracts: ['Pages of System RAM are left out: every failure is one of a device page.'],
  },
  ({ pfn, flags, pgmap, res }, options) => [
    mutex_lock(the(memory_failure_state).mf_mutex),
    set(pgmap, get_dev_pagemap(pfn)),
    put_ref_page(pfn, flags),
    if_(pgmap, [set(res, memory_failure_dev_pagemap(pfn, flags, pgmap))], [set(res, neg(ENXIO))]),
    ...(options.has(SIGNALS_QUEUE) ? [dequeue_signals()] : []),
    mutex_unlock(the(memory_failure_state).mf_mutex),
    return_(res),
  ],
);
