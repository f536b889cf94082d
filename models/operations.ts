/** What a CPU may start: system calls, page faults, workers, and memory failures. */
import {
  add,
  and,
  assume,
  band,
  choose,
  cond,
  type Expr,
  if_,
  type KernelFunction,
  ne,
  not,
  operation,
  or,
  type Pointer,
  pointer,
  set,
  shl,
  u8,
  u64,
} from '../src/lang/public.ts';
import { current, NULL_TASK } from './current.ts';
import { ext4_setattr } from './ext4/inode.ts';
import { do_unlinkat, iput, path_openat, vfs_create } from './fs/inode.ts';
import { mmap_read_lock, mmap_read_unlock } from './locks.ts';
import { hwpoison_inject } from './mm/hwpoison-inject.ts';
import { madvise_inject_error } from './mm/madvise.ts';
import { handle_mm_fault } from './mm/memory.ts';
import { do_vmi_align_munmap, mmap_region } from './mm/mmap.ts';
import { dentry, inode, mm_struct, page, task_struct, vm_area_struct, xfs_inode } from './objects.ts';
import { anonPte, FAULT_FLAG_WRITE, PAGE_SHIFT, pte_none, VM_SHARED, XFS_NEED_INACTIVE } from './words.ts';
import { xfs_vn_setattr } from './xfs/file.ts';
import { xfs_inodegc_worker } from './xfs/icache.ts';
import { xfs_file_remap_range } from './xfs/reflink.ts';

const faultLocals = {
  tsk: pointer(task_struct),
  pgoff: u64,
  mm: pointer(mm_struct),
  vma: pointer(vm_area_struct),
} as const;

/** A task touches a page of what it maps, which page table and VMA may send to the filesystem. */
function touch(
  v: { readonly [K in keyof typeof faultLocals]: Expr<(typeof faultLocals)[K]> },
  flags: Expr<typeof FAULT_FLAG_WRITE extends Expr<infer T> ? T : never> | 0,
) {
  return [
    set(v.mm, v.tsk.mm),
    mmap_read_lock(v.mm.mmap_lock),
    set(v.vma, v.mm.mmap),
    if_(v.vma.vm_file, [handle_mm_fault(v.vma, v.pgoff, flags)]),
    mmap_read_unlock(v.mm.mmap_lock),
  ];
}

export const readFault = operation('read fault', { locals: faultLocals }, (v) => [
  choose(v.tsk, task_struct),
  choose(v.pgoff, 'offsets'),
  assume(and(v.tsk.mm.mmap.vm_file, pte_none(v.tsk.mm.pte.at(v.pgoff)))),
  ...touch(v, 0),
]);

/** On a shared mapping a write fault; on a private one the copy. */
export const writeFault = operation('write fault', { locals: faultLocals }, (v) => [
  choose(v.tsk, task_struct),
  choose(v.pgoff, 'offsets'),
  assume(and(v.tsk.mm.mmap.vm_file, ne(v.tsk.mm.pte.at(v.pgoff), anonPte))),
  ...touch(v, FAULT_FLAG_WRITE),
]);

export const mmap = operation(
  'mmap',
  {
    locals: {
      tsk: pointer(task_struct),
      dentry: pointer(dentry),
      shared: u8,
      inode: pointer(inode),
      flags: u64,
    },
  },
  ({ tsk, dentry: d, shared, inode, flags }) => [
    choose(tsk, task_struct),
    choose(d, dentry),
    choose(shared, 2),
    assume(or(shared, tsk.maps_privately)),
    assume(not(tsk.mm.mmap.vm_file)),
    set(inode, path_openat(d)),
    if_(inode, [
      set(flags, cond(shared, VM_SHARED, 0)),
      if_(mmap_region(tsk.mm, d.d_file, flags), [iput(inode)]),
    ]),
  ],
);

/** Also what exit does to a task's mappings. */
export const munmap = operation('munmap', { locals: { tsk: pointer(task_struct) } }, ({ tsk }) => [
  choose(tsk, task_struct),
  assume(tsk.mm.mmap.vm_file),
  do_vmi_align_munmap(tsk.mm),
]);

export const unlink = operation('unlink', { locals: { dentry: pointer(dentry) } }, ({ dentry: d }) => [
  choose(d, dentry),
  assume(and(d.comes_and_goes, d.d_inode)),
  do_unlinkat(d),
]);

export const create = operation('create', { locals: { dentry: pointer(dentry) } }, ({ dentry: d }) => [
  choose(d, dentry),
  assume(and(not(d.d_inode), not(d.d_slot.allocated))),
  vfs_create(d),
]);

function truncateBy(
  setattr: (inode: Expr<Pointer<inode>>, newsize: Expr<typeof u64>) => ReturnType<typeof iput>,
) {
  return operation(
    'truncate',
    { locals: { dentry: pointer(dentry), newsize: u64, inode: pointer(inode) } },
    ({ dentry: d, newsize, inode }) => [
      choose(d, dentry),
      choose(newsize, 'offsets'),
      assume(d.d_inode),
      set(inode, path_openat(d)),
      if_(inode, [setattr(inode, newsize), iput(inode)]),
    ],
  );
}
export const xfsTruncate = truncateBy((inode, newsize) => xfs_vn_setattr(inode.xfs_i, newsize));
export const ext4Truncate = truncateBy((inode, newsize) => ext4_setattr(inode, newsize));

/** One block of a file becomes one of another, too, or of the same file elsewhere. */
const remapping = (name: string) =>
  operation(
    name,
    {
      locals: {
        from: pointer(dentry),
        pos_in: u64,
        to: pointer(dentry),
        pos_out: u64,
        src: pointer(inode),
        dest: pointer(inode),
      },
    },
    ({ from, pos_in, to, pos_out, src, dest }) => [
      choose(from, dentry),
      choose(pos_in, 'offsets'),
      choose(to, dentry),
      choose(pos_out, 'offsets'),
      assume(or(ne(from, to), ne(pos_in, pos_out))),
      assume(and(from.d_inode, to.d_inode)),
      set(src, path_openat(from)),
      if_(src, [
        set(dest, path_openat(to)),
        if_(dest, [xfs_file_remap_range(src.xfs_i, pos_in, dest.xfs_i, pos_out), iput(dest)]),
        iput(src),
      ]),
    ],
  );

/** FICLONERANGE. */
export const ficlone = remapping('FICLONE');

/** FIDEDUPERANGE of what is equal: contents are not modelled. */
export const dedupe = remapping('FIDEDUPERANGE');

export const inodegc = operation('xfs_inodegc', { locals: { ip: pointer(xfs_inode) } }, ({ ip }) => [
  choose(ip, xfs_inode),
  assume(band(ip.i_flags, XFS_NEED_INACTIVE)),
  xfs_inodegc_worker(ip),
]);

/** A task fails a page at an address that it maps. */
export const madviseFailure = operation(
  'madvise HWPOISON',
  { locals: { tsk: pointer(task_struct), pgoff: u64 } },
  ({ tsk, pgoff }) => [
    choose(tsk, task_struct),
    choose(pgoff, 'offsets'),
    assume(tsk.mm.mmap.vm_file),
    set(current, tsk),
    madvise_inject_error(add(tsk.mm.mmap.vm_start, shl(pgoff, PAGE_SHIFT))),
    set(current, NULL_TASK),
  ],
);

/** A page is failed from outside, by a task that maps nothing. */
export const injectedFailure = operation(
  'hwpoison inject',
  { locals: { page: pointer(page) } },
  ({ page: p }) => [choose(p, page), hwpoison_inject(p.pfn)],
);

/** Those that every stack has, without failures. */
export const commonOperations: readonly KernelFunction[] = [readFault, writeFault, mmap, munmap, unlink];
