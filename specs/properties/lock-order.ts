import { noParts, type Property } from './property.ts';

export const lockOrder: Property = {
  id: 'lock-order',
  prose: 'The relation "is acquired while held", over all operations, has no circle.',
  reason: 'Each circle is a deadlock in waiting, also where these bounds do not reach it.',
  decidedBy: 'engine',
  build: () => noParts,
};
