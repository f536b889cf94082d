import { failure, failureObservers } from '../../models/observe.ts';
import { not, the } from '../../src/lang/public.ts';
import type { Property } from './property.ts';

export const killExact: Property = {
  id: 'kill-exact',
  prose:
    'Nobody is signalled who did not have the failed page present at the address in the signal, at some moment of the failure. A private copy at that address is another page.',
  reason:
    'Who is collected is asked by offset and address: whether the page that is present there is the failed one is not compared.',
  decidedBy: 'predicate',
  ofFailures: true,
  build: (bounds) => ({
    observers: failureObservers(bounds),
    properties: [
      {
        id: 'kill-exact',
        judged: { when: 'after', function: 'kill_procs' },
        says: 'a signal names an address at which that task did not have the failed page present',
        holds: not(the(failure).told_wrong),
      },
    ],
  }),
};
