/** mm/interval_tree.c, v6.12: which VMAs map an offset of a file. */
import {
  add,
  and,
  bool,
  type Expr,
  eq,
  for_each,
  if_,
  kernelFunction,
  type Pointer,
  pointer,
  READ_ONCE,
  return_,
  type Stmt,
  set,
  shr,
  sub,
  type U64,
  u64,
  uge,
  ult,
} from '../../src/lang/public.ts';
import { address_space, file, vm_area_struct } from '../objects.ts';
import { PAGE_SHIFT } from '../words.ts';

/**
 * The VMA is in the file's tree and covers the offset. One read of `vm_file`: it leads to this file only
 * while i_mmap_rwsem is held by nobody who would change that.
 */
const vma_in_i_mmap = kernelFunction(
  'vma_in_i_mmap',
  {
    params: { vma: pointer(vm_area_struct), mapping: pointer(address_space), pgoff: u64 },
    locals: { vm_file: pointer(file) },
    returns: bool,
    abstracts: ['The interval tree is a walk over all VMAs, under the same lock.'],
  },
  ({ vma, mapping, pgoff, vm_file }) => [
    set(vm_file, READ_ONCE(vma.vm_file)),
    return_(
      and(
        vm_file,
        eq(vm_file.f_mapping, mapping),
        uge(pgoff, vma.vm_pgoff),
        ult(pgoff, add(vma.vm_pgoff, vma_pages(vma))),
      ),
    ),
  ],
);

export const vma_pages = (vma: Expr<Pointer<vm_area_struct>>): Expr<U64> =>
  shr(sub(vma.vm_end, vma.vm_start), PAGE_SHIFT);

/** `vma_interval_tree_foreach(vma, &mapping->i_mmap, pgoff, pgoff)`; the i_mmap lock is held. */
export function vma_interval_tree_foreach(
  mapping: Expr<Pointer<address_space>>,
  pgoff: Expr<U64>,
  name: string,
  statements: (vma: Expr<Pointer<vm_area_struct>>) => readonly Stmt[],
): Stmt {
  return for_each(vm_area_struct, name, (vma) => [if_(vma_in_i_mmap(vma, mapping, pgoff), statements(vma))]);
}
