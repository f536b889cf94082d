/**
 * What a task does that keeps a page beyond one system call, as direct I/O or RDMA do: get_user_pages_fast, and
 * some time later put_page. There is one such reference at a time, which is the bound.
 */
import {
  add,
  and,
  assume,
  type Bool,
  bool,
  choose,
  type Expr,
  eq,
  type KernelFunction,
  ne,
  not,
  observe,
  operation,
  type Pointer,
  pointer,
  type Struct,
  set,
  shl,
  struct,
  the,
  u64,
} from '../src/lang/public.ts';
import { current, NULL_TASK } from './current.ts';
import { get_user_pages_fast, put_page } from './mm/gup.ts';
import { page, task_struct } from './objects.ts';
import { NULL_PAGE, PAGE_SHIFT } from './words.ts';

/** The reference that is held, and by nobody on a CPU. */
export interface page_pin {
  /** Somebody holds it, or is about to. */
  taken: Bool;
  page: Pointer<page>;
}
export const page_pin: Struct<page_pin> = struct<page_pin>(
  'page_pin',
  { taken: bool, page: pointer<page>('page') },
  { ghost: true },
);
const held = the(page_pin);

/** Somebody who is on no CPU has the page, and will let go of it. */
export const isPinned = (of: Expr<Pointer<page>>): Expr<Bool> => eq(held.page, of);
/** Some page is so held. */
export const isPinOutstanding: Expr<Bool> = ne(held.page, NULL_PAGE);

export const pin: KernelFunction = operation(
  'pin',
  { locals: { tsk: pointer(task_struct), pgoff: u64, page: pointer(page) } },
  ({ tsk, pgoff, page: p }) => [
    choose(tsk, task_struct),
    choose(pgoff, 'offsets'),
    assume(and(tsk.mm.mmap.vm_file, not(held.taken))),
    observe([held.taken, 1]),
    set(current, tsk),
    set(p, get_user_pages_fast(add(tsk.mm.mmap.vm_start, shl(pgoff, PAGE_SHIFT)))),
    set(current, NULL_TASK),
    observe([held.page, p], [held.taken, ne(p, NULL_PAGE)]),
  ],
);

export const unpin: KernelFunction = operation(
  'unpin',
  { locals: { page: pointer(page) } },
  ({ page: p }) => [
    assume(isPinOutstanding),
    set(p, held.page),
    observe([held.page, NULL_PAGE]),
    put_page(p),
    observe([held.taken, 0]),
  ],
);
