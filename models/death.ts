/**
 * kernel/exit.c, v6.12: what becomes of a task that dies in an oops. It keeps the locks it holds (the language
 * sees to that) and the references it took; it leaves its RCU read-side sections (exit_rcu), and the CPU
 * goes on with another task (make_task_dead, without panic_on_oops). Its mappings stay for as long as it has
 * threads; that they go with the last is munmap.
 */
import type { ExprOf, Operand } from '../src/lang/public.ts';
import { current, NULL_TASK } from './current.ts';
import { leaveReadSide } from './locks.ts';

export const deathOfTask: readonly (readonly [target: ExprOf, value: Operand])[] = [
  leaveReadSide(),
  [current, NULL_TASK],
];
