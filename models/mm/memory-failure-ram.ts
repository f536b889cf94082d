/** mm/memory-failure.c, v6.12: a failure of ordinary memory, for what it has to do with failures of devices. */
import { int, kernelFunction, mutex_lock, mutex_unlock, return_, the, value } from '../../src/lang/public.ts';
import { memory_failure_state } from '../objects.ts';

/** memory_failure() of a page that is not a device's. */
export const memory_failure_online_page = kernelFunction(
  'memory_failure_online_page',
  {
    file: 'mm/memory-failure.c',
    returns: int,
    abstracts: [
      'The page is free and is taken off the allocator; what is done about other pages is left out.',
    ],
  },
  () => [
    mutex_lock(the(memory_failure_state).mf_mutex),
    mutex_unlock(the(memory_failure_state).mf_mutex),
    return_(value(int, 0)),
  ],
);
