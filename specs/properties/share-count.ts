import { page } from '../../models/objects.ts';
import { PAGE_MAPPING_DAX_SHARED } from '../../models/words.ts';
import { eq, implies, instance } from '../../src/lang/public.ts';
import { forBlocks, liveEntries, outsideOfAssociation, type Property } from './property.ts';

export const shareCount: Property = {
  id: 'share-count',
  prose: 'Where a page bears the mark of sharing, its count equals the number of entries that name it.',
  reason:
    'The count is stepped by a load and a store, under locks of one file, and two files that share a page have no lock in common. A count too low drops the mark while it is needed; one too high keeps it for good.',
  decidedBy: 'predicate',
  build: (bounds) => ({
    observers: [],
    properties: [
      {
        id: 'share-count',
        judged: outsideOfAssociation,
        says: 'the page bears the mark of sharing, but its count is not that of its entries',
        holds: forBlocks(bounds, (b) => {
          const { mapping, share } = instance(page, b);
          return implies(eq(mapping, PAGE_MAPPING_DAX_SHARED), eq(share, liveEntries(bounds, b)));
        }),
      },
    ],
  }),
};
