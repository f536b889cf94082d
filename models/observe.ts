/**
 * What is remembered of the current memory failure, for the properties: who had the page present, who was
 * collected and signalled, what was flagged, and the recorded result. One failure at a time (mf_mutex).
 *
 * For programs without ANY_MAPPING: an offset of the VMA is one of the file.
 *
 * Present means: the task's page table entry maps the failed frame of the device. Page table entries and
 * DAX entries are looked at again in the step of each store to one.
 */
import {
  type ArrayOf,
  add,
  and,
  array,
  type Bool,
  type Bounds,
  band,
  bool,
  boundValue,
  cond,
  type Expr,
  type ExprOf,
  eq,
  handle,
  instance,
  int,
  type KernelFunction,
  ne,
  not,
  type ObserverSpec,
  observe,
  observeWhen,
  or,
  type Pointer,
  pointer,
  type Struct,
  shl,
  shr,
  struct,
  sub,
  the,
  toWord,
  type U8,
  type U32,
  type U64,
  u8,
  u32,
  u64,
  value,
} from '../src/lang/public.ts';
import type { Type } from '../src/lang/types.ts';
import { current, NULL_TASK } from './current.ts';
import { xas_store } from './dax/entry.ts';
import { __add_to_kill, kill_proc } from './mm/kill.ts';
import {
  action_result,
  MF_RECOVERED,
  memory_failure,
  memory_failure_dev_pagemap,
  put_ref_page,
} from './mm/memory-failure.ts';
import { SetPageHWPoison } from './mm/page-flags.ts';
import { pte_clear, set_pte_at } from './mm/pgtable.ts';
import { BUS_MCEERR_AO, BUS_MCEERR_AR, kill_by_signal } from './mm/signal.ts';
import {
  address_space,
  file,
  inode_slab,
  memory_failure_state,
  mm_struct,
  page,
  task_struct,
  to_kill,
  vm_area_struct,
} from './objects.ts';
import {
  devmapPte,
  MF_COUNT_INCREASED,
  PAGE_SHIFT,
  PF_MCE_EARLY,
  PF_MCE_PROCESS,
  xa_to_value,
} from './words.ts';

/** The failure that is being handled; all zero when there is none. */
export interface failure {
  /** The failed frame. */
  pfn: U64;
  /** The task in which it was raised; NULL for none that is modelled. */
  raised_in: Pointer<task_struct>;
  /** MF_RECOVERED, MF_FAILED, or 0 while nothing is recorded. */
  result: U32;
  /** The failed page was flagged poisoned; another page was. */
  flagged: Bool;
  flagged_other: Bool;
  /** A signal went to a task, or named an address, that did not have the page present during the failure. */
  told_wrong: Bool;
}
export const failure: Struct<failure> = struct<failure>(
  'failure',
  {
    pfn: u64,
    raised_in: pointer('task_struct'),
    result: u32,
    flagged: bool,
    flagged_other: bool,
    told_wrong: bool,
  },
  { ghost: true },
);

/** What the current failure means to one task, by offset of its VMA. */
export interface failure_task {
  /** Present without a break from the start of the failure until now, or until the task was collected. */
  had: ArrayOf<Bool>;
  /** Present at some moment since the start of the failure. */
  ever: ArrayOf<Bool>;
  /** Present without a break since a moment at which nobody had been collected for that file and offset. */
  kept: ArrayOf<Bool>;
  collected: Bool;
  /** BUS_MCEERR_AR or BUS_MCEERR_AO if that signal was sent with the address of this offset. */
  told: ArrayOf<U8>;
}
export const failure_task: Struct<failure_task> = struct<failure_task>(
  'failure_task',
  {
    had: array(bool, 'offsets'),
    ever: array(bool, 'offsets'),
    kept: array(bool, 'offsets'),
    collected: bool,
    told: array(u8, 'offsets'),
  },
  { ghost: true, instances: 'tasks' },
);

/** What the current failure means to one file, by offset. */
export interface failure_owner {
  /** An entry names the failed page, without a break since the start. */
  live: ArrayOf<Bool>;
  /** Somebody was collected for this offset of the file. */
  collected: ArrayOf<Bool>;
}
export const failure_owner: Struct<failure_owner> = struct<failure_owner>(
  'failure_owner',
  { live: array(bool, 'offsets'), collected: array(bool, 'offsets') },
  { ghost: true, instances: 'files' },
);

type Effect = readonly [target: ExprOf, value: Expr<Type> | ExprOf | number];
const local = <T extends Type>(name: string, type: T): Expr<T> => handle({ kind: 'local', type, name });
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** The entry of a file, whatever its lock bit, names this frame. An inode that is not allocated has none. */
export function entryNames(f: number, o: number, pfn: ExprOf<U64> | number): Expr<Bool> {
  const entry = instance(address_space, f).i_pages.at(o);
  const unlocked = band(xa_to_value(entry), value(u64, -2));
  const named = typeof pfn === 'number' ? value(u64, BigInt(pfn) << 4n) : shl(pfn, 4);
  return and(instance(inode_slab, f).allocated, entry, eq(unlocked, named));
}

/** The task's page table entry maps the failed frame. */
const present = (t: number, o: number): Expr<Bool> =>
  eq(instance(mm_struct, t).pte.at(o), devmapPte(the(failure).pfn));

/** Asked for early kill: by its own flags, or by the sysctl. */
const earlyKill = (t: number): Expr<Bool> => {
  const flags = instance(task_struct, t).flags;
  return or(
    and(band(flags, PF_MCE_PROCESS), band(flags, PF_MCE_EARLY)),
    and(not(band(flags, PF_MCE_PROCESS)), the(memory_failure_state).sysctl_memory_failure_early_kill),
  );
};

/** The tasks that the policy lets a failure signal. */
export const selected = (t: number): Expr<Bool> =>
  or(eq(the(failure).raised_in, instance(task_struct, t)), earlyKill(t));

export const recovered = (): Expr<Bool> => eq(the(failure).result, MF_RECOVERED);

/** Every task and offset of its VMA; every file and offset. */
export function pairs(bounds: Bounds, of: 'tasks' | 'files'): readonly (readonly [number, number])[] {
  return upTo(boundValue(bounds, of)).flatMap((i) =>
    upTo(boundValue(bounds, 'offsets')).map((o) => [i, o] as const),
  );
}

/** Some entry named the failed page throughout the failure. */
export const liveSinceStart = (bounds: Bounds): Expr<Bool> =>
  or(...pairs(bounds, 'files').map(([f, o]) => instance(failure_owner, f).live.at(o)));

function startEffects(bounds: Bounds): Effect[] {
  const f = the(failure);
  const pfn = local('pfn', u64);
  const presentAtStart = (t: number, o: number) => eq(instance(mm_struct, t).pte.at(o), devmapPte(pfn));
  return [
    [f.pfn, pfn],
    [f.raised_in, current],
    ...pairs(bounds, 'tasks').flatMap(([t, o]): Effect[] => {
      const task = instance(failure_task, t);
      return [task.had, task.ever, task.kept].map((mask) => [mask.at(o), presentAtStart(t, o)] as const);
    }),
    ...pairs(bounds, 'files').map(
      ([i, o]): Effect => [instance(failure_owner, i).live.at(o), entryNames(i, o, pfn)],
    ),
  ];
}

function endEffects(bounds: Bounds): Effect[] {
  const f = the(failure);
  return [
    [f.pfn, 0],
    [f.raised_in, NULL_TASK],
    [f.result, 0],
    [f.flagged, 0],
    [f.flagged_other, 0],
    [f.told_wrong, 0],
    ...upTo(boundValue(bounds, 'tasks')).map((t): Effect => [instance(failure_task, t).collected, 0]),
    ...pairs(bounds, 'tasks').flatMap(([t, o]): Effect[] => {
      const task = instance(failure_task, t);
      return [task.had, task.ever, task.kept, task.told].map((mask) => [mask.at(o), 0] as const);
    }),
    ...pairs(bounds, 'files').flatMap(([i, o]): Effect[] => {
      const owner = instance(failure_owner, i);
      return [owner.live, owner.collected].map((mask) => [mask.at(o), 0] as const);
    }),
  ];
}

/** Somebody was collected for the file and offset that this offset of the task's VMA maps. */
export function ownerCollected(bounds: Bounds, t: number, o: number): Expr<Bool> {
  const vm_file = instance(vm_area_struct, t).vm_file;
  return or(
    ...upTo(boundValue(bounds, 'files')).map((f) =>
      and(eq(vm_file, instance(file, f)), instance(failure_owner, f).collected.at(o)),
    ),
  );
}

function presenceEffects(bounds: Bounds): Effect[] {
  return pairs(bounds, 'tasks').flatMap(([t, o]): Effect[] => {
    const task = instance(failure_task, t);
    return [
      [task.had.at(o), and(task.had.at(o), or(present(t, o), task.collected))],
      [task.ever.at(o), or(task.ever.at(o), present(t, o))],
      [task.kept.at(o), and(present(t, o), or(task.kept.at(o), not(ownerCollected(bounds, t, o))))],
    ];
  });
}

function liveEffects(bounds: Bounds): Effect[] {
  return pairs(bounds, 'files').map(([f, o]): Effect => {
    const live = instance(failure_owner, f).live.at(o);
    return [live, and(live, entryNames(f, o, the(failure).pfn))];
  });
}

function collectedEffects(bounds: Bounds): Effect[] {
  const [tsk, vma, addr, tk] = [
    local('tsk', pointer(task_struct)),
    local('vma', pointer(vm_area_struct)),
    local('addr', u64),
    local('tk', pointer(to_kill)),
  ];
  const pgoff = shr(sub(addr, vma.vm_start), PAGE_SHIFT);
  return [
    ...upTo(boundValue(bounds, 'tasks')).map((t): Effect => {
      const { collected } = instance(failure_task, t);
      return [collected, or(collected, and(eq(tsk, instance(task_struct, t)), tk.listed))];
    }),
    ...pairs(bounds, 'files').map(([f, o]): Effect => {
      const collected = instance(failure_owner, f).collected.at(o);
      return [collected, or(collected, and(tk.listed, eq(vma.vm_file, instance(file, f)), eq(pgoff, o)))];
    }),
  ];
}

function toldEffects(bounds: Bounds): Effect[] {
  const tk = local('tk', pointer(to_kill));
  const names = (t: number, o: number) =>
    and(
      eq(tk.tsk, instance(task_struct, t)),
      eq(tk.addr, add(instance(vm_area_struct, t).vm_start, value(u64, o * 4096))),
    );
  const code = cond(eq(tk.tsk, current), toWord(u8, BUS_MCEERR_AR), toWord(u8, BUS_MCEERR_AO));
  const all = pairs(bounds, 'tasks');
  const right = or(...all.map(([t, o]) => and(names(t, o), instance(failure_task, t).ever.at(o))));
  return [
    [the(failure).told_wrong, or(the(failure).told_wrong, not(right))],
    ...all.map(([t, o]): Effect => {
      const told = instance(failure_task, t).told.at(o);
      return [told, cond(names(t, o), code, told)];
    }),
  ];
}

const known = new Map<string, readonly ObserverSpec[]>();

/** The observers of a failure; the same array for the same bounds, so that properties can share it. */
export function failureObservers(bounds: Bounds): readonly ObserverSpec[] {
  const key = JSON.stringify(bounds);
  const made = known.get(key) ?? makeObservers(bounds);
  known.set(key, made);
  return made;
}

function makeObservers(bounds: Bounds): readonly ObserverSpec[] {
  const f = the(failure);
  const poisoned = local('page', pointer(page)).pfn;
  const during = (effects: readonly Effect[]) => [observeWhen(f.pfn, ...effects)];
  return [
    { function: memory_failure_dev_pagemap, enter: [observe(...startEffects(bounds))] },
    { function: memory_failure, exit: [observe(...endEffects(bounds))] },
    { function: action_result, enter: [observe([f.result, local('result', int)])] },
    {
      function: SetPageHWPoison,
      enter: [
        observe(
          [f.flagged, or(f.flagged, eq(poisoned, f.pfn))],
          [f.flagged_other, or(f.flagged_other, ne(poisoned, f.pfn))],
        ),
      ],
    },
    { function: __add_to_kill, exit: [observe(...collectedEffects(bounds))] },
    { function: kill_proc, enter: [observe(...toldEffects(bounds))] },
    { function: kill_by_signal, enter: [observe([f.told_wrong, 1])] },
    ...[set_pte_at, pte_clear].map((fn) => ({
      function: fn as unknown as KernelFunction,
      exit: during(presenceEffects(bounds)),
    })),
    ...[xas_store].map((fn) => ({
      function: fn as unknown as KernelFunction,
      exit: during(liveEffects(bounds)),
    })),
  ];
}

/** References to a page that a failure holds for its caller (MF_COUNT_INCREASED). */
export interface pins {
  count: U8;
}
export const pins: Struct<pins> = struct<pins>('pins', { count: u8 }, { ghost: true, instances: 'blocks' });

/**
 * Counts such references, from memory_failure, which is given one, to put_ref_page, which drops it. A
 * reference that a walk without locks takes by mistake, and drops at once, does not count.
 */
export function pinObservers(bounds: Bounds): readonly ObserverSpec[] {
  const given = band(local('flags', int), MF_COUNT_INCREASED);
  const change = (by: number): Effect[] =>
    upTo(boundValue(bounds, 'blocks')).map((b): Effect => {
      const { count } = instance(pins, b);
      return [count, cond(eq(local('pfn', u64), instance(page, b).pfn), add(count, value(u8, by)), count)];
    });
  return [
    { function: memory_failure as unknown as KernelFunction, enter: [observeWhen(given, ...change(1))] },
    { function: put_ref_page as unknown as KernelFunction, exit: [observeWhen(given, ...change(-1))] },
  ];
}
