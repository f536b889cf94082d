/**
 * What a litmus test remembers of a run, beside the kernel's words: results of operations, signals with
 * their addresses, and what was recorded of failures.
 */
import {
  type ArrayOf,
  add,
  and,
  array,
  type Bool,
  type Bounds,
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
  type ObserverSpec,
  type Operand,
  observe,
  type Pointer,
  pointer,
  type Struct,
  smp_processor_id,
  struct,
  the,
  toWord,
  type U8,
  type U32,
  type U64,
  u8,
  u32,
  u64,
  ule,
  ult,
  value,
} from '../../src/lang/public.ts';
import type { Type } from '../../src/lang/types.ts';
import { dev_pagemap_mapping_shift } from '../mm/kill.ts';
import { action_result, memory_failure_dev_pagemap } from '../mm/memory-failure.ts';
import { asPte } from '../mm/pmd.ts';
import { complete_signal, kill_by_signal } from '../mm/signal.ts';
import { page, task_struct, vm_area_struct } from '../objects.ts';
import { devmapPte } from '../words.ts';
import type { Places } from './places.ts';

/** Signals that are kept for a task; of more it is known that there were. */
export const MOST_SIGNALS = 4;
/** The signal code of a SIGKILL, for lack of one. */
export const KILLED = 9;

export interface litmus_task {
  /** Operations that have ended. */
  done: U8;
  /** It is there: from the start, or since it was forked. */
  born: Bool;
  /** By operation: 0, VM_FAULT_* of an access, or a negative error number. */
  result: ArrayOf<U32>;
  /** How many signals it got, and of each its code (KILLED for SIGKILL), address, lsb. */
  got: U8;
  code: ArrayOf<U8>;
  address: ArrayOf<U64>;
  lsb: ArrayOf<U8>;
  /** The failed page was present at that address when the task was collected. */
  right: ArrayOf<Bool>;
  /** By its mapping, of the task as it was collected last for that. */
  collected_right: ArrayOf<Bool>;
  /** By page table entry: the page that it has pinned. */
  pinned: ArrayOf<Pointer<page>>;
}
export const litmus_task: Struct<litmus_task> = struct<litmus_task>(
  'litmus_task',
  {
    done: u8,
    born: bool,
    result: array(u32, 'operations'),
    got: u8,
    code: array(u8, MOST_SIGNALS),
    address: array(u64, MOST_SIGNALS),
    lsb: array(u8, MOST_SIGNALS),
    right: array(bool, MOST_SIGNALS),
    collected_right: array(bool, 'mappings'),
    pinned: array(pointer<page>('page'), 'ptes'),
  },
  { ghost: true, instances: 'tasks' },
);

export interface litmus_run {
  /** By CPU, and so by task: it died in an oops; what it had mapped is gone, too. */
  died: ArrayOf<Bool>;
  buried: ArrayOf<Bool>;
  /** The frame of the failure that is being handled. */
  failing: U64;
}
export const litmus_run: Struct<litmus_run> = struct<litmus_run>(
  'litmus_run',
  { died: array(bool, 'cpus'), buried: array(bool, 'cpus'), failing: u64 },
  { ghost: true },
);

export interface litmus_block {
  /** MF_RECOVERED or MF_FAILED of the block's last failure; 0: none. */
  recorded: U32;
}
export const litmus_block: Struct<litmus_block> = struct<litmus_block>(
  'litmus_block',
  { recorded: u32 },
  { ghost: true, instances: 'blocks' },
);

/** Stored as a task dies. */
export const deathRecorded: readonly [ExprOf, Operand] = [
  the(litmus_run).died.at(toWord(u64, smp_processor_id)),
  1,
];

type Effect = readonly [target: ExprOf, value: Expr<Type> | ExprOf | number];
const local = <T extends Type>(name: string, type: T): Expr<T> => handle({ kind: 'local', type, name });
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const eachTask = (bounds: Bounds) =>
  upTo(boundValue(bounds, 'tasks')).map((t) => [instance(task_struct, t), instance(litmus_task, t)] as const);

/** The page table entry that is looked at when a task is collected maps the failed page, or another one. */
function collected(bounds: Bounds, places: Places): Effect[] {
  const [vma, ptent] = [local('vma', pointer(vm_area_struct)), local('ptent', u64)];
  const right = eq(places.huge ? asPte(ptent) : ptent, devmapPte(the(litmus_run).failing));
  return upTo(boundValue(bounds, 'tasks')).flatMap((t) =>
    places.of(t).map((_, m): Effect => {
      const was = instance(litmus_task, t).collected_right.at(m);
      return [was, cond(eq(vma, places.vma(t, m)), right, was)];
    }),
  );
}

/** One more signal for the task; what is full stays as it is. */
function signalled(
  bounds: Bounds,
  places: Places,
  to: Expr<Pointer<task_struct>>,
  what: { code: Expr<U8>; address: Expr<U64>; lsb: Expr<U8> },
): Effect[] {
  /** By the mapping that the address belongs to. */
  const rightOf = (t: number, log: Expr<Pointer<litmus_task>>): Expr<Bool> =>
    upTo(places.mappings - 1).reduceRight<Expr<Bool>>(
      (later, m) => cond(ult(what.address, places.start(t, m + 1)), log.collected_right.at(m), later),
      log.collected_right.at(places.mappings - 1),
    );
  return eachTask(bounds).flatMap(([task, log], t) => [
    ...upTo(MOST_SIGNALS).flatMap((n): Effect[] => {
      const now = and(eq(to, task), eq(log.got, n));
      return [
        [log.code.at(n), cond(now, what.code, log.code.at(n))],
        [log.address.at(n), cond(now, what.address, log.address.at(n))],
        [log.lsb.at(n), cond(now, what.lsb, log.lsb.at(n))],
        [log.right.at(n), cond(now, rightOf(t, log), log.right.at(n))],
      ];
    }),
    [log.got, cond(and(eq(to, task), ule(log.got, MOST_SIGNALS)), add(log.got, 1), log.got)],
  ]);
}

export function litmusObservers(bounds: Bounds, places: Places): readonly ObserverSpec[] {
  const to = local('t', pointer(task_struct));
  return [
    {
      function: memory_failure_dev_pagemap as unknown as KernelFunction,
      enter: [observe([the(litmus_run).failing, local('pfn', u64)])],
    },
    {
      function: action_result as unknown as KernelFunction,
      enter: [
        observe(
          ...upTo(boundValue(bounds, 'blocks')).map((b): Effect => {
            const { recorded } = instance(litmus_block, b);
            return [
              recorded,
              cond(eq(local('pfn', u64), instance(page, b).pfn), local('result', int), recorded),
            ];
          }),
        ),
      ],
    },
    {
      function: dev_pagemap_mapping_shift as unknown as KernelFunction,
      exit: [observe(...collected(bounds, places))],
    },
    {
      function: complete_signal as unknown as KernelFunction,
      enter: [
        observe(
          ...signalled(bounds, places, to, {
            code: toWord(u8, local('code', int)),
            address: local('addr', u64),
            lsb: toWord(u8, local('lsb', u32)),
          }),
        ),
      ],
    },
    {
      function: kill_by_signal as unknown as KernelFunction,
      enter: [
        observe(
          ...signalled(bounds, places, to, {
            code: value(u8, KILLED),
            address: value(u64, 0),
            lsb: value(u8, 0),
          }),
        ),
      ],
    },
  ];
}
