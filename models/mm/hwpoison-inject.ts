/** mm/hwpoison-inject.c, v6.12: a page frame is failed from outside, through debugfs. */
import {
  cond,
  eq,
  if_,
  int,
  kernelFunction,
  neg,
  not,
  return_,
  set,
  the,
  u64,
  value,
} from '../../src/lang/public.ts';
import { memory_failure_state } from '../objects.ts';
import { ENXIO, EOPNOTSUPP, MF_SW_SIMULATED, pfn_to_page } from '../words.ts';
import { memory_failure } from './memory-failure.ts';

export const hwpoison_inject = kernelFunction(
  'hwpoison_inject',
  {
    file: 'mm/hwpoison-inject.c',
    params: { val: u64 },
    locals: { pfn: u64, err: int },
    returns: int,
    abstracts: ['By a task that may do so (CAP_SYS_ADMIN).'],
  },
  ({ val, pfn, err }) => [
    set(pfn, val),
    if_(not(pfn_to_page(pfn)), [return_(neg(ENXIO))]),
    // A device page is on no LRU list: with the filter on, nothing is injected.
    if_(the(memory_failure_state).hwpoison_filter_enable, [return_(value(int, 0))]),
    set(err, memory_failure(pfn, MF_SW_SIMULATED)),
    return_(cond(eq(err, neg(EOPNOTSUPP)), 0, err)),
  ],
);
