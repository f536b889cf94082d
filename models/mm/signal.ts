/** kernel/signal.c, v6.12: sending a signal. What the task does with it is its own: it may exit at any time. */
import { constant, int, kernelFunction, pointer, return_, u32, u64, value } from '../../src/lang/public.ts';
import { task_struct } from '../objects.ts';

export const BUS_MCEERR_AR = constant('BUS_MCEERR_AR', int, 4);
export const BUS_MCEERR_AO = constant('BUS_MCEERR_AO', int, 5);

const abstracts = ['Sending a signal does not fail, and blocked or ignored signals count as sent.'];

/** To the current task. */
export const force_sig_mceerr = kernelFunction(
  'force_sig_mceerr',
  { file: 'kernel/signal.c', params: { code: int, addr: u64, lsb: u32 }, returns: int, abstracts },
  () => [return_(value(int, 0))],
);

export const send_sig_mceerr = kernelFunction(
  'send_sig_mceerr',
  {
    file: 'kernel/signal.c',
    params: { code: int, addr: u64, lsb: u32, t: pointer(task_struct) },
    returns: int,
    abstracts,
  },
  () => [return_(value(int, 0))],
);

/** SIGKILL: for a task whose address of the page could not be found. */
export const kill_by_signal = kernelFunction(
  'do_send_sig_info_SIGKILL',
  { file: 'kernel/signal.c', params: { t: pointer(task_struct) }, abstracts },
  () => [return_()],
);
