import { noParts, type Property } from './property.ts';

export const noBug: Property = {
  id: 'no-bug',
  prose: 'No BUG_ON of the code fires.',
  reason: 'A BUG_ON kills the task where it stands, with all locks that it holds.',
  decidedBy: 'language',
  build: () => noParts,
};
