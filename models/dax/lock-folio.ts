/** fs/dax.c, v6.12: the entry lock, found through the page's owner words. */
import {
  break_,
  continue_,
  forever,
  if_,
  kernelFunction,
  ne,
  not,
  or,
  pointer,
  READ_ONCE,
  return_,
  set,
  u64,
} from '../../src/lang/public.ts';
import { rcu_read_lock, rcu_read_unlock, xas_lock_irq, xas_unlock_irq } from '../locks.ts';
import { address_space, page } from '../objects.ts';
import { COOKIE_NOTHING, dax_is_locked } from '../words.ts';
import { dax_lock_entry, dax_unlock_entry, wait_entry_unlocked } from './entry.ts';
import { dax_mapping, S_ISCHR } from './mapping.ts';

/** Gives the entry as it was before it was locked; 0 where nothing could be locked. */
export const dax_lock_folio = kernelFunction(
  'dax_lock_folio',
  {
    file: 'fs/dax.c',
    params: { folio: pointer(page) },
    locals: { mapping: pointer(address_space), index: u64, entry: u64 },
    returns: u64,
    abstracts: ['xas is written as its two parts, mapping and index.'],
  },
  ({ folio, mapping, index, entry }) => [
    rcu_read_lock(),
    forever([
      set(mapping, READ_ONCE(folio.mapping)),
      set(entry, 0),
      if_(or(not(mapping), not(dax_mapping(mapping))), [break_]),
      set(entry, COOKIE_NOTHING),
      if_(S_ISCHR(mapping.host.i_mode), [break_]),
      xas_lock_irq(mapping.xa_lock),
      if_(ne(mapping, folio.mapping), [xas_unlock_irq(mapping.xa_lock), continue_]),
      set(index, folio.index),
      set(entry, mapping.i_pages.at(index)),
      if_(dax_is_locked(entry), [
        rcu_read_unlock(),
        wait_entry_unlocked(mapping, index, entry),
        rcu_read_lock(),
        continue_,
      ]),
      dax_lock_entry(mapping, index, entry),
      xas_unlock_irq(mapping.xa_lock),
      break_,
    ]),
    rcu_read_unlock(),
    return_(entry),
  ],
);

/** Reads the owner words anew: they decide which entry the cookie is stored to. */
export const dax_unlock_folio = kernelFunction(
  'dax_unlock_folio',
  {
    file: 'fs/dax.c',
    params: { folio: pointer(page), cookie: u64 },
    locals: { mapping: pointer(address_space), index: u64 },
  },
  ({ folio, cookie, mapping, index }) => [
    set(mapping, folio.mapping),
    set(index, folio.index),
    if_(S_ISCHR(mapping.host.i_mode), [return_()]),
    dax_unlock_entry(mapping, index, cookie),
  ],
);
