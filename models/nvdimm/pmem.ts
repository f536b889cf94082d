/** drivers/nvdimm/pmem.c, v6.12. */
import { int, kernelFunction, pointer, return_, set, u64 } from '../../src/lang/public.ts';
import { dax_holder_notify_failure } from '../dax/holder.ts';
import { dev_pagemap, pmem_device } from '../objects.ts';

export const pmem_pagemap_memory_failure = kernelFunction(
  'pmem_pagemap_memory_failure',
  {
    file: 'drivers/nvdimm/pmem.c',
    params: { pgmap: pointer(dev_pagemap), pfn: u64, nr_pages: u64, mf_flags: int },
    locals: { pmem: pointer(pmem_device), offset: u64, len: u64 },
    returns: int,
    abstracts: ['Offsets and lengths on the device are frame numbers and frames, not bytes from its start.'],
  },
  ({ pgmap, pfn, nr_pages, mf_flags, pmem, offset, len }) => [
    set(pmem, pgmap.owner),
    set(offset, pfn),
    set(len, nr_pages),
    return_(dax_holder_notify_failure(pmem.dax_dev, offset, len, mf_flags)),
  ],
);
