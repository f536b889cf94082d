import { failure, failureObservers, liveSinceStart, recovered } from '../../models/observe.ts';
import { and, implies, not, the } from '../../src/lang/public.ts';
import type { Property } from './property.ts';

export const marked: Property = {
  id: 'marked',
  prose:
    'When a failure is recorded as Recovered and an entry named the page throughout, the failed page is flagged poisoned, and no other page is.',
  reason:
    'The filesystem route flags the page that the entry names, without comparing it with the frame that failed.',
  decidedBy: 'predicate',
  ofFailures: true,
  build: (bounds) => ({
    observers: failureObservers(bounds),
    properties: [
      {
        id: 'marked',
        judged: { when: 'after', function: 'memory_failure_dev_pagemap' },
        says: 'the failure counts as Recovered, but the poisoned flag is not on the failed page, or on another',
        holds: implies(
          and(recovered(), liveSinceStart(bounds)),
          and(the(failure).flagged, not(the(failure).flagged_other)),
        ),
      },
    ],
  }),
};
