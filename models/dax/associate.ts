/** fs/dax.c, v6.12: who owns a page. The words are plain; two files that share a page have no lock in common. */
import {
  add,
  and,
  band,
  bnot,
  bool,
  cond,
  continue_,
  type Expr,
  type ExprOf,
  eq,
  for_index,
  if_,
  increment,
  kernelFunction,
  ne,
  not,
  type Options,
  or,
  pointer,
  return_,
  type Stmt,
  set,
  shr,
  sub,
  type U64,
  u64,
  ugt,
  WARN_ON_ONCE,
} from '../../src/lang/public.ts';
import { PAGES_PER_PMD } from '../../src/litmus/bounds.ts';
import { PMD_SIZE } from '../mm/pmd.ts';
import { address_space, PMD_ENTRIES, page, vm_area_struct } from '../objects.ts';
import {
  dax_is_empty_entry,
  dax_is_pmd_entry,
  dax_is_zero_entry,
  dax_to_pfn,
  NULL_MAPPING,
  PAGE_MAPPING_DAX_SHARED,
  PAGE_SHIFT,
  pfn_to_page,
} from '../words.ts';

const orderZero = (options: Options): readonly string[] =>
  options.has(PMD_ENTRIES)
    ? []
    : [
        'All entries are of order 0: the loop over the mapped frames runs once, and not at all for zero and empty entries.',
      ];

export const dax_page_is_shared = kernelFunction(
  'dax_page_is_shared',
  { file: 'fs/dax.c', params: { page: pointer(page) }, returns: bool },
  ({ page }) => [return_(eq(page.mapping, PAGE_MAPPING_DAX_SHARED))],
);

export const dax_page_share_get = kernelFunction(
  'dax_page_share_get',
  { file: 'fs/dax.c', params: { page: pointer(page) } },
  ({ page }) => [
    if_(ne(page.mapping, PAGE_MAPPING_DAX_SHARED), [
      if_(page.mapping, [set(page.share, 1)]),
      set(page.mapping, PAGE_MAPPING_DAX_SHARED),
    ]),
    increment(page.share),
  ],
);

export const dax_page_share_put = kernelFunction(
  'dax_page_share_put',
  { file: 'fs/dax.c', params: { page: pointer(page) }, locals: { share: u64 }, returns: u64 },
  ({ page, share }) => [set(share, sub(page.share, 1)), set(page.share, share), return_(share)],
);

export const linear_page_index = kernelFunction(
  'linear_page_index',
  { file: 'include/linux/pagemap.h', params: { vma: pointer(vm_area_struct), address: u64 }, returns: u64 },
  ({ vma, address }) => [return_(add(shr(sub(address, vma.vm_start), PAGE_SHIFT), vma.vm_pgoff))],
);

/** The address to which the first frame of an entry belongs. */
const headOf = (options: Options, entry: Expr<U64>, address: Expr<U64>): Expr<U64> =>
  options.has(PMD_ENTRIES)
    ? cond(dax_is_pmd_entry(entry), band(address, bnot(sub(PMD_SIZE, 1))), address)
    : address;

/** The condition of the loop over the frames of an entry. */
export const dax_is_mapped_entry = (entry: ExprOf<U64>) =>
  not(or(dax_is_zero_entry(entry), dax_is_empty_entry(entry)));

/** for_each_mapped_pfn; `i` counts the frames of the entry. */
const eachMappedPfn = (
  options: Options,
  entry: Expr<U64>,
  statements: (pfn: Expr<U64>, i: ExprOf<U64> | 0) => readonly Stmt[],
): Stmt =>
  if_(
    dax_is_mapped_entry(entry),
    options.has(PMD_ENTRIES)
      ? [
          for_index('i', u64, PAGES_PER_PMD, (i) => [
            if_(or(eq(i, 0), dax_is_pmd_entry(entry)), statements(add(dax_to_pfn(entry), i), i)),
          ]),
        ]
      : statements(dax_to_pfn(entry), 0),
  );

export const dax_associate_entry = kernelFunction(
  'dax_associate_entry',
  {
    file: 'fs/dax.c',
    params: {
      entry: u64,
      mapping: pointer(address_space),
      vma: pointer(vm_area_struct),
      address: u64,
      shared: bool,
    },
    locals: { index: u64, page: pointer(page) },
    abstracts: orderZero,
  },
  ({ entry, mapping, vma, address, shared, index, page }, options) => [
    set(index, linear_page_index(vma, headOf(options, entry, address))),
    eachMappedPfn(options, entry, (pfn, i) => [
      set(page, pfn_to_page(pfn)),
      if_(
        shared,
        [dax_page_share_get(page)],
        [
          WARN_ON_ONCE(page.mapping),
          set(page.mapping, mapping),
          set(page.index, i === 0 ? index : add(index, i)),
        ],
      ),
    ]),
  ],
);

export const dax_disassociate_entry = kernelFunction(
  'dax_disassociate_entry',
  {
    file: 'fs/dax.c',
    params: { entry: u64, mapping: pointer(address_space), trunc: bool },
    locals: { page: pointer(page) },
    abstracts: orderZero,
  },
  ({ entry, mapping, trunc, page }, options) => [
    eachMappedPfn(options, entry, (pfn) => [
      set(page, pfn_to_page(pfn)),
      WARN_ON_ONCE(and(trunc, ugt(page._refcount, 1))),
      if_(
        dax_page_is_shared(page),
        [if_(ugt(dax_page_share_put(page), 0), [options.has(PMD_ENTRIES) ? continue_ : return_()])],
        [WARN_ON_ONCE(and(page.mapping, ne(page.mapping, mapping)))],
      ),
      set(page.mapping, NULL_MAPPING),
      set(page.index, 0),
    ]),
  ],
);
