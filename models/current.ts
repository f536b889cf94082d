/** `current`: the task that a CPU executes for, kept for each CPU as the kernel keeps it. */
import {
  type ArrayOf,
  array,
  type Expr,
  type Pointer,
  pointer,
  type Struct,
  smp_processor_id,
  struct,
  the,
  toWord,
  u64,
  value,
} from '../src/lang/public.ts';
import { task_struct } from './objects.ts';

/** Variables of which each CPU has its own; a CPU touches no other's. */
export interface per_cpu {
  /** NULL: a task that is not among the modelled ones, and maps none of the files. */
  current_task: ArrayOf<Pointer<task_struct>>;
}
export const per_cpu: Struct<per_cpu> = struct<per_cpu>('per_cpu', {
  current_task: array(pointer<task_struct>('task_struct'), 'cpus'),
});

export const NULL_TASK: Expr<Pointer<task_struct>> = value(pointer(task_struct), 0);

/** Set by an operation when it starts, and back to NULL when it ends. */
export const current: Expr<Pointer<task_struct>> = the(per_cpu).current_task.at(
  toWord(u64, smp_processor_id),
);
