import { noParts, type Property } from './property.ts';

export const deadlockFree: Property = {
  id: 'deadlock-free',
  prose:
    'Tasks do not wait for each other in a circle, and nobody waits for a lock or an entry that no live task will release.',
  reason:
    'The lock of a DAX entry is unknown to lockdep, and a failure waits for it with the AGF buffer locked, while a fault takes the AGF buffer with the entry locked.',
  decidedBy: 'engine',
  build: () => noParts,
};
