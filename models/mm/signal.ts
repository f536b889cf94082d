/** kernel/signal.c, v6.12: sending a signal. What the task does with it is its own: it may exit at any time. */
import {
  type Bool,
  bool,
  choose,
  constant,
  type Expr,
  eq,
  for_each,
  if_,
  int,
  kernelFunction,
  not,
  type Options,
  type Pointer,
  pointer,
  return_,
  type Stmt,
  type Struct,
  set,
  struct,
  type U32,
  type U64,
  u8,
  u32,
  u64,
  value,
} from '../../src/lang/public.ts';
import { current } from '../current.ts';
import { task_struct } from '../objects.ts';

export const BUS_MCEERR_AR = constant('BUS_MCEERR_AR', int, 4);
export const BUS_MCEERR_AO = constant('BUS_MCEERR_AO', int, 5);

/** The option of a program that tells of two signals of one failure to one task whether the second gets there. */
export const SIGNALS_QUEUE = 'signals queue';

/** SIGBUS in `pending` of a task; for programs with SIGNALS_QUEUE. */
export interface sigpending {
  task: Pointer<task_struct>;
  SIGBUS: Bool;
}
export const sigpending: Struct<sigpending> = struct<sigpending>(
  'sigpending',
  { task: pointer('task_struct'), SIGBUS: bool },
  { instances: 'tasks' },
);

const abstracts = ['Sending a signal does not fail, and blocked or ignored signals count as sent.'];

/** From here on the signal is the task's. */
export const complete_signal = kernelFunction(
  'complete_signal',
  {
    file: 'kernel/signal.c',
    params: { t: pointer(task_struct), code: int, addr: u64, lsb: u32 },
    abstracts,
  },
  () => [return_()],
);

const __send_signal_locked = kernelFunction(
  '__send_signal_locked',
  {
    file: 'kernel/signal.c',
    params: { t: pointer(task_struct), code: int, addr: u64, lsb: u32 },
    locals: { taken: u8 },
    abstracts: [
      'SIGBUS alone; siglock is left out, as memory failures send one at a time, under mf_mutex.',
      'A task has taken what an earlier failure sent; what the same failure sent it may have taken, unless it raises the failure itself.',
    ],
  },
  ({ t, code, addr, lsb, taken }) => [
    for_each(sigpending, 'pending', (pending) => [
      if_(eq(pending.task, t), [
        // legacy_queue
        if_(pending.SIGBUS, [
          if_(eq(t, current), [return_()]),
          choose(taken, 2),
          if_(not(taken), [return_()]),
        ]),
        set(pending.SIGBUS, 1),
      ]),
    ]),
    complete_signal(t, code, addr, lsb),
  ],
);

/** The end of a failure: tasks go on and take their signals. */
export const dequeue_signals = kernelFunction('dequeue_signals', {}, () => [
  for_each(sigpending, 'pending', (pending) => [if_(pending.SIGBUS, [set(pending.SIGBUS, 0)])]),
]);

interface Sent {
  readonly code: Expr<typeof int>;
  readonly addr: Expr<U64>;
  readonly lsb: Expr<U32>;
}

const send = (
  options: Options,
  t: Expr<Pointer<task_struct>>,
  { code, addr, lsb }: Sent,
): readonly Stmt[] => [
  ...(options.has(SIGNALS_QUEUE) ? [__send_signal_locked(t, code, addr, lsb)] : []),
  return_(value(int, 0)),
];

/** To the current task. */
export const force_sig_mceerr = kernelFunction(
  'force_sig_mceerr',
  { file: 'kernel/signal.c', params: { code: int, addr: u64, lsb: u32 }, returns: int, abstracts },
  (sent, options) => send(options, current, sent),
);

export const send_sig_mceerr = kernelFunction(
  'send_sig_mceerr',
  {
    file: 'kernel/signal.c',
    params: { code: int, addr: u64, lsb: u32, t: pointer(task_struct) },
    returns: int,
    abstracts,
  },
  (sent, options) => send(options, sent.t, sent),
);

/** SIGKILL: for a task whose address of the page could not be found. */
export const kill_by_signal = kernelFunction(
  'do_send_sig_info_SIGKILL',
  { file: 'kernel/signal.c', params: { t: pointer(task_struct) }, abstracts },
  () => [return_()],
);
