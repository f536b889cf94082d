import { address_space, inode_slab, rcu_state } from '../../models/objects.ts';
import { DAX_LOCKED, xa_to_value } from '../../models/words.ts';
import { and, band, eq, implies, instance, the } from '../../src/lang/public.ts';
import { type Property, slots } from './property.ts';

export const lockPairing: Property = {
  id: 'lock-pairing',
  prose:
    'What is unlocked was locked by this task; when nobody runs, no entry is still locked and no RCU read-side section is still open.',
  reason:
    'The lock of an entry is a bit without an owner. It is dropped by looking up (mapping, index) again: had they changed, another entry is unlocked and this one stays locked for good. A read-side section that is left open holds up every grace period.',
  decidedBy: 'predicate',
  build: (bounds) => ({
    observers: [],
    properties: [
      {
        id: 'lock-pairing',
        judged: { when: 'idle' },
        says: 'a DAX entry is locked, or an RCU read-side section open, and nobody is left to end it',
        holds: and(
          eq(the(rcu_state).readers, 0),
          ...slots(bounds).map(([f, o]) =>
            implies(
              instance(inode_slab, f).allocated,
              eq(band(xa_to_value(instance(address_space, f).i_pages.at(o)), DAX_LOCKED), 0),
            ),
          ),
        ),
      },
    ],
  }),
};
