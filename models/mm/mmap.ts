/** mm/mmap.c and mm/vma.c, v6.12: a task's VMA comes and goes. Page words are never touched here. */
import {
  if_,
  int,
  kernelFunction,
  ne,
  neg,
  pointer,
  return_,
  set,
  true_,
  u64,
  value,
} from '../../src/lang/public.ts';
import { iput } from '../fs/inode.ts';
import { i_mmap_lock_write, i_mmap_unlock_write, mmap_write_lock, mmap_write_unlock } from '../locks.ts';
import { address_space, file, mm_struct, vm_area_struct } from '../objects.ts';
import { EEXIST, NULL_FILE } from '../words.ts';
import { zap_pte_range } from './unmap.ts';

/** The VMA takes over the caller's reference to the file where this succeeds. */
export const mmap_region = kernelFunction(
  'mmap_region',
  {
    file: 'mm/mmap.c',
    params: { mm: pointer(mm_struct), file: pointer(file), vm_flags: u64 },
    locals: { vma: pointer(vm_area_struct), mapping: pointer(address_space) },
    returns: int,
    abstracts: [
      'A task with a VMA keeps it: a second mapping fails.',
      'The VMA enters the tree of the mm and that of the file in one store.',
    ],
  },
  ({ mm, file, vm_flags, vma, mapping }) => [
    mmap_write_lock(mm.mmap_lock),
    set(vma, mm.mmap),
    if_(ne(vma.vm_file, NULL_FILE), [mmap_write_unlock(mm.mmap_lock), return_(neg(EEXIST))]),
    set(mapping, file.f_mapping),
    i_mmap_lock_write(mapping),
    set(vma.vm_flags, vm_flags),
    set(vma.vm_file, file),
    i_mmap_unlock_write(mapping),
    mmap_write_unlock(mm.mmap_lock),
    return_(value(int, 0)),
  ],
);

/** munmap of all that the task maps; exit_mmap does the same to page tables. */
export const do_vmi_align_munmap = kernelFunction(
  'do_vmi_align_munmap',
  {
    file: 'mm/mmap.c',
    params: { mm: pointer(mm_struct) },
    locals: { vma: pointer(vm_area_struct), file: pointer(file), mapping: pointer(address_space) },
    abstracts: ['The VMA leaves the tree of the mm and that of the file in one store.'],
  },
  ({ mm, vma, file, mapping }) => [
    mmap_write_lock(mm.mmap_lock),
    set(vma, mm.mmap),
    set(file, vma.vm_file),
    if_(file, [
      zap_pte_range(mm, 0, -1, true_),
      set(mapping, file.f_mapping),
      i_mmap_lock_write(mapping),
      set(vma.vm_file, NULL_FILE),
      set(vma.vm_flags, 0),
      i_mmap_unlock_write(mapping),
    ]),
    mmap_write_unlock(mm.mmap_lock),
    // fput
    if_(file, [iput(file.f_inode)]),
  ],
);
