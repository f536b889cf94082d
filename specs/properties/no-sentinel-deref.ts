import { noParts, type Property } from './property.ts';

export const noSentinelDeref: Property = {
  id: 'no-sentinel-deref',
  prose: 'No access goes through the mark of a shared page, whatever type it is taken for.',
  reason:
    'The mark (0x1) stands where an owner would. Read as an address_space or an anon_vma, it is a wild pointer: the task dies, and a memory failure leaves mf_mutex locked for good.',
  decidedBy: 'language',
  build: () => noParts,
};
