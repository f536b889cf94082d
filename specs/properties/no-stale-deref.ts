import { noParts, type Property } from './property.ts';

export const noStaleDeref: Property = {
  id: 'no-stale-deref',
  prose: 'No access goes through a freed object, a tagged pointer, or a pointer of another type.',
  reason:
    'page->mapping holds no reference to the inode: only the order of eviction, RCU and the entry lock keep it alive while somebody looks.',
  decidedBy: 'language',
  build: () => noParts,
};
