/** fs/dax.c, v6.12: the entry lock, for a caller that knows file and offset. */
import {
  break_,
  cond,
  continue_,
  eq,
  forever,
  if_,
  kernelFunction,
  not,
  or,
  pointer,
  return_,
  set,
  u64,
} from '../../src/lang/public.ts';
import { rcu_read_lock, rcu_read_unlock, xas_lock_irq, xas_unlock_irq } from '../locks.ts';
import { address_space, page } from '../objects.ts';
import {
  COOKIE_NOTHING,
  dax_is_empty_entry,
  dax_is_locked,
  dax_is_zero_entry,
  dax_to_pfn,
  NULL_PAGE,
  pfn_to_page,
} from '../words.ts';
import { dax_lock_entry, dax_unlock_entry, wait_entry_unlocked } from './entry.ts';
import { dax_mapping } from './mapping.ts';

/** Reads neither page->mapping nor page->index. Gives ~0UL where there is no page to lock. */
export const dax_lock_mapping_entry = kernelFunction(
  'dax_lock_mapping_entry',
  {
    file: 'fs/dax.c',
    params: { mapping: pointer(address_space), index: u64 },
    locals: { entry: u64 },
    returns: u64,
    abstracts: [
      'The page is not an output parameter: the caller takes it from the cookie, which is the entry.',
    ],
  },
  ({ mapping, index, entry }) => [
    rcu_read_lock(),
    forever([
      set(entry, 0),
      if_(not(dax_mapping(mapping)), [break_]),
      xas_lock_irq(mapping.xa_lock),
      set(entry, mapping.i_pages.at(index)),
      if_(dax_is_locked(entry), [
        rcu_read_unlock(),
        wait_entry_unlocked(mapping, index, entry),
        rcu_read_lock(),
        continue_,
      ]),
      if_(
        or(not(entry), dax_is_zero_entry(entry), dax_is_empty_entry(entry)),
        [set(entry, COOKIE_NOTHING)],
        [dax_lock_entry(mapping, index, entry)],
      ),
      xas_unlock_irq(mapping.xa_lock),
      break_,
    ]),
    rcu_read_unlock(),
    return_(entry),
  ],
);

/** What dax_lock_mapping_entry stores through its third parameter. */
export const page_of_cookie = kernelFunction(
  'page_of_cookie',
  { params: { cookie: u64 }, returns: pointer(page) },
  ({ cookie }) => [return_(cond(eq(cookie, COOKIE_NOTHING), NULL_PAGE, pfn_to_page(dax_to_pfn(cookie))))],
);

export const dax_unlock_mapping_entry = kernelFunction(
  'dax_unlock_mapping_entry',
  { file: 'fs/dax.c', params: { mapping: pointer(address_space), index: u64, cookie: u64 } },
  ({ mapping, index, cookie }) => [
    if_(eq(cookie, COOKIE_NOTHING), [return_()]),
    dax_unlock_entry(mapping, index, cookie),
  ],
);
