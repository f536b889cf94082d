/**
 * Page middle directories, for programs with PMD_ENTRIES: a PMD is empty, names a page table, or maps as much of the
 * device as a page table would. One that once names a page table keeps it until munmap. It covers fewer pages than the
 * kernel's 512, so that PMD_SIZE is not what PMD_SHIFT says; the shift is only reported, and told from PAGE_SHIFT.
 */
import {
  add,
  and,
  type Bool,
  band,
  bnot,
  bool,
  bor,
  constant,
  type Expr,
  eq,
  for_index,
  if_,
  kernelFunction,
  ne,
  type Operand,
  type Options,
  type Pointer,
  pointer,
  READ_ONCE,
  return_,
  type Stmt,
  set,
  shl,
  shr,
  type U64,
  u32,
  u64,
  ule,
  value,
  WARN_ON_ONCE,
} from '../../src/lang/public.ts';
import { PAGES_PER_PMD } from '../../src/litmus/bounds.ts';
import { pte_lock, pte_unlock } from '../locks.ts';
import { mm_struct, PMD_ENTRIES, vm_area_struct } from '../objects.ts';
import { devmapPte, PAGE_SHIFT, pte_devmap, pte_none, pte_pfn, VM_FAULT_NOPAGE } from '../words.ts';
import { entryOfPgoff } from './pgtable.ts';

export const PMD_SHIFT = constant('PMD_SHIFT', u64, 21);
export const PMD_SIZE = constant('PMD_SIZE', u64, PAGES_PER_PMD * 0x1000);
export const PG_PMD_COLOUR = constant('PG_PMD_COLOUR', u64, PAGES_PER_PMD - 1);

const _PAGE_PSE = constant('_PAGE_PSE', u64, 1 << 7);
const _PAGE_TABLE = constant('_PAGE_TABLE', u64, 0x67);

export const pmd_none = pte_none;
export const pmd_devmap = pte_devmap;
/** The PMD that maps the device from a frame on. */
const devmapPmd = (pfn: Operand<U64>): Expr<U64> => bor(devmapPte(pfn), _PAGE_PSE);

type Mm = Expr<Pointer<mm_struct>>;

/** The PMD to which the page table entry of that number belongs. */
export const pmdOfEntry = (mm: Mm, entry: Expr<U64>): Expr<U64> => mm.pmd.at(pmdNumber(entry));
const pmdNumber = (entry: Expr<U64>): Expr<U64> => shr(entry, Math.log2(PAGES_PER_PMD));

/** What a walk found is a PMD, and not a page table entry. */
export const isHuge = (found: Expr<U64>): Expr<U64> => band(found, _PAGE_PSE);
/** The page table entry that would map the same page. */
export const asPte = (found: Expr<U64>): Expr<U64> => band(found, bnot(_PAGE_PSE));

const walk_page_tables = kernelFunction(
  'walk_page_tables',
  {
    params: { mm: pointer(mm_struct), entry: u64 },
    locals: { pmd: u64 },
    returns: u64,
    abstracts: [
      'The walk down to an address, which each of its users has written out: the page table entry, or the PMD with the frame of the page at that address.',
    ],
  },
  ({ mm, entry, pmd }) => [
    set(pmd, READ_ONCE(pmdOfEntry(mm, entry))),
    if_(pmd_devmap(pmd), [return_(add(pmd, shl(band(entry, PG_PMD_COLOUR), PAGE_SHIFT)))]),
    if_(pmd_none(pmd), [return_(value(u64, 0))]),
    return_(READ_ONCE(mm.pte.at(entry))),
  ],
);

/** What a walk finds at the address of that entry; `plain`: where all it can find is the page table entry. */
export const walked = (options: Options, mm: Mm, entry: Expr<U64>, plain: Expr<U64>): Expr<U64> =>
  options.has(PMD_ENTRIES) ? walk_page_tables(mm, entry) : plain;

/** pte_alloc, with the page table lock held; `huge`: where a PMD maps the device there. */
export const pteAlloc = (
  options: Options,
  mm: Mm,
  entry: Expr<U64>,
  huge: readonly Stmt[],
): readonly Stmt[] =>
  options.has(PMD_ENTRIES)
    ? [
        if_(pmd_devmap(pmdOfEntry(mm, entry)), huge),
        if_(pmd_none(pmdOfEntry(mm, entry)), [set(pmdOfEntry(mm, entry), _PAGE_TABLE)]),
      ]
    : [];

const range = { mm: pointer(mm_struct), first: u64, last: u64 } as const;

/** With the page table lock held: does it to each PMD of a range that is as `test` says. */
const eachPmd = (
  { mm, first, last }: { mm: Mm; first: Expr<U64>; last: Expr<U64> },
  test: (pmd: Expr<U64>) => Expr<Bool>,
): Stmt =>
  for_index('number', u64, 'pmds', (number) => [
    if_(and(ule(pmdNumber(first), number), ule(number, pmdNumber(last)), test(mm.pmd.at(number))), [
      set(mm.pmd.at(number), 0),
    ]),
  ]);

/** Entries from first to last, both included, are to go: a PMD goes whole, also where it maps more than that. */
export const zap_huge_pmd = kernelFunction(
  'zap_huge_pmd',
  {
    file: 'mm/huge_memory.c',
    params: range,
    abstracts: [
      'Also stands for __split_huge_pmd, which clears the PMD of a DAX mapping and leaves nothing in its place. TLB flushes are left out.',
      'The lock of a PMD is that of the page tables.',
    ],
  },
  (v) => [pte_lock(v.mm.page_table_lock), eachPmd(v, pmd_devmap), pte_unlock(v.mm.page_table_lock)],
);

/** Page tables go with the VMA. */
export const free_pgtables = kernelFunction(
  'free_pgtables',
  {
    file: 'mm/memory.c',
    params: range,
    abstracts: ['No two VMAs share a page table.'],
  },
  (v) => [
    pte_lock(v.mm.page_table_lock),
    eachPmd(v, (pmd) => eq(pmd, _PAGE_TABLE)),
    pte_unlock(v.mm.page_table_lock),
  ],
);

/** Called without the page table lock. */
export const split_huge_pmd = kernelFunction(
  'split_huge_pmd',
  { file: 'mm/huge_memory.c', params: { mm: pointer(mm_struct), entry: u64 } },
  ({ mm, entry }) => [if_(pmd_devmap(pmdOfEntry(mm, entry)), [zap_huge_pmd(mm, entry, entry)])],
);

export const vmf_insert_pfn_pmd = kernelFunction(
  'vmf_insert_pfn_pmd',
  {
    file: 'mm/huge_memory.c',
    params: { vma: pointer(vm_area_struct), pgoff: u64, pfn: u64, write: bool },
    locals: { mm: pointer(mm_struct), entry: u64 },
    returns: u32,
    abstracts: [
      'Includes insert_pfn_pmd. No page table is deposited (x86), so nothing is allocated.',
      'The PMD lies within the VMA, which dax_fault_check_fallback has looked at.',
    ],
  },
  ({ vma, pgoff, pfn, write, mm, entry }, options) => [
    set(mm, vma.vm_mm),
    set(entry, entryOfPgoff(options, vma, pgoff)),
    pte_lock(mm.page_table_lock),
    if_(
      pmd_none(pmdOfEntry(mm, entry)),
      [set(pmdOfEntry(mm, entry), devmapPmd(pfn))],
      [WARN_ON_ONCE(and(write, ne(pte_pfn(pmdOfEntry(mm, entry)), pfn)))],
    ),
    pte_unlock(mm.page_table_lock),
    return_(VM_FAULT_NOPAGE),
  ],
);
