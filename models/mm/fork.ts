/** kernel/fork.c and mm/memory.c, v6.12: the child's copy of the mappings. */
import {
  add,
  and,
  band,
  type Expr,
  eq,
  for_each,
  for_index,
  if_,
  kernelFunction,
  not,
  type Options,
  type Pointer,
  pointer,
  type Stmt,
  set,
  type U64,
  u64,
} from '../../src/lang/public.ts';
import { ihold } from '../fs/inode.ts';
import {
  i_mmap_lock_write,
  i_mmap_unlock_write,
  mmap_write_lock,
  mmap_write_unlock,
  pte_lock,
  pte_unlock,
} from '../locks.ts';
import { file, mm_struct, task_struct, vm_area_struct } from '../objects.ts';
import { pte_none, VM_SHARED } from '../words.ts';
import { ANY_MAPPING, pte_index, set_pte_at } from './pgtable.ts';

type Vma = Expr<Pointer<vm_area_struct>>;
type Task = Expr<Pointer<task_struct>>;
type Mm = Expr<Pointer<mm_struct>>;

interface ForkVariables {
  readonly tsk: Task;
  readonly oldtsk: Task;
  readonly mm: Mm;
  readonly oldmm: Mm;
  readonly mpnt: Vma;
  readonly tmp: Vma;
}

/**
 * Page tables of a mapping that has no private page are not copied (vma_needs_copy): the child faults anew.
 */
export const copy_page_range = kernelFunction(
  'copy_page_range',
  {
    file: 'mm/memory.c',
    params: { dst_vma: pointer(vm_area_struct), src_vma: pointer(vm_area_struct) },
    locals: { pte: u64 },
    abstracts: [
      'A private mapping counts as one that has private pages. Write-protection of the parent and the references to private pages are left out.',
    ],
  },
  ({ dst_vma, src_vma, pte }, options) => [
    if_(not(band(src_vma.vm_flags, VM_SHARED)), [
      pte_lock(src_vma.vm_mm.page_table_lock),
      pte_lock(dst_vma.vm_mm.page_table_lock),
      for_index('pgoff', u64, 'offsets', (pgoff) => [
        set(pte, src_vma.vm_mm.pte.at(entryBehind(options, src_vma, pgoff))),
        if_(not(pte_none(pte)), [set_pte_at(dst_vma.vm_mm, entryBehind(options, src_vma, pgoff), pte)]),
      ]),
      pte_unlock(dst_vma.vm_mm.page_table_lock),
      pte_unlock(src_vma.vm_mm.page_table_lock),
    ]),
  ],
);

/** The entry so many pages behind the start of the VMA. */
const entryBehind = (options: Options, vma: Vma, pages: Expr<U64>): Expr<U64> =>
  options.has(ANY_MAPPING) ? add(pte_index(vma.vm_start), pages) : pages;

/**
 * Does for each VMA of the parent what is to be done with it and with the child's, which with ANY_MAPPING is the
 * one with the same entries: it has the same `vm_pgoff` and as many pages.
 */
const eachVma = (options: Options, v: ForkVariables, copy: readonly Stmt[]): readonly Stmt[] =>
  options.has(ANY_MAPPING)
    ? [
        for_each(vm_area_struct, 'old', (old) => [
          for_each(vm_area_struct, 'new', (made) => [
            if_(
              and(
                eq(old.vm_mm, v.oldtsk.mm),
                eq(made.vm_mm, v.tsk.mm),
                eq(pte_index(made.vm_start), pte_index(old.vm_start)),
              ),
              [set(v.mpnt, old), set(v.tmp, made), ...copy],
            ),
          ]),
        ]),
      ]
    : [set(v.mpnt, v.oldmm.mmap), set(v.tmp, v.mm.mmap), ...copy];

/** Also copies the flags of the task that prctl(PR_MCE_KILL) set. */
export const dup_mmap = kernelFunction(
  'dup_mmap',
  {
    file: 'kernel/fork.c',
    params: { tsk: pointer(task_struct), oldtsk: pointer(task_struct) },
    locals: {
      mm: pointer(mm_struct),
      oldmm: pointer(mm_struct),
      mpnt: pointer(vm_area_struct),
      tmp: pointer(vm_area_struct),
      file: pointer(file),
    },
    abstracts: [
      'The child is there before, as a task that maps nothing; dup_task_struct is the copy of its flags.',
      'The kernel copies page tables after it dropped i_mmap_rwsem; nothing fails.',
    ],
  },
  ({ tsk, oldtsk, mm, oldmm, mpnt, tmp, file }, options) => [
    set(tsk.flags, oldtsk.flags),
    set(mm, tsk.mm),
    set(oldmm, oldtsk.mm),
    mmap_write_lock(oldmm.mmap_lock),
    mmap_write_lock(mm.mmap_lock),
    ...eachVma(options, { tsk, oldtsk, mm, oldmm, mpnt, tmp }, [
      set(file, mpnt.vm_file),
      if_(file, [
        // get_file
        ihold(file.f_inode),
        i_mmap_lock_write(file.f_mapping),
        set(tmp.vm_flags, mpnt.vm_flags),
        set(tmp.vm_file, file),
        i_mmap_unlock_write(file.f_mapping),
        copy_page_range(tmp, mpnt),
      ]),
    ]),
    mmap_write_unlock(mm.mmap_lock),
    mmap_write_unlock(oldmm.mmap_lock),
  ],
);
