import { MF_FAILED } from '../../models/mm/memory-failure.ts';
import { failure, failure_task, failureObservers, liveSinceStart, pairs } from '../../models/observe.ts';
import { and, eq, implies, instance, not, or, the } from '../../src/lang/public.ts';
import type { Property } from './property.ts';

export const failureHandled: Property = {
  id: 'failure-handled',
  prose:
    'A page that an entry names and that somebody has present, both throughout the failure, never ends as Failed with nobody told.',
  reason:
    'An error of the filesystem other than "not supported" ends the handling: there is no second attempt on the generic route.',
  decidedBy: 'predicate',
  ofFailures: true,
  build: (bounds) => {
    const all = pairs(bounds, 'tasks');
    const task = (t: number) => instance(failure_task, t);
    return {
      observers: failureObservers(bounds),
      properties: [
        {
          id: 'failure-handled',
          judged: { when: 'after', function: 'memory_failure_dev_pagemap' },
          says: 'the failure counts as Failed and nobody was told, although the page is in use',
          holds: implies(
            and(
              eq(the(failure).result, MF_FAILED),
              liveSinceStart(bounds),
              or(...all.map(([t, o]) => and(task(t).had.at(o), task(t).kept.at(o)))),
            ),
            not(and(...all.map(([t, o]) => not(task(t).told.at(o))))),
          ),
        },
      ],
    };
  },
};
