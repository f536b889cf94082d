import { noParts, type Property } from './property.ts';

export const noWarn: Property = {
  id: 'no-warn',
  prose: 'No WARN_ON of the code fires.',
  reason:
    'The warnings of fs/dax.c state what its authors hold to be impossible: an owner that is there already, an entry that changed under its lock, a pinned page that is truncated.',
  decidedBy: 'language',
  build: () => noParts,
};
