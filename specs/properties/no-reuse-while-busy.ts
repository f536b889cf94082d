import { ext4_inode_info, page, xfs_inode } from '../../models/objects.ts';
import { pinObservers, pins } from '../../models/observe.ts';
import { isPinned } from '../../models/page-pin.ts';
import { FIRST_PFN } from '../../models/words.ts';
import { boundValue, eq, implies, instance, ne, or } from '../../src/lang/public.ts';
import { forBlocks, type Property, upTo } from './property.ts';

export const noReuseWhileBusy: Property = {
  id: 'no-reuse-while-busy',
  prose: 'A block is not free for reuse while somebody holds a reference to its page.',
  reason:
    'Truncation waits for references (a page in use by DMA, or by a failure under way) before it frees blocks; eviction in this era does not. That the page is mapped is no promise of this era.',
  decidedBy: 'predicate',
  ofFailures: true,
  build: (bounds, policy) => ({
    observers: pinObservers(bounds),
    properties: [
      {
        id: 'no-reuse-while-busy',
        judged: { when: 'outside', functions: [] },
        says: 'the block belongs to no file any more, but somebody holds a reference to its page',
        holds: forBlocks(bounds, (b) => {
          const named = upTo(boundValue(bounds, 'files')).flatMap((f) =>
            upTo(boundValue(bounds, 'offsets')).flatMap((o) => [
              eq(instance(xfs_inode, f).i_df.at(o), FIRST_PFN + b),
              eq(instance(xfs_inode, f).i_cowfp.at(o), FIRST_PFN + b),
              eq(instance(ext4_inode_info, f).i_data.at(o), FIRST_PFN + b),
            ]),
          );
          const busy = ne(instance(pins, b).count, 0);
          const held = policy?.moreOperations ? or(busy, isPinned(instance(page, b))) : busy;
          return implies(held, or(...named));
        }),
      },
    ],
  }),
};
