/** mm/memory-failure.c, v6.12: the filter that tests may set; it is off unless a scenario turns it on. */
import {
  band,
  if_,
  int,
  kernelFunction,
  ne,
  neg,
  not,
  or,
  pointer,
  return_,
  set,
  the,
  toWord,
  u64,
  value,
} from '../../src/lang/public.ts';
import { address_space, memory_failure_state, page } from '../objects.ts';
import { EINVAL, NULL_MAPPING, PAGE_MAPPING_FLAGS } from '../words.ts';

export const folio_mapping = kernelFunction(
  'folio_mapping',
  {
    file: 'mm/util.c',
    params: { folio: pointer(page) },
    locals: { mapping: pointer(address_space) },
    returns: pointer(address_space),
    abstracts: ['Slab and swap cache pages do not come here.'],
  },
  ({ folio, mapping }) => [
    set(mapping, folio.mapping),
    if_(ne(band(toWord(u64, mapping), PAGE_MAPPING_FLAGS), 0), [return_(NULL_MAPPING)]),
    return_(mapping),
  ],
);

const hwpoison_filter_dev = kernelFunction(
  'hwpoison_filter_dev',
  {
    file: 'mm/memory-failure.c',
    params: { p: pointer(page) },
    locals: { mapping: pointer(address_space) },
    returns: int,
    abstracts: ['A filter that is on is one by device, and every file is on the device that it lets pass.'],
  },
  ({ p, mapping }) => [
    set(mapping, folio_mapping(p)),
    if_(or(not(mapping), not(mapping.host)), [return_(neg(EINVAL))]),
    return_(value(int, 0)),
  ],
);

export const hwpoison_filter = kernelFunction(
  'hwpoison_filter',
  {
    file: 'mm/memory-failure.c',
    params: { p: pointer(page) },
    returns: int,
    abstracts: ['The filters by page flags and by memory cgroup are left out.'],
  },
  ({ p }) => [
    if_(not(the(memory_failure_state).hwpoison_filter_enable), [return_(value(int, 0))]),
    if_(hwpoison_filter_dev(p), [return_(neg(EINVAL))]),
    return_(value(int, 0)),
  ],
);
