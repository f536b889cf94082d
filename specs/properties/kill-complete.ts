import { failure_task, failureObservers, pairs, recovered, selected } from '../../models/observe.ts';
import { and, implies, instance, ne } from '../../src/lang/public.ts';
import type { Property } from './property.ts';

export const killComplete: Property = {
  id: 'kill-complete',
  prose:
    'When a failure is recorded as Recovered, each task that the policy selects and that had the page present without a break, from the start of the failure until it was collected, got its signal with the right address.',
  reason:
    'A task that is not told goes on to read memory that is known to be bad, and the machine check comes as a surprise.',
  decidedBy: 'predicate',
  ofFailures: true,
  build: (bounds) => ({
    observers: failureObservers(bounds),
    properties: [
      {
        id: 'kill-complete',
        judged: { when: 'after', function: 'memory_failure_dev_pagemap' },
        says: 'the failure counts as Recovered, but a task that had the page present all the time got no signal',
        holds: implies(
          recovered(),
          and(
            ...pairs(bounds, 'tasks').map(([t, o]) => {
              const task = instance(failure_task, t);
              return implies(and(task.had.at(o), selected(t)), ne(task.told.at(o), 0));
            }),
          ),
        ),
      },
    ],
  }),
};
