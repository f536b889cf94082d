/**
 * fs/dax.c, v6.12: the lock of a DAX entry. `xas` is written as its two parts, mapping and index.
 *
 * The LOCKED bit has no owner in the kernel; dax_entry_locks keeps one beside it, changed in the same
 * critical section. Each wait goes on as soon as the entry is unlocked: lost wake-ups are out of the model.
 */
import {
  and,
  BUG_ON,
  band,
  bnot,
  bor,
  cond,
  constant,
  type Expr,
  eq,
  for_index,
  forever,
  if_,
  kernelFunction,
  not,
  type Options,
  or,
  type Pointer,
  placeOf,
  pointer,
  primitive,
  return_,
  type Stmt,
  set,
  shl,
  smp_processor_id,
  type U8,
  type U64,
  u8,
  u64,
  value,
} from '../../src/lang/public.ts';
import { PAGES_PER_PMD } from '../../src/litmus/bounds.ts';
import { schedule, xas_lock_irq, xas_unlock_irq } from '../locks.ts';
import { PG_PMD_COLOUR } from '../mm/pmd.ts';
import { address_space, dax_entry_locks, PMD_ENTRIES } from '../objects.ts';
import { DAX_LOCKED, DAX_PMD, dax_is_locked, dax_is_pmd_entry, xa_mk_value, xa_to_value } from '../words.ts';

const thisCpuExclusively = (): Expr<U8> => shl(value(u8, 0x10), smp_processor_id);

/** The bit is set: this CPU owns the entry. Whoever waits for it has let go of the i_pages lock. */
function entryLocked(word: Expr<U8>, xa_lock: Expr<U8>) {
  return primitive('lock_acquired', {
    shown: [word],
    effects: [[word, thisCpuExclusively()]],
    lock: {
      does: 'acquire',
      mode: 'exclusive',
      place: placeOf(word),
      dropped: placeOf(xa_lock),
    },
  });
}

function entryUnlocked(word: Expr<U8>) {
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
const scheduleUntilUnlocked = (word: Expr<U8>) => schedule(word, eq(word, 0));

/** A PMD entry has one lock: dax_entry_waitqueue looks at `entry` for that, and takes the first of its offsets. */
const lockWordOf = (
  options: Options,
  { entry_lock }: Expr<Pointer<dax_entry_locks>>,
  index: Expr<U64>,
  entry: Expr<U64>,
): Expr<U8> =>
  entry_lock.at(
    options.has(PMD_ENTRIES)
      ? cond(band(xa_to_value(entry), DAX_PMD), band(index, bnot(PG_PMD_COLOUR)), index)
      : index,
  );

/** Some entry that get_unlocked_entry was asked for is of a smaller order. */
export const XA_RETRY_ENTRY = constant('XA_RETRY_ENTRY', u64, (256 << 2) | 2);

const xas = { mapping: pointer(address_space), index: u64 } as const;

/** Under the i_pages lock. Gives the entry that stood there before. */
export const xas_store = kernelFunction(
  'xas_store',
  {
    file: 'lib/xarray.c',
    params: { ...xas, entry: u64 },
    locals: { old: u64 },
    returns: u64,
    abstracts: (options) =>
      options.has(PMD_ENTRIES)
        ? [
            'An entry of several offsets stands at each of them, where the kernel has siblings that lead to one.',
          ]
        : [],
  },
  ({ mapping, index, entry, old }, options) => [
    set(old, mapping.i_pages.at(index)),
    ...(options.has(PMD_ENTRIES)
      ? [
          if_(
            or(dax_is_pmd_entry(old), dax_is_pmd_entry(entry)),
            [
              for_index('i', u64, PAGES_PER_PMD, (i) => [
                set(mapping.i_pages.at(bor(band(index, bnot(PG_PMD_COLOUR)), i)), entry),
              ]),
            ],
            [set(mapping.i_pages.at(index), entry)],
          ),
        ]
      : [set(mapping.i_pages.at(index), entry)]),
    return_(old),
  ],
);

/** The loop of get_unlocked_entry; `conflict`: what is looked at first. */
const unlockedEntry = (
  v: {
    readonly mapping: Expr<Pointer<address_space>>;
    readonly index: Expr<U64>;
    readonly entry: Expr<U64>;
    readonly wq: Expr<Pointer<dax_entry_locks>>;
  },
  options: Options,
  conflict: readonly Stmt[],
): readonly Stmt[] => [
  forever([
    ...conflict,
    set(v.entry, v.mapping.i_pages.at(v.index)),
    if_(not(v.entry), [return_(v.entry)]),
    if_(not(dax_is_locked(v.entry)), [return_(v.entry)]),
    set(v.wq, v.mapping.entry_locks),
    xas_unlock_irq(v.mapping.xa_lock),
    scheduleUntilUnlocked(lockWordOf(options, v.wq, v.index, v.entry)),
    xas_lock_irq(v.mapping.xa_lock),
  ]),
];

/** Called and left with the i_pages lock held. Gives the entry, unlocked, or 0. */
export const get_unlocked_entry = kernelFunction(
  'get_unlocked_entry',
  {
    file: 'fs/dax.c',
    params: xas,
    locals: { entry: u64, wq: pointer(dax_entry_locks) },
    returns: u64,
    abstracts: (options) => [
      'A DAX file holds value entries only, so the test for other entries is left out.',
      options.has(PMD_ENTRIES)
        ? 'Order 0 is asked for, so there is no conflict of orders.'
        : 'All entries are of order 0, so there is no conflict of orders.',
    ],
  },
  (v, options) => unlockedEntry(v, options, []),
);

/** Gives XA_RETRY_ENTRY where a page has an entry of its own. `index` is the first of the PMD. */
export const get_unlocked_entry_pmd = kernelFunction(
  'get_unlocked_entry_pmd',
  {
    file: 'fs/dax.c',
    params: xas,
    locals: { entry: u64, wq: pointer(dax_entry_locks) },
    returns: u64,
    abstracts: [
      'get_unlocked_entry with PMD_ORDER.',
      'A DAX file holds value entries only, so the test for other entries is left out.',
    ],
  },
  (v, options) =>
    unlockedEntry(v, options, [
      for_index('i', u64, PAGES_PER_PMD, (i) => [
        set(v.entry, v.mapping.i_pages.at(bor(v.index, i))),
        if_(and(v.entry, not(dax_is_pmd_entry(v.entry))), [return_(XA_RETRY_ENTRY)]),
      ]),
    ]),
);

/** Called with the i_pages lock held, left without. After it the mapping may be gone. */
export const wait_entry_unlocked = kernelFunction(
  'wait_entry_unlocked',
  { file: 'fs/dax.c', params: { ...xas, entry: u64 }, locals: { wq: pointer(dax_entry_locks) } },
  ({ mapping, index, entry, wq }, options) => [
    set(wq, mapping.entry_locks),
    xas_unlock_irq(mapping.xa_lock),
    scheduleUntilUnlocked(lockWordOf(options, wq, index, entry)),
  ],
);

/** Called with the i_pages lock held. Gives the entry that stood there before. */
export const dax_lock_entry = kernelFunction(
  'dax_lock_entry',
  { file: 'fs/dax.c', params: { ...xas, entry: u64 }, locals: { v: u64, old: u64 }, returns: u64 },
  ({ mapping, index, entry, v, old }, options) => [
    set(v, xa_to_value(entry)),
    set(old, xas_store(mapping, index, xa_mk_value(bor(v, DAX_LOCKED)))),
    entryLocked(lockWordOf(options, mapping.entry_locks, index, entry), mapping.xa_lock),
    return_(old),
  ],
);

export const dax_unlock_entry = kernelFunction(
  'dax_unlock_entry',
  { file: 'fs/dax.c', params: { ...xas, entry: u64 }, locals: { old: u64 } },
  ({ mapping, index, entry, old }, options) => [
    BUG_ON(dax_is_locked(entry)),
    xas_lock_irq(mapping.xa_lock),
    set(old, xas_store(mapping, index, entry)),
    entryUnlocked(lockWordOf(options, mapping.entry_locks, index, entry)),
    xas_unlock_irq(mapping.xa_lock),
    BUG_ON(not(dax_is_locked(old))),
  ],
);
