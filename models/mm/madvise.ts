/** mm/madvise.c, v6.12: a task fails a page that it maps. */
import {
  bor,
  eq,
  if_,
  int,
  kernelFunction,
  neg,
  not,
  pointer,
  return_,
  set,
  u64,
} from '../../src/lang/public.ts';
import { page } from '../objects.ts';
import { EFAULT, EOPNOTSUPP, MF_ACTION_REQUIRED, MF_COUNT_INCREASED, MF_SW_SIMULATED } from '../words.ts';
import { get_user_pages_fast } from './gup.ts';
import { memory_failure } from './memory-failure.ts';

export const madvise_inject_error = kernelFunction(
  'madvise_inject_error',
  {
    file: 'mm/madvise.c',
    params: { start: u64 },
    locals: { pfn: u64, page: pointer(page), ret: int },
    returns: int,
    abstracts: ['One page a call, by a task that may do so (CAP_SYS_ADMIN); MADV_HWPOISON only.'],
  },
  ({ start, pfn, page, ret }) => [
    set(page, get_user_pages_fast(start)),
    if_(not(page), [return_(neg(EFAULT))]),
    set(pfn, page.pfn),
    set(ret, memory_failure(pfn, bor(bor(MF_ACTION_REQUIRED, MF_COUNT_INCREASED), MF_SW_SIMULATED))),
    if_(eq(ret, neg(EOPNOTSUPP)), [set(ret, 0)]),
    return_(ret),
  ],
);
