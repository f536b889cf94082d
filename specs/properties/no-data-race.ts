import { noParts, type Property } from './property.ts';

export const noDataRace: Property = {
  id: 'no-data-race',
  prose:
    'No two plain accesses to the same owner word, one of them a store, are unordered by a lock that both hold.',
  reason:
    'mapping, index and share are plain words. Where accesses race, the compiler may read them twice or not again, and KCSAN reports it.',
  decidedBy: 'engine',
  build: () => noParts,
};
