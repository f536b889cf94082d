/** mm/truncate.c, v6.12: removing what the page cache of a DAX file holds. Ranges are in pages. */
import {
  and,
  for_index,
  if_,
  kernelFunction,
  pointer,
  set,
  sub,
  u64,
  ule,
  ult,
  while_,
} from '../../src/lang/public.ts';
import { dax_delete_mapping_entry } from '../dax/invalidate.ts';
import { xas_lock_irq, xas_unlock_irq } from '../locks.ts';
import { address_space, inode } from '../objects.ts';
import { unmap_mapping_range } from './unmap.ts';

export const truncate_inode_pages_range = kernelFunction(
  'truncate_inode_pages_range',
  {
    file: 'mm/truncate.c',
    params: { mapping: pointer(address_space), start: u64, end: u64 },
    abstracts: [
      'A DAX file has no folios, and both passes remove its entries alike: one pass, which stays at an index until nothing is there.',
      'A batch holds one entry.',
    ],
  },
  ({ mapping, start, end }) => [
    for_index('index', u64, 'slots', (index) => [
      if_(and(ule(start, index), ult(index, end)), [
        while_(mapping.i_pages.at(index), [dax_delete_mapping_entry(mapping, index)]),
      ]),
    ]),
  ],
);

export const truncate_inode_pages = kernelFunction(
  'truncate_inode_pages',
  { file: 'mm/truncate.c', params: { mapping: pointer(address_space), lstart: u64 } },
  ({ mapping, lstart }) => [truncate_inode_pages_range(mapping, lstart, -1)],
);

export const truncate_inode_pages_final = kernelFunction(
  'truncate_inode_pages_final',
  {
    file: 'mm/truncate.c',
    params: { mapping: pointer(address_space) },
    abstracts: ['AS_EXITING is for reclaim, which DAX entries do not take part in.'],
  },
  ({ mapping }) => [
    xas_lock_irq(mapping.xa_lock),
    xas_unlock_irq(mapping.xa_lock),
    truncate_inode_pages(mapping, 0),
  ],
);

export const truncate_pagecache = kernelFunction(
  'truncate_pagecache',
  {
    file: 'mm/truncate.c',
    params: { inode: pointer(inode), newsize: u64 },
    locals: { mapping: pointer(address_space) },
  },
  ({ inode, newsize, mapping }) => [
    set(mapping, inode.i_mapping),
    unmap_mapping_range(mapping, newsize, 0, 1),
    truncate_inode_pages(mapping, newsize),
    unmap_mapping_range(mapping, newsize, 0, 1),
  ],
);

/** `lend` is the first page after the range. */
export const truncate_pagecache_range = kernelFunction(
  'truncate_pagecache_range',
  {
    file: 'mm/truncate.c',
    params: { inode: pointer(inode), lstart: u64, lend: u64 },
    locals: { mapping: pointer(address_space) },
    abstracts: ['Ranges are whole pages.'],
  },
  ({ inode, lstart, lend, mapping }) => [
    set(mapping, inode.i_mapping),
    unmap_mapping_range(mapping, lstart, sub(lend, lstart), 0),
    truncate_inode_pages_range(mapping, lstart, lend),
  ],
);
