import { address_space, inode_slab } from '../../models/objects.ts';
import { DAX_LOCKED, xa_to_value } from '../../models/words.ts';
import { and, band, eq, implies, instance } from '../../src/lang/public.ts';
import { type Property, slots } from './property.ts';

export const lockPairing: Property = {
  id: 'lock-pairing',
  prose: 'What is unlocked was locked by this task, and no entry stays locked when nobody runs.',
  reason:
    'The lock of an entry is a bit without an owner. It is dropped by looking up (mapping, index) again: had they changed, another entry is unlocked and this one stays locked for good.',
  decidedBy: 'predicate',
  build: (bounds) => ({
    observers: [],
    properties: [
      {
        id: 'lock-pairing',
        judged: { when: 'idle' },
        says: 'a DAX entry is locked, and nobody is left to unlock it',
        holds: and(
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
