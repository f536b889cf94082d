/** mm/memory.c, v6.12: page faults on a file mapping, up to the filesystem and back into the page table. */
import {
  and,
  band,
  bool,
  bor,
  choose,
  cond,
  type Expr,
  eq,
  false_,
  if_,
  kernelFunction,
  ne,
  not,
  type Options,
  pointer,
  READ_ONCE,
  return_,
  type Stmt,
  set,
  the,
  true_,
  u8,
  u32,
  u64,
  value,
  virtualFunction,
  WARN_ON_ONCE,
} from '../../src/lang/public.ts';
import { pte_lock, pte_unlock } from '../locks.ts';
import { environment, mm_struct, PMD_ENTRIES, vm_area_struct } from '../objects.ts';
import {
  anonPte,
  devmapPte,
  FAULT_FLAG_WRITE,
  FAULT_ORDER_PMD,
  pte_none,
  pte_pfn,
  VM_FAULT_DONE_COW,
  VM_FAULT_FALLBACK,
  VM_FAULT_NOPAGE,
  VM_FAULT_OOM,
  VM_SHARED,
  ZERO_PFN,
  zeroPte,
} from '../words.ts';
import { ANY_MAPPING, entryOfPgoff, set_pte_at } from './pgtable.ts';
import { pmd_devmap, pmd_none, pmdOfEntry, pteAlloc, split_huge_pmd } from './pmd.ts';

const vmf = { vma: pointer(vm_area_struct), pgoff: u64 } as const;

/** `vma->vm_ops->fault`, also `->pfn_mkwrite`; `cow_page`: the fault fills a private copy. */
export const vm_ops_fault = virtualFunction('vm_ops_fault', {
  params: { ...vmf, flags: u32, cow_page: bool },
  returns: u32,
});

export const insert_pfn = kernelFunction(
  'insert_pfn',
  {
    file: 'mm/memory.c',
    params: { ...vmf, pfn: u64, mkwrite: bool },
    locals: { mm: pointer(mm_struct), no_memory: u8, entry: u64 },
    returns: u32,
    abstracts: (options) =>
      options.has(ANY_MAPPING)
        ? []
        : ['The offset in the file stands for the address: the VMA starts at offset 0.'],
  },
  ({ vma, pgoff, pfn, mkwrite, mm, no_memory, entry }, options) => [
    set(mm, vma.vm_mm),
    // get_locked_pte
    choose(no_memory, 2),
    if_(and(no_memory, the(environment).faults_fail), [return_(VM_FAULT_OOM)]),
    pte_lock(mm.page_table_lock),
    ...pteAlloc(options, mm, entryOfPgoff(options, vma, pgoff), [
      pte_unlock(mm.page_table_lock),
      return_(VM_FAULT_OOM),
    ]),
    set(entry, mm.pte.at(entryOfPgoff(options, vma, pgoff))),
    if_(not(pte_none(entry)), [
      if_(mkwrite, [if_(ne(pte_pfn(entry), pfn), [WARN_ON_ONCE(ne(pte_pfn(entry), ZERO_PFN))])]),
      pte_unlock(mm.page_table_lock),
      return_(VM_FAULT_NOPAGE),
    ]),
    set(entry, cond(eq(pfn, ZERO_PFN), zeroPte, devmapPte(pfn))),
    set_pte_at(mm, entryOfPgoff(options, vma, pgoff), entry),
    pte_unlock(mm.page_table_lock),
    return_(VM_FAULT_NOPAGE),
  ],
);

export const vmf_insert_mixed = kernelFunction(
  'vmf_insert_mixed',
  { file: 'mm/memory.c', params: { ...vmf, pfn: u64 }, returns: u32 },
  ({ vma, pgoff, pfn }) => [return_(insert_pfn(vma, pgoff, pfn, false_))],
);

export const vmf_insert_mixed_mkwrite = kernelFunction(
  'vmf_insert_mixed_mkwrite',
  { file: 'mm/memory.c', params: { ...vmf, pfn: u64 }, returns: u32 },
  ({ vma, pgoff, pfn }) => [return_(insert_pfn(vma, pgoff, pfn, true_))],
);

/** Maps the private copy, unless somebody else mapped something in the meantime. */
export const finish_fault = kernelFunction(
  'finish_fault',
  {
    file: 'mm/memory.c',
    params: vmf,
    locals: { mm: pointer(mm_struct), ret: u32 },
    returns: u32,
    abstracts: ['Only for the copy of a private mapping; the copy itself has no struct page here.'],
  },
  ({ vma, pgoff, mm, ret }, options) => [
    set(mm, vma.vm_mm),
    pte_lock(mm.page_table_lock),
    ...pteAlloc(options, mm, entryOfPgoff(options, vma, pgoff), [
      pte_unlock(mm.page_table_lock),
      return_(VM_FAULT_NOPAGE),
    ]),
    if_(
      not(pte_none(mm.pte.at(entryOfPgoff(options, vma, pgoff)))),
      [set(ret, VM_FAULT_NOPAGE)],
      [set_pte_at(mm, entryOfPgoff(options, vma, pgoff), anonPte), set(ret, 0)],
    ),
    pte_unlock(mm.page_table_lock),
    return_(ret),
  ],
);

export const wp_page_copy = kernelFunction(
  'wp_page_copy',
  {
    file: 'mm/memory.c',
    params: { ...vmf, orig_pte: u64 },
    locals: { mm: pointer(mm_struct) },
    returns: u32,
    abstracts: ['The copy itself, its memory and a machine check while copying are left out.'],
  },
  ({ vma, pgoff, orig_pte, mm }, options) => [
    set(mm, vma.vm_mm),
    pte_lock(mm.page_table_lock),
    if_(eq(mm.pte.at(entryOfPgoff(options, vma, pgoff)), orig_pte), [
      set_pte_at(mm, entryOfPgoff(options, vma, pgoff), anonPte),
    ]),
    pte_unlock(mm.page_table_lock),
    return_(value(u32, 0)),
  ],
);

export const do_cow_fault = kernelFunction(
  'do_cow_fault',
  {
    file: 'mm/memory.c',
    params: { ...vmf, flags: u32 },
    locals: { mm: pointer(mm_struct), ret: u32 },
    returns: u32,
    abstracts: ['A DAX fault handler never gives a page back to be copied here: it copies by itself.'],
  },
  ({ vma, pgoff, flags, mm, ret }) => [
    set(mm, vma.vm_mm),
    set(ret, vm_ops_fault(vma, pgoff, flags, true_)),
    if_(band(ret, VM_FAULT_DONE_COW), [return_(ret)]),
    return_(ret),
  ],
);

export const do_fault = kernelFunction(
  'do_fault',
  {
    file: 'mm/memory.c',
    params: { ...vmf, flags: u32 },
    locals: { ret: u32 },
    returns: u32,
    abstracts: [
      'do_read_fault and do_shared_fault come down to the fault handler, which maps the page by itself.',
    ],
  },
  ({ vma, pgoff, flags, ret }) => [
    if_(
      not(band(flags, FAULT_FLAG_WRITE)),
      [set(ret, vm_ops_fault(vma, pgoff, flags, false_))],
      [
        if_(
          not(band(vma.vm_flags, VM_SHARED)),
          [set(ret, do_cow_fault(vma, pgoff, flags))],
          [set(ret, vm_ops_fault(vma, pgoff, flags, false_))],
        ),
      ],
    ),
    return_(ret),
  ],
);

export const do_wp_page = kernelFunction(
  'do_wp_page',
  {
    file: 'mm/memory.c',
    params: { ...vmf, flags: u32, orig_pte: u64 },
    returns: u32,
    abstracts: [
      'A device page has no normal page; a private copy is never shared, so it is written in place.',
    ],
  },
  ({ vma, pgoff, flags, orig_pte }) => [
    if_(band(vma.vm_flags, VM_SHARED), [
      // wp_pfn_shared
      return_(vm_ops_fault(vma, pgoff, flags, false_)),
    ]),
    if_(eq(orig_pte, anonPte), [return_(value(u32, 0))]),
    return_(wp_page_copy(vma, pgoff, orig_pte)),
  ],
);

const faultWithPte = {
  file: 'mm/memory.c',
  params: { ...vmf, flags: u32 },
  locals: { mm: pointer(mm_struct), pte: u64 },
  returns: u32,
} as const;
type FaultWithPte = {
  readonly [K in keyof (typeof faultWithPte.params & typeof faultWithPte.locals)]: Expr<
    (typeof faultWithPte.params & typeof faultWithPte.locals)[K]
  >;
};

function handlePte({ vma, pgoff, flags, mm, pte }: FaultWithPte, options: Options): readonly Stmt[] {
  return [
    set(mm, vma.vm_mm),
    set(pte, mm.pte.at(entryOfPgoff(options, vma, pgoff))),
    if_(pte_none(pte), [return_(do_fault(vma, pgoff, flags))]),
    if_(band(flags, FAULT_FLAG_WRITE), [return_(do_wp_page(vma, pgoff, flags, pte))]),
    return_(value(u32, 0)),
  ];
}

const handle_pte_fault = kernelFunction('handle_pte_fault', faultWithPte, handlePte);

/** For programs with PMD_ENTRIES: a PMD first, and a page table entry where that cannot be. */
const __handle_mm_fault = kernelFunction(
  '__handle_mm_fault',
  {
    file: 'mm/memory.c',
    params: { ...vmf, flags: u32 },
    locals: { pmd: u64, ret: u32 },
    returns: u32,
    abstracts: [
      'create_huge_pmd and wp_huge_pmd are written out. Transparent huge pages are not disabled.',
      'A write to a PMD always faults, as one to a page table entry does.',
    ],
  },
  ({ vma, pgoff, flags, pmd, ret }, options) => {
    const entry = entryOfPgoff(options, vma, pgoff);
    const hugeFault = () => [
      set(ret, vm_ops_fault(vma, pgoff, bor(flags, FAULT_ORDER_PMD), false_)),
      if_(not(band(ret, VM_FAULT_FALLBACK)), [return_(ret)]),
    ];
    return [
      set(pmd, READ_ONCE(pmdOfEntry(vma.vm_mm, entry))),
      if_(pmd_none(pmd), hugeFault()),
      if_(pmd_devmap(pmd), [
        if_(not(band(flags, FAULT_FLAG_WRITE)), [return_(value(u32, 0))]),
        if_(band(vma.vm_flags, VM_SHARED), hugeFault()),
        split_huge_pmd(vma.vm_mm, entry),
      ]),
      return_(handle_pte_fault(vma, pgoff, flags)),
    ];
  },
);

/** Called with mmap_lock held for reading, for a VMA that exists. */
export const handle_mm_fault = kernelFunction(
  'handle_mm_fault',
  { ...faultWithPte, abstracts: ['Per-VMA locks are left out: a fault holds mmap_lock.'] },
  (v, options) =>
    options.has(PMD_ENTRIES) ? [return_(__handle_mm_fault(v.vma, v.pgoff, v.flags))] : handlePte(v, options),
);
