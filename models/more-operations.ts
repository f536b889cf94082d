/**
 * More of what a CPU may start: part of a scenario only where its policy says so, as they are not among what is
 * pinned. Litmus tests have them all.
 */
import {
  and,
  assume,
  choose,
  type Expr,
  type ExprOf,
  if_,
  type KernelFunction,
  ne,
  not,
  operation,
  type Pointer,
  pointer,
  set,
  the,
  u64,
} from '../src/lang/public.ts';
import { ext4_dax_write_iter, ext4_punch_hole } from './ext4/range.ts';
import { drop_caches, ext4_mount_again, mkfs, mount_point, open_by_name, umount } from './fs/cache.ts';
import { iput, path_openat } from './fs/inode.ts';
import { dup_mmap } from './mm/fork.ts';
import { memory_failure_online_page } from './mm/memory-failure-ram.ts';
import { dentry, inode, task_struct } from './objects.ts';
import { dedupe } from './operations.ts';
import { pin, unpin } from './page-pin.ts';
import { xfs_file_dax_write, xfs_file_punch_hole, xfs_file_unshare_range } from './xfs/range.ts';
import { xfs_mount_again } from './xfs/super.ts';

/** A system call on one page of a file, opened by name. */
function onPage(
  name: string,
  act: (i: Expr<Pointer<inode>>, pgoff: Expr<typeof u64>) => ExprOf,
): KernelFunction {
  return operation(
    name,
    { locals: { dentry: pointer(dentry), pgoff: u64, inode: pointer(inode) } },
    ({ dentry: d, pgoff, inode: i }) => [
      choose(d, dentry),
      choose(pgoff, 'offsets'),
      assume(d.d_inode),
      set(i, path_openat(d)),
      if_(i, [act(i, pgoff), iput(i)]),
    ],
  );
}

/** Only into a task that maps nothing: the child is not made, but one of those that there are. */
const fork = operation(
  'fork',
  { locals: { parent: pointer(task_struct), child: pointer(task_struct) } },
  ({ parent, child }) => [
    choose(parent, task_struct),
    choose(child, task_struct),
    assume(and(ne(parent, child), parent.mm.mmap.vm_file, not(child.mm.mmap.vm_file))),
    dup_mmap(child, parent),
  ],
);

const dropCaches = operation('drop caches', {}, () => [drop_caches()]);

/** Makes a file, or reads one in from disk; with these operations it takes the place of `create`. */
export const open: KernelFunction = operation(
  'open',
  { locals: { dentry: pointer(dentry), inode: pointer(inode) } },
  ({ dentry: d, inode: i }) => [
    choose(d, dentry),
    assume(and(not(d.d_inode), not(d.d_slot.allocated))),
    set(i, open_by_name(d)),
    if_(i, [iput(i)]),
  ],
);

const unmount = operation('unmount', {}, () => [assume(the(mount_point).mounted), umount()]);
const anotherFilesystem = operation('mkfs(8)', {}, () => [assume(not(the(mount_point).mounted)), mkfs()]);
const mountBy = (mount: typeof xfs_mount_again): KernelFunction =>
  operation('mount', {}, () => [assume(not(the(mount_point).mounted)), mount()]);

/** The other way into memory_failure(), which takes the same lock. */
const ordinaryMemoryFailure = operation('failure of ordinary memory', {}, () => [
  memory_failure_online_page(),
]);

const everywhere: readonly KernelFunction[] = [
  fork,
  dropCaches,
  ordinaryMemoryFailure,
  pin,
  unpin,
  unmount,
  anotherFilesystem,
];

export const moreOfXfs = (reflink: boolean): readonly KernelFunction[] => [
  ...everywhere,
  mountBy(xfs_mount_again),
  onPage('write(2)', (i, pgoff) => xfs_file_dax_write(i.xfs_i, pgoff)),
  onPage('punch hole', (i, pgoff) => xfs_file_punch_hole(i.xfs_i, pgoff)),
  ...(reflink ? [onPage('unshare', (i, pgoff) => xfs_file_unshare_range(i.xfs_i, pgoff)), dedupe] : []),
];

export const moreOfExt4: readonly KernelFunction[] = [
  ...everywhere,
  mountBy(ext4_mount_again),
  onPage('write(2)', (i, pgoff) => ext4_dax_write_iter(i, pgoff)),
  onPage('punch hole', (i, pgoff) => ext4_punch_hole(i, pgoff)),
];
