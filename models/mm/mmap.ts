/** mm/mmap.c and mm/vma.c, v6.12: a task's VMAs come and go. Page words are never touched here. */
import {
  type Expr,
  if_,
  int,
  kernelFunction,
  ne,
  neg,
  type Pointer,
  pointer,
  return_,
  type Stmt,
  set,
  sub,
  true_,
  type U64,
  u64,
  value,
} from '../../src/lang/public.ts';
import { iput } from '../fs/inode.ts';
import { i_mmap_lock_write, i_mmap_unlock_write, mmap_write_lock, mmap_write_unlock } from '../locks.ts';
import { address_space, file, mm_struct, PMD_ENTRIES, vm_area_struct } from '../objects.ts';
import { EEXIST, NULL_FILE } from '../words.ts';
import { pte_index } from './pgtable.ts';
import { free_pgtables } from './pmd.ts';
import { zap_pte_range, zapRange } from './unmap.ts';

type To<S> = Expr<Pointer<S>>;

const appears = 'The VMA enters the tree of the mm and that of the file in one store.';
const goes = 'The VMA leaves the tree of the mm and that of the file in one store.';

function linkVma(
  vma: To<vm_area_struct>,
  of: { readonly file: To<file>; readonly vm_flags: Expr<U64>; readonly mapping: To<address_space> },
): readonly Stmt[] {
  return [
    set(of.mapping, of.file.f_mapping),
    i_mmap_lock_write(of.mapping),
    set(vma.vm_flags, of.vm_flags),
    set(vma.vm_file, of.file),
    i_mmap_unlock_write(of.mapping),
  ];
}

/** `zap` takes its page table entries. */
function unmapVma(
  v: { readonly mm: To<mm_struct>; readonly file: To<file>; readonly mapping: To<address_space> },
  vma: To<vm_area_struct>,
  zap: readonly Stmt[],
): readonly Stmt[] {
  return [
    set(v.file, vma.vm_file),
    if_(v.file, [
      ...zap,
      set(v.mapping, v.file.f_mapping),
      i_mmap_lock_write(v.mapping),
      set(vma.vm_file, NULL_FILE),
      set(vma.vm_flags, 0),
      i_mmap_unlock_write(v.mapping),
    ]),
    mmap_write_unlock(v.mm.mmap_lock),
    // fput
    if_(v.file, [iput(v.file.f_inode)]),
  ];
}

/** The VMA takes over the caller's reference to the file where this succeeds. */
export const mmap_region = kernelFunction(
  'mmap_region',
  {
    file: 'mm/mmap.c',
    params: { mm: pointer(mm_struct), file: pointer(file), vm_flags: u64 },
    locals: { vma: pointer(vm_area_struct), mapping: pointer(address_space) },
    returns: int,
    abstracts: ['A task with a VMA keeps it: a second mapping fails.', appears],
  },
  ({ mm, file, vm_flags, vma, mapping }) => [
    mmap_write_lock(mm.mmap_lock),
    set(vma, mm.mmap),
    if_(ne(vma.vm_file, NULL_FILE), [mmap_write_unlock(mm.mmap_lock), return_(neg(EEXIST))]),
    ...linkVma(vma, { file, vm_flags, mapping }),
    mmap_write_unlock(mm.mmap_lock),
    return_(value(int, 0)),
  ],
);

/** For programs with ANY_MAPPING; takes over the reference. */
export const __mmap_region = kernelFunction(
  '__mmap_region',
  {
    file: 'mm/mmap.c',
    params: { vma: pointer(vm_area_struct), file: pointer(file), vm_flags: u64 },
    locals: { mapping: pointer(address_space) },
    abstracts: [
      'A mapping has a VMA of its own, whose address, length and offset are there before; nothing else is mapped there.',
      appears,
    ],
  },
  ({ vma, file, vm_flags, mapping }) => [
    mmap_write_lock(vma.vm_mm.mmap_lock),
    ...linkVma(vma, { file, vm_flags, mapping }),
    mmap_write_unlock(vma.vm_mm.mmap_lock),
  ],
);

/** munmap of all that the task maps; exit_mmap does the same to page tables. */
export const do_vmi_align_munmap = kernelFunction(
  'do_vmi_align_munmap',
  {
    file: 'mm/mmap.c',
    params: { mm: pointer(mm_struct) },
    locals: { vma: pointer(vm_area_struct), file: pointer(file), mapping: pointer(address_space) },
    abstracts: [goes],
  },
  ({ mm, vma, file, mapping }) => [
    mmap_write_lock(mm.mmap_lock),
    set(vma, mm.mmap),
    ...unmapVma({ mm, file, mapping }, vma, [zap_pte_range(mm, 0, -1, true_)]),
  ],
);

/** munmap of one VMA, if it is there. For programs with ANY_MAPPING. */
export const do_vmi_munmap = kernelFunction(
  'do_vmi_munmap',
  {
    file: 'mm/vma.c',
    params: { vma: pointer(vm_area_struct) },
    locals: { mm: pointer(mm_struct), file: pointer(file), mapping: pointer(address_space) },
    abstracts: [
      goes,
      'What unmaps several VMAs unmaps one after the other, and drops its file and mmap_lock before the next.',
    ],
  },
  ({ vma, mm, file, mapping }, options) => {
    const [first, last] = [pte_index(vma.vm_start), pte_index(sub(vma.vm_end, 1))];
    return [
      set(mm, vma.vm_mm),
      mmap_write_lock(mm.mmap_lock),
      ...unmapVma({ mm, file, mapping }, vma, [
        ...zapRange(options, mm, first, last, true_),
        ...(options.has(PMD_ENTRIES) ? [free_pgtables(mm, first, last)] : []),
      ]),
    ];
  },
);
