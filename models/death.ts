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

/** What programs whose runs go on after an oops say of that. */
export const deathAbstractions: readonly string[] = [
  'The death of a task in an oops is encoded from knowledge of kernel/exit.c, not line by line: it keeps its locks and references, leaves its RCU read-side sections, and panic_on_oops is off.',
  'The mapping of a task that died goes some time later, as by munmap, in litmus tests if its locks can be had, elsewhere if an operation does it.',
];
