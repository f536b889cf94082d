/** mm/rmap.c, mm/util.c, mm/internal.h, mm/page_vma_mapped.c, v6.12: from a page to the addresses that map it. */
import {
  add,
  band,
  bool,
  cast,
  constant,
  continue_,
  down_read,
  type Expr,
  eq,
  forever,
  if_,
  kernelFunction,
  ne,
  not,
  type Options,
  or,
  type Pointer,
  pointer,
  READ_ONCE,
  return_,
  set,
  shl,
  slt,
  sub,
  toWord,
  type U64,
  u32,
  u64,
  uge,
  ult,
  up_read,
  value,
} from '../../src/lang/public.ts';
import { rcu_read_lock, rcu_read_unlock } from '../locks.ts';
import { anon_vma, PMD_ENTRIES, page, vm_area_struct } from '../objects.ts';
import { devmapPte, PAGE_MAPPING_ANON, PAGE_MAPPING_FLAGS, PAGE_SHIFT } from '../words.ts';
import { folio_test_anon } from './page-flags.ts';
import { entryOfAddress } from './pgtable.ts';
import { asPte, walked } from './pmd.ts';

/** An address that is an error number instead. */
export const ADDRESS_EFAULT = constant('-EFAULT', u64, -14);
const NULL_ANON_VMA: Expr<Pointer<anon_vma>> = value(pointer(anon_vma), 0);

export const folio_mapped = kernelFunction(
  'folio_mapped',
  { file: 'include/linux/mm.h', params: { folio: pointer(page) }, returns: bool },
  ({ folio }) => [return_(slt(value(u32, 0), add(READ_ONCE(folio._mapcount), 1)))],
);

/** NULL for the mark of a shared DAX page, which is PAGE_MAPPING_ANON and nothing else. */
export const folio_anon_vma = kernelFunction(
  'folio_anon_vma',
  {
    file: 'mm/util.c',
    params: { folio: pointer(page) },
    locals: { mapping: u64 },
    returns: pointer(anon_vma),
  },
  ({ folio, mapping }) => [
    set(mapping, toWord(u64, folio.mapping)),
    if_(ne(band(mapping, PAGE_MAPPING_FLAGS), PAGE_MAPPING_ANON), [return_(NULL_ANON_VMA)]),
    return_(cast(pointer(anon_vma), sub(mapping, PAGE_MAPPING_ANON))),
  ],
);

export const vma_address = kernelFunction(
  'vma_address',
  {
    file: 'mm/internal.h',
    params: { vma: pointer(vm_area_struct), pgoff: u64, nr_pages: u64 },
    locals: { address: u64 },
    returns: u64,
  },
  ({ vma, pgoff, nr_pages, address }) => [
    if_(
      uge(pgoff, vma.vm_pgoff),
      [
        set(address, add(vma.vm_start, shl(sub(pgoff, vma.vm_pgoff), PAGE_SHIFT))),
        if_(or(ult(address, vma.vm_start), uge(address, vma.vm_end)), [set(address, ADDRESS_EFAULT)]),
      ],
      [
        if_(
          uge(sub(add(pgoff, nr_pages), 1), vma.vm_pgoff),
          [set(address, vma.vm_start)],
          [set(address, ADDRESS_EFAULT)],
        ),
      ],
    ),
    return_(address),
  ],
);

export const page_address_in_vma = kernelFunction(
  'page_address_in_vma',
  {
    file: 'mm/rmap.c',
    params: { page: pointer(page), vma: pointer(vm_area_struct) },
    locals: { page__anon_vma: pointer(anon_vma), pgoff: u64 },
    returns: u64,
  },
  ({ page: folio, vma, page__anon_vma, pgoff }) => [
    if_(
      folio_test_anon(folio),
      [
        set(page__anon_vma, folio_anon_vma(folio)),
        if_(or(not(vma.anon_vma), not(page__anon_vma), ne(vma.anon_vma.root, page__anon_vma.root)), [
          return_(ADDRESS_EFAULT),
        ]),
      ],
      [
        if_(
          not(vma.vm_file),
          [return_(ADDRESS_EFAULT)],
          [if_(ne(vma.vm_file.f_mapping, folio.mapping), [return_(ADDRESS_EFAULT)])],
        ),
      ],
    ),
    set(pgoff, folio.index),
    return_(vma_address(vma, pgoff, 1)),
  ],
);

export const folio_lock_anon_vma_read = kernelFunction(
  'folio_lock_anon_vma_read',
  {
    file: 'mm/rmap.c',
    params: { folio: pointer(page) },
    locals: { anon_mapping: u64, anon_vma: pointer(anon_vma), root_anon_vma: pointer(anon_vma) },
    returns: pointer(anon_vma),
    abstracts: [
      'The trylock waits instead of failing, so the way that pins the anon_vma and sleeps is left out.',
    ],
  },
  ({ folio, anon_mapping, anon_vma, root_anon_vma }) => [
    forever([
      rcu_read_lock(),
      set(anon_vma, NULL_ANON_VMA),
      set(anon_mapping, toWord(u64, READ_ONCE(folio.mapping))),
      if_(ne(band(anon_mapping, PAGE_MAPPING_FLAGS), PAGE_MAPPING_ANON), [
        rcu_read_unlock(),
        return_(anon_vma),
      ]),
      if_(not(folio_mapped(folio)), [rcu_read_unlock(), return_(anon_vma)]),
      set(anon_vma, cast(pointer<anon_vma>('anon_vma'), sub(anon_mapping, PAGE_MAPPING_ANON))),
      set(root_anon_vma, READ_ONCE(anon_vma.root)),
      down_read(root_anon_vma.rwsem),
      if_(ne(toWord(u64, READ_ONCE(folio.mapping)), anon_mapping), [
        up_read(root_anon_vma.rwsem),
        rcu_read_unlock(),
        continue_,
      ]),
      if_(not(folio_mapped(folio)), [up_read(root_anon_vma.rwsem), set(anon_vma, NULL_ANON_VMA)]),
      rcu_read_unlock(),
      return_(anon_vma),
    ]),
  ],
);

const pteThatMaps = (options: Options, vma: Expr<Pointer<vm_area_struct>>, entry: Expr<U64>): Expr<U64> => {
  const pte = READ_ONCE(vma.vm_mm.pte.at(entry));
  return options.has(PMD_ENTRIES) ? asPte(walked(options, vma.vm_mm, entry, pte)) : pte;
};

export const page_mapped_in_vma = kernelFunction(
  'page_mapped_in_vma',
  {
    file: 'mm/page_vma_mapped.c',
    params: { page: pointer(page), vma: pointer(vm_area_struct) },
    locals: { pgoff: u64, address: u64 },
    returns: u64,
    abstracts: ['The walk down the page tables is one read of the entry.'],
  },
  ({ page: folio, vma, pgoff, address }, options) => [
    set(pgoff, folio.index),
    set(address, vma_address(vma, pgoff, 1)),
    if_(eq(address, ADDRESS_EFAULT), [return_(address)]),
    if_(ne(pteThatMaps(options, vma, entryOfAddress(options, vma, address)), devmapPte(folio.pfn)), [
      return_(ADDRESS_EFAULT),
    ]),
    return_(address),
  ],
);
