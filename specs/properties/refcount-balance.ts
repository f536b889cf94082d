import { page } from '../../models/objects.ts';
import { isPinned } from '../../models/page-pin.ts';
import { add, and, eq, instance, toWord, u32 } from '../../src/lang/public.ts';
import { forBlocks, type Property } from './property.ts';

export const refcountBalance: Property = {
  id: 'refcount-balance',
  prose:
    'When nobody runs, the reference count of a page is 1, or 2 where somebody has it pinned, and its map count is -1, mapped or not: device mappings of this era count neither.',
  reason:
    'Truncation waits until the count is 1, for ever if a reference was lost. Whether the map count is raised decides if the anonymous rmap goes on to dereference the mark.',
  decidedBy: 'predicate',
  build: (bounds, policy) => ({
    observers: [],
    properties: [
      {
        id: 'refcount-balance',
        judged: { when: 'idle' },
        says: 'a reference or map count was taken or dropped once too often',
        holds: forBlocks(bounds, (b) => {
          const pinned = policy?.moreOperations ? toWord(u32, isPinned(instance(page, b))) : null;
          const count = pinned ? add(pinned, 1) : 1;
          return and(eq(instance(page, b)._refcount, count), eq(instance(page, b)._mapcount, -1));
        }),
      },
    ],
  }),
};
