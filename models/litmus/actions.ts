/** What each operation of a litmus test does: kernel functions, called for what the test names. */
import { match, P } from 'ts-pattern';
import {
  constant,
  type Expr,
  type ExprOf,
  if_,
  instance,
  type int,
  neg,
  not,
  observe,
  type Pointer,
  pointer,
  type Stmt,
  set,
  toWord,
  type U32,
  type U64,
  u32,
  u64,
  value,
} from '../../src/lang/public.ts';
import type { Blocks } from '../../src/litmus/blocks.ts';
import { sameMapping } from '../../src/litmus/mappings.ts';
import type {
  Action,
  ActionName,
  Device,
  LitmusTest,
  MappedPage,
  Mapping,
  Pages,
} from '../../src/litmus/test.ts';
import { ext4_setattr } from '../ext4/inode.ts';
import { ext4_dax_write_iter, ext4_punch_hole } from '../ext4/range.ts';
import { drop_caches, ext4_mount_again, mkfs, open_by_name, umount } from '../fs/cache.ts';
import { do_unlinkat, iput, path_openat, vfs_create } from '../fs/inode.ts';
import { do_user_addr_fault } from '../mm/access.ts';
import { dup_mmap } from '../mm/fork.ts';
import { get_user_pages_fast, put_page } from '../mm/gup.ts';
import { hwpoison_inject } from '../mm/hwpoison-inject.ts';
import { madvise_inject_error } from '../mm/madvise.ts';
import { memory_failure_online_page } from '../mm/memory-failure-ram.ts';
import { __mmap_region, do_vmi_munmap } from '../mm/mmap.ts';
import { pte_index } from '../mm/pgtable.ts';
import { dentry, inode, mm_struct, page, task_struct, xfs_inode } from '../objects.ts';
import type { Stack } from '../stacks.ts';
import { addressOfPgoff, EFAULT, ENOENT, FAULT_FLAG_WRITE, FIRST_PFN, NULL_PAGE } from '../words.ts';
import { xfs_vn_setattr } from '../xfs/file.ts';
import { xfs_inodegc_worker } from '../xfs/icache.ts';
import { xfs_file_dax_write, xfs_file_punch_hole, xfs_file_unshare_range } from '../xfs/range.ts';
import { xfs_file_remap_range } from '../xfs/reflink.ts';
import { xfs_mount_again } from '../xfs/super.ts';
import type { Places } from './places.ts';
import { litmus_task } from './record.ts';

/** What an operation keeps while it runs. */
export const actionLocals = {
  ret: u32,
  inode: pointer(inode),
  dest: pointer(inode),
  page: pointer(page),
} as const;
type Locals = { readonly [K in keyof typeof actionLocals]: Expr<(typeof actionLocals)[K]> };

/** What an operation is done to. */
export interface Setting {
  readonly test: LitmusTest;
  readonly blocks: Blocks;
  readonly stack: Stack;
  readonly places: Places;
  /** Files may be on disk only, or the filesystem not mounted. */
  readonly reloads: boolean;
}

/** vm_flags, as one constant. */
export function flagsOf({ shared, writable }: Mapping): Expr<U64> {
  const names = [...(shared ? ['VM_SHARED'] : []), ...(writable ? ['VM_WRITE'] : [])];
  return constant(names.join(' | ') || '0', u64, (shared ? 0x8 : 0) | (writable ? 0x2 : 0));
}

/** The statements of one operation of task number `t`; they leave its result in `ret`. */
export function actionBody(action: Action, t: number, setting: Setting, v: Locals): readonly Stmt[] {
  const { test, blocks, stack, places } = setting;
  const { ret } = v;
  const [tsk, mm] = [instance(task_struct, t), instance(mm_struct, t)];
  const number = (file: string) => test.files.findIndex((f) => f.name === file);
  const named = (file: string) => instance(dentry, number(file));
  const xfs = stack.filesystem === 'xfs';
  const open = setting.reloads ? open_by_name : path_openat;
  /** With the inode of a file, opened by name. */
  const withFile = (file: string, act: (i: Expr<Pointer<inode>>) => readonly Stmt[]): readonly Stmt[] => [
    set(v.inode, open(named(file))),
    if_(v.inode, [...act(v.inode), iput(v.inode)], [set(ret, neg(ENOENT))]),
  ];
  /** Page by page, each a call of its own, until one fails. */
  const eachPage = ({ file, first, last }: Pages, act: (i: Expr<Pointer<inode>>, pgoff: number) => ExprOf) =>
    withFile(file, (i) => inTurn(ret, last - first + 1, (n) => act(i, first + n)));
  const remap = (from: Pages, to: Pages): readonly Stmt[] =>
    withFile(from.file, (src) => [
      set(v.dest, open(named(to.file))),
      if_(
        v.dest,
        [
          ...inTurn(ret, to.last - to.first + 1, (n) =>
            xfs_file_remap_range(src.xfs_i, from.first + n, v.dest.xfs_i, to.first + n),
          ),
          iput(v.dest),
        ],
        [set(ret, neg(ENOENT))],
      ),
    ]);
  const address = (a: MappedPage) => addressOfPgoff(places.vma(t, a.mapping), value(u64, a.page));
  const pinned = (a: MappedPage) => instance(litmus_task, t).pinned.at(pte_index(address(a)));

  const vmaOf = (mapping: Mapping) =>
    places.vma(
      t,
      places.of(t).findIndex((m) => sameMapping(m, mapping)),
    );

  return match(action)
    .with({ does: 'touch' }, (a) => [set(ret, do_user_addr_fault(mm, address(a), 0))])
    .with({ does: 'write' }, (a) => [set(ret, do_user_addr_fault(mm, address(a), FAULT_FLAG_WRITE))])
    .with({ does: 'map' }, ({ mapping }) => [
      set(v.inode, open(named(mapping.file))),
      if_(
        v.inode,
        [__mmap_region(vmaOf(mapping), named(mapping.file).d_file, flagsOf(mapping))],
        [set(ret, neg(ENOENT))],
      ),
    ])
    .with({ does: 'munmap', mapping: P.nonNullable }, (a) => [do_vmi_munmap(vmaOf(a.mapping))])
    .with({ does: 'munmap' }, { does: 'exit' }, () => unmapAll(t, places))
    .with({ does: 'fork' }, ({ child }) => {
      const c = test.tasks.findIndex((task) => task.name === child);
      return [dup_mmap(instance(task_struct, c), tsk), observe([instance(litmus_task, c).born, 1])];
    })
    .with({ does: 'madvise' }, (a) => [set(ret, toWord(u32, madvise_inject_error(address(a))))])
    .with({ does: 'inject' }, (a) => [
      set(ret, hwpoison_inject(FIRST_PFN + (blocks.number(a.block) as number))),
    ])
    .with({ does: 'inject-memory' }, () => [set(ret, memory_failure_online_page())])
    .with({ does: 'reflink' }, { does: 'dedupe' }, (a) => remap(a.from, a.to))
    .with({ does: 'unshare' }, (a) => eachPage(a.pages, (i, p) => xfs_file_unshare_range(i.xfs_i, p)))
    .with({ does: 'pwrite' }, (a) =>
      eachPage(a.pages, (i, p) => (xfs ? xfs_file_dax_write(i.xfs_i, p) : ext4_dax_write_iter(i, p))),
    )
    .with({ does: 'punch' }, (a) =>
      eachPage(a.pages, (i, p) => (xfs ? xfs_file_punch_hole(i.xfs_i, p) : ext4_punch_hole(i, p))),
    )
    .with({ does: 'truncate' }, (a) =>
      withFile(a.file, (i) => [set(ret, xfs ? xfs_vn_setattr(i.xfs_i, a.size) : ext4_setattr(i, a.size))]),
    )
    .with({ does: 'unlink' }, (a) => [set(ret, do_unlinkat(named(a.file)))])
    .with({ does: 'create' }, (a) => [set(ret, vfs_create(named(a.file)))])
    .with({ does: 'inodegc' }, (a) => [xfs_inodegc_worker(instance(xfs_inode, number(a.file)))])
    .with({ does: 'drop-caches' }, () => [drop_caches()])
    .with({ does: 'unmount' }, () => [set(ret, umount())])
    .with({ does: 'mount' }, () => [set(ret, xfs ? xfs_mount_again() : ext4_mount_again())])
    .with({ does: 'mkfs' }, () => [set(ret, mkfs())])
    .with({ does: 'pin' }, (a) => [
      set(v.page, get_user_pages_fast(address(a))),
      if_(v.page, [observe([pinned(a), v.page])], [set(ret, neg(EFAULT))]),
    ])
    .with({ does: 'unpin' }, (a) => [
      set(v.page, pinned(a)),
      if_(v.page, [put_page(v.page), observe([pinned(a), NULL_PAGE])]),
    ])
    .exhaustive();
}

/** What munmap of a range with all mappings of a task does, and what is left to do when it is gone. */
export const unmapAll = (t: number, places: Places): readonly Stmt[] =>
  places.of(t).map((_, mapping) => do_vmi_munmap(places.vma(t, mapping)));

function inTurn(ret: Expr<U32>, count: number, act: (n: number) => ExprOf): readonly Stmt[] {
  const call = (n: number) => set(ret, act(n) as Expr<typeof int>);
  return [call(0), ...Array.from({ length: count - 1 }, (_, n) => if_(not(ret), [call(n + 1)]))];
}

/** What is done without a file, and so where nothing can be mounted, too. */
const withoutFiles: readonly ActionName[] = [
  ...(['mount', 'unmount', 'mkfs', 'drop-caches', 'inject', 'inject-memory', 'fork', 'exit'] as const),
];

/** Why a stack does not have an operation, or shared blocks; null if it does. */
export function lacks(stack: Stack, device: Device, does: ActionName | 'share'): string | null {
  if (['share', 'reflink', 'dedupe', 'unshare'].includes(does) && !stack.reflink)
    return 'only XFS with reflink has that';
  if (does === 'inodegc' && stack.filesystem !== 'xfs') return 'only XFS has that worker';
  const unmountable = device === 'partition' && stack.reflink && !withoutFiles.some((a) => a === does);
  return unmountable ? 'XFS with reflink refuses to mount with DAX from a partition' : null;
}
