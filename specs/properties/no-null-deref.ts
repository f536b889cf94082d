import { noParts, type Property } from './property.ts';

export const noNullDeref: Property = {
  id: 'no-null-deref',
  prose: 'No access goes through NULL.',
  reason:
    'Owner words become NULL whenever the last entry goes. Code that reads them again must test them again.',
  decidedBy: 'language',
  build: () => noParts,
};
