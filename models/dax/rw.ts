/** fs/dax.c, v6.12: write(2) and unsharing, for one page; and mm/truncate.c: invalidation that may meet mappings. */
import {
  and,
  band,
  bool,
  cond,
  type Expr,
  type ExprOf,
  eq,
  if_,
  int,
  kernelFunction,
  ne,
  neg,
  not,
  or,
  type Pointer,
  pointer,
  return_,
  type Stmt,
  set,
  slt,
  toWord,
  true_,
  u64,
  value,
  WARN_ON_ONCE,
} from '../../src/lang/public.ts';
import { iomap_begin, iomap_end } from '../iomap/iter.ts';
import { unmap_mapping_pages } from '../mm/unmap.ts';
import { address_space, inode } from '../objects.ts';
import {
  EIO,
  IOMAP_F_NEW,
  IOMAP_F_SHARED,
  IOMAP_MAPPED,
  IOMAP_SRC_MAPPED,
  IOMAP_WRITE,
  IS_ERR_VALUE,
  iomap_flags,
  iomap_type,
} from '../words.ts';
import { dax_iomap_copy_around } from './fault.ts';
import { __dax_invalidate_entry } from './invalidate.ts';

/** The entry goes first, what page tables have of it afterwards. */
export const invalidate_inode_pages2_range = kernelFunction(
  'invalidate_inode_pages2_range',
  {
    file: 'mm/truncate.c',
    params: { mapping: pointer(address_space), start: u64 },
    abstracts: [
      'The range is one page. A file without any entry, where the kernel returns at once, is not told apart.',
      'DIRTY and TOWRITE marks are not kept, so no entry is left in place because it is dirty.',
    ],
  },
  ({ mapping, start }) => [
    if_(mapping.i_pages.at(start), [
      // dax_invalidate_mapping_entry_sync
      __dax_invalidate_entry(mapping, start, 0),
    ]),
    unmap_mapping_pages(mapping, start, 1, 0),
  ],
);

/** One page; gives 1 for a page that was written, or a negative error number. */
export const dax_iomap_iter = kernelFunction(
  'dax_iomap_iter',
  {
    file: 'fs/dax.c',
    params: { mapping: pointer(address_space), pgoff: u64, iomap: u64 },
    locals: { cow: bool, ret: int },
    returns: int,
    abstracts: [
      'Writes of whole pages only. File data is left out; known bad blocks and recovery writes are, too.',
      '__dax_clear_dirty_range changes marks that are not kept.',
    ],
  },
  ({ mapping, pgoff, iomap, cow, ret }) => [
    set(cow, ne(band(iomap_flags(iomap), IOMAP_F_SHARED), 0)),
    if_(and(ne(iomap_type(iomap), IOMAP_MAPPED), not(cow)), [WARN_ON_ONCE(true_), return_(neg(EIO))]),
    if_(or(band(iomap_flags(iomap), IOMAP_F_NEW), cow), [invalidate_inode_pages2_range(mapping, pgoff)]),
    if_(cow, [set(ret, dax_iomap_copy_around(iomap)), if_(ret, [return_(ret)])]),
    return_(value(int, 1)),
  ],
);

/** Gives the file a block of its own where it shares one; as dax_iomap_iter. */
export const dax_unshare_iter = kernelFunction(
  'dax_unshare_iter',
  {
    file: 'fs/dax.c',
    params: { mapping: pointer(address_space), pgoff: u64, iomap: u64 },
    locals: { ret: int },
    returns: int,
    abstracts: ['Whole pages only. The copy goes well or meets a memory error.'],
  },
  ({ mapping, pgoff, iomap, ret }) => [
    // iomap_want_unshare_iter
    if_(or(not(band(iomap_flags(iomap), IOMAP_F_SHARED)), not(band(iomap_flags(iomap), IOMAP_SRC_MAPPED))), [
      return_(value(int, 1)),
    ]),
    invalidate_inode_pages2_range(mapping, pgoff),
    set(ret, dax_iomap_copy_around(iomap)),
    if_(ret, [return_(ret)]),
    return_(value(int, 1)),
  ],
);

const oneIteration = 'One page, so the loop over iomap_iter is written out as begin, actor, end.';
const range = { inode: pointer(inode), pgoff: u64 } as const;
const iteration = { iomap: u64, processed: int } as const;

type Iteration = { readonly [K in keyof typeof iteration]: Expr<(typeof iteration)[K]> };

/** iomap_iter, with `act` as what is done to the page; gives 0 or a negative error number. */
function iterate(
  { inode: i, pgoff, iomap, processed }: Iteration & { inode: Expr<Pointer<inode>>; pgoff: Expr<typeof u64> },
  act: (mapping: Expr<Pointer<address_space>>, pgoff: Expr<typeof u64>, iomap: Expr<typeof u64>) => ExprOf,
): readonly Stmt[] {
  return [
    set(iomap, iomap_begin(i, pgoff, IOMAP_WRITE)),
    if_(IS_ERR_VALUE(iomap), [return_(toWord(int, iomap))]),
    set(processed, act(i.i_mapping, pgoff, iomap) as Expr<typeof int>),
    iomap_end(i, pgoff, cond(eq(processed, 1), value(u64, 1), 0), IOMAP_WRITE),
    if_(slt(processed, 0), [return_(processed)]),
    return_(value(int, 0)),
  ];
}

export const dax_iomap_rw = kernelFunction(
  'dax_iomap_rw',
  { file: 'fs/dax.c', params: range, locals: iteration, returns: int, abstracts: [oneIteration] },
  (v) => iterate(v, dax_iomap_iter),
);

export const dax_file_unshare = kernelFunction(
  'dax_file_unshare',
  { file: 'fs/dax.c', params: range, locals: iteration, returns: int, abstracts: [oneIteration] },
  (v) => iterate(v, dax_unshare_iter),
);
