import { address_space, page } from '../../models/objects.ts';
import { entryNames } from '../../models/observe.ts';
import { FIRST_PFN } from '../../models/words.ts';
import { and, eq, implies, instance, or } from '../../src/lang/public.ts';
import { forBlocks, hasOwner, liveEntries, outsideOfAssociation, type Property, slots } from './property.ts';

export const ownerTuple: Property = {
  id: 'owner-tuple',
  prose:
    'Where page->mapping is an owner, exactly one entry names the page, and it is the one that (mapping, index) name.',
  reason:
    'The generic route of a memory failure finds the users of a page through this one pair: a second entry is a user that nobody finds, and a wrong pair locks and unmaps another page.',
  decidedBy: 'predicate',
  build: (bounds) => ({
    observers: [],
    properties: [
      {
        id: 'owner-tuple',
        judged: outsideOfAssociation,
        says: 'page->mapping is an owner, but (mapping, index) is not the one entry that names the page',
        holds: forBlocks(bounds, (b) => {
          const { mapping, index } = instance(page, b);
          const named = slots(bounds).map(([f, o]) =>
            and(eq(mapping, instance(address_space, f)), eq(index, o), entryNames(f, o, FIRST_PFN + b)),
          );
          return implies(hasOwner(b), and(eq(liveEntries(bounds, b), 1), or(...named)));
        }),
      },
    ],
  }),
};
