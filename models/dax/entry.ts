/**
 * fs/dax.c, v6.12: the lock of a DAX entry. `xas` is written as its two parts, mapping and index.
 *
 * The LOCKED bit has no owner in the kernel; dax_entry_locks keeps one beside it, changed in the same
 * critical section. Each wait goes on as soon as the entry is unlocked: lost wake-ups are out of the model.
 */
import {
  BUG_ON,
  bor,
  type Expr,
  eq,
  forever,
  if_,
  kernelFunction,
  not,
  type Pointer,
  placeOf,
  pointer,
  primitive,
  return_,
  set,
  shl,
  smp_processor_id,
  type U8,
  type U64,
  u8,
  u64,
  value,
} from '../../src/lang/public.ts';
import { schedule, xas_lock_irq, xas_unlock_irq } from '../locks.ts';
import { address_space, dax_entry_locks } from '../objects.ts';
import { DAX_LOCKED, dax_is_locked, xa_mk_value, xa_to_value } from '../words.ts';

const thisCpuExclusively = (): Expr<U8> => shl(value(u8, 0x10), smp_processor_id);

/** The bit is set: this CPU owns the entry. Whoever waits for it has let go of the i_pages lock. */
function entryLocked(mapping: Expr<Pointer<address_space>>, index: Expr<U64>) {
  const word = mapping.entry_locks.entry_lock.at(index);
  return primitive('lock_acquired', {
    shown: [word],
    effects: [[word, thisCpuExclusively()]],
    lock: {
      does: 'acquire',
      mode: 'exclusive',
      place: placeOf(word),
      dropped: placeOf(mapping.xa_lock),
    },
  });
}

function entryUnlocked(mapping: Expr<Pointer<address_space>>, index: Expr<U64>) {
  const word = mapping.entry_locks.entry_lock.at(index);
  return primitive('lock_release', {
    shown: [word],
    demands: [
      {
        property: 'lock-pairing',
        holds: eq(word, thisCpuExclusively()),
        says: 'the DAX entry is unlocked by a task that has not locked it',
      },
    ],
    effects: [[word, 0]],
    lock: { does: 'release', mode: 'exclusive', place: placeOf(word) },
  });
}

/** Sleeps on the entry's wait queue, which is global: the file itself is not touched. */
function scheduleUntilUnlocked(locks: Expr<Pointer<dax_entry_locks>>, index: Expr<U64>) {
  const word = locks.entry_lock.at(index);
  return schedule(word, eq(word, 0));
}

const xas = { mapping: pointer(address_space), index: u64 } as const;

/** Under the i_pages lock. Gives the entry that stood there before. */
export const xas_store = kernelFunction(
  'xas_store',
  { file: 'lib/xarray.c', params: { ...xas, entry: u64 }, locals: { old: u64 }, returns: u64 },
  ({ mapping, index, entry, old }) => [
    set(old, mapping.i_pages.at(index)),
    set(mapping.i_pages.at(index), entry),
    return_(old),
  ],
);

/** Called and left with the i_pages lock held. Gives the entry, unlocked, or 0. */
export const get_unlocked_entry = kernelFunction(
  'get_unlocked_entry',
  {
    file: 'fs/dax.c',
    params: xas,
    locals: { entry: u64, wq: pointer(dax_entry_locks) },
    returns: u64,
    abstracts: [
      'A DAX file holds value entries only, so the test for other entries is left out.',
      'All entries are of order 0, so there is no conflict of orders.',
    ],
  },
  ({ mapping, index, entry, wq }) => [
    forever([
      set(entry, mapping.i_pages.at(index)),
      if_(not(entry), [return_(entry)]),
      if_(not(dax_is_locked(entry)), [return_(entry)]),
      set(wq, mapping.entry_locks),
      xas_unlock_irq(mapping.xa_lock),
      scheduleUntilUnlocked(wq, index),
      xas_lock_irq(mapping.xa_lock),
    ]),
  ],
);

/** Called with the i_pages lock held, left without. After it the mapping may be gone. */
export const wait_entry_unlocked = kernelFunction(
  'wait_entry_unlocked',
  { file: 'fs/dax.c', params: { ...xas, entry: u64 }, locals: { wq: pointer(dax_entry_locks) } },
  ({ mapping, index, wq }) => [
    set(wq, mapping.entry_locks),
    xas_unlock_irq(mapping.xa_lock),
    scheduleUntilUnlocked(wq, index),
  ],
);

/** Called with the i_pages lock held. Gives the entry that stood there before. */
export const dax_lock_entry = kernelFunction(
  'dax_lock_entry',
  { file: 'fs/dax.c', params: { ...xas, entry: u64 }, locals: { v: u64, old: u64 }, returns: u64 },
  ({ mapping, index, entry, v, old }) => [
    set(v, xa_to_value(entry)),
    set(old, xas_store(mapping, index, xa_mk_value(bor(v, DAX_LOCKED)))),
    entryLocked(mapping, index),
    return_(old),
  ],
);

export const dax_unlock_entry = kernelFunction(
  'dax_unlock_entry',
  { file: 'fs/dax.c', params: { ...xas, entry: u64 }, locals: { old: u64 } },
  ({ mapping, index, entry, old }) => [
    BUG_ON(dax_is_locked(entry)),
    xas_lock_irq(mapping.xa_lock),
    set(old, xas_store(mapping, index, entry)),
    entryUnlocked(mapping, index),
    xas_unlock_irq(mapping.xa_lock),
    BUG_ON(not(dax_is_locked(old))),
  ],
);
