import { failure_task, failureObservers, ownerCollected, pairs, recovered } from '../../models/observe.ts';
import { and, implies, instance, not } from '../../src/lang/public.ts';
import type { Property } from './property.ts';

export const unmapComplete: Property = {
  id: 'unmap-complete',
  prose:
    'When a failure is recorded as Recovered and somebody was collected for an offset of a file, nobody keeps that offset present, unless it was faulted in again afterwards.',
  reason:
    'Page tables are cleared for one owner at a time, and only if the list of tasks to signal is not empty.',
  decidedBy: 'predicate',
  ofFailures: true,
  build: (bounds) => ({
    observers: failureObservers(bounds),
    properties: [
      {
        id: 'unmap-complete',
        judged: { when: 'after', function: 'memory_failure_dev_pagemap' },
        says: 'somebody was collected for this offset of the file, but a task still has the page present there',
        holds: implies(
          recovered(),
          and(
            ...pairs(bounds, 'tasks').map(([t, o]) =>
              implies(instance(failure_task, t).kept.at(o), not(ownerCollected(bounds, t, o))),
            ),
          ),
        ),
      },
    ],
  }),
};
