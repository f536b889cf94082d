import { page } from '../../models/objects.ts';
import { NULL_MAPPING } from '../../models/words.ts';
import { and, eq, implies, instance } from '../../src/lang/public.ts';
import { forBlocks, liveEntries, outsideOfAssociation, type Property } from './property.ts';

export const idleClean: Property = {
  id: 'idle-clean',
  prose: 'A page that no entry names has no owner: mapping is NULL and the word of index and share is 0.',
  reason:
    'Pages outlive files and filesystems. The next owner relies on a clean page: the count of sharing starts from the old word, and association warns of an old mapping.',
  decidedBy: 'predicate',
  build: (bounds) => ({
    observers: [],
    properties: [
      {
        id: 'idle-clean',
        judged: outsideOfAssociation,
        says: 'no entry names the page, but its owner words are not clear',
        holds: forBlocks(bounds, (b) => {
          const { mapping, index } = instance(page, b);
          return implies(eq(liveEntries(bounds, b), 0), and(eq(mapping, NULL_MAPPING), eq(index, 0)));
        }),
      },
    ],
  }),
};
