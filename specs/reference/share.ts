/**
 * The share count of fs/dax.c with everything but ownership left out: files insert and remove entries for
 * pages under the entry's lock, one at a time or shared, and one failure handler goes from a page to its
 * files, by its owner word or file by file. Each operation is one step of one CPU, as in the models of the
 * same system for other checkers, so that the sizes compare.
 */
import {
  type ArrayOf,
  add,
  and,
  array,
  assume,
  type Bool,
  bool,
  choose,
  cond,
  constant,
  decrement,
  type Expr,
  eq,
  for_each,
  if_,
  implies,
  increment,
  instance,
  kernelFunction,
  ne,
  not,
  operation,
  or,
  type Pointer,
  type Program,
  pointer,
  program,
  return_,
  set,
  struct,
  the,
  type U8,
  type U64,
  u8,
  u64,
  unionWith,
  value,
} from '../../src/lang/public.ts';

interface file {
  /** The list of all files. */
  next: Pointer<file>;
  present: ArrayOf<Bool>;
  /** Of the work on each entry: 0 none, 1 locked, 2 done. */
  phase: ArrayOf<U8>;
}
const file = struct<file>(
  'file',
  { next: pointer('file'), present: array(bool, 'pages'), phase: array(u8, 'pages') },
  { instances: 'files' },
);
interface block {
  number: U64;
  mapping: Pointer<file>;
  index: U64;
  share: U64;
}
const block = struct<block>(
  'block',
  { number: u64, mapping: pointer('file'), index: u64, share: unionWith('index', u64) },
  { instances: 'pages' },
);
interface handler {
  phase: U8;
  page: Pointer<block>;
  mapping: Pointer<file>;
  file: Pointer<file>;
  collected: Bool;
}
const handler = struct<handler>('handler', {
  phase: u8,
  page: pointer('block'),
  mapping: pointer('file'),
  file: pointer('file'),
  collected: bool,
});
const mf = the(handler);
const NOBODY = value(pointer(file), 0);
const SHARED = constant('SHARED', pointer<file>('file'), 1);
/** The offset at which each file has each page. */
const OFFSET = 4;

type File = Expr<Pointer<file>>;
type Page = Expr<Pointer<block>>;
const entry = { f: pointer(file), p: pointer(block) } as const;
const present = (f: File, p: Page): Expr<Bool> => f.present.at(p.number);
const phase = (f: File, p: Page): Expr<U8> => f.phase.at(p.number);

/** The handler holds the lock of this entry. */
const held = (f: File, p: Page): Expr<Bool> =>
  and(
    eq(mf.page, p),
    or(
      and(or(eq(mf.phase, 3), eq(mf.phase, 4)), eq(mf.mapping, f)),
      and(or(eq(mf.phase, 6), eq(mf.phase, 7)), eq(mf.file, f)),
    ),
  );

const hasOwner = kernelFunction('has_owner', { params: { p: pointer(block) }, returns: bool }, ({ p }) => [
  for_each(file, 'f', (f) => [if_(present(f, p), [return_(value(bool, 1))])]),
  return_(value(bool, 0)),
]);
const work = (name: string, write: (f: File, p: Page) => Parameters<typeof if_>[1]) =>
  operation(name, { locals: entry }, ({ f, p }) => [choose(f, file), choose(p, block), ...write(f, p)]);

const lockEntry = work('lock an entry', (f, p) => [
  assume(and(eq(phase(f, p), 0), not(held(f, p)))),
  set(phase(f, p), 1),
]);
const insert = work('insert', (f, p) => [
  assume(and(eq(phase(f, p), 1), not(hasOwner(p)))),
  set(p.mapping, f),
  set(p.index, OFFSET),
  set(present(f, p), 1),
  set(phase(f, p), 2),
]);
const insertShared = work('insert shared', (f, p) => [
  assume(and(eq(phase(f, p), 1), not(present(f, p)))),
  if_(ne(p.mapping, SHARED), [if_(p.mapping, [set(p.share, 1)]), set(p.mapping, SHARED)]),
  increment(p.share),
  set(present(f, p), 1),
  set(phase(f, p), 2),
]);
const remove = work('remove', (f, p) => [
  assume(and(eq(phase(f, p), 1), present(f, p))),
  set(present(f, p), 0),
  if_(
    eq(p.mapping, SHARED),
    [decrement(p.share), if_(not(p.share), [set(p.mapping, NOBODY)])],
    [set(p.mapping, NOBODY), set(p.index, 0)],
  ),
  set(phase(f, p), 2),
]);
const unlockEntry = work('unlock an entry', (f, p) => [assume(eq(phase(f, p), 2)), set(phase(f, p), 0)]);

const finish = [
  set(mf.phase, 0),
  set(mf.page, value(pointer(block), 0)),
  set(mf.mapping, NOBODY),
  set(mf.file, NOBODY),
  set(mf.collected, 0),
];
const readOwner = operation('read the owner', { locals: { p: pointer(block) } }, ({ p }) => [
  choose(p, block),
  assume(eq(mf.phase, 0)),
  set(mf.page, p),
  set(mf.mapping, p.mapping),
  set(mf.phase, 1),
]);
const takeRoute = (guarded: boolean) =>
  operation('take a route', {}, () => [
    assume(eq(mf.phase, 1)),
    if_(not(mf.mapping), finish, [
      if_(
        guarded ? eq(mf.mapping, SHARED) : value(bool, 0),
        [set(mf.file, instance(file, 0)), set(mf.phase, 5)],
        [set(mf.phase, 2)],
      ),
    ]),
  ]);
const lockByOwner = operation('lock by the owner word', {}, () => [
  assume(and(eq(mf.phase, 2), eq(phase(mf.mapping, mf.page), 0))),
  set(mf.phase, 3),
]);
const lookByOwner = operation('look by the owner word', {}, () => [
  assume(eq(mf.phase, 3)),
  set(mf.collected, eq(mf.page.mapping, mf.mapping)),
  set(mf.phase, 4),
]);
const unlockByOwner = operation('unlock by the owner word', {}, () => [assume(eq(mf.phase, 4)), ...finish]);
const lockFile = operation('lock by file', {}, () => [
  assume(and(eq(mf.phase, 5), eq(phase(mf.file, mf.page), 0))),
  set(mf.phase, 6),
]);
const lookFile = operation('look by file', {}, () => [
  assume(eq(mf.phase, 6)),
  set(mf.collected, present(mf.file, mf.page)),
  set(mf.phase, 7),
]);
const unlockFile = operation('unlock by file', { locals: { next: pointer(file) } }, ({ next }) => [
  assume(eq(mf.phase, 7)),
  set(next, mf.file.next),
  if_(next, [set(mf.file, next), set(mf.phase, 5), set(mf.collected, 0)], finish),
]);

export function shareProgram(pages: number, files: number, guarded: boolean): Program {
  const allPages = Array.from({ length: pages }, (_, i) => instance(block, i));
  const allFiles = Array.from({ length: files }, (_, i) => instance(file, i));
  const entries = (p: Page): Expr<U64> =>
    allFiles.reduce<Expr<U64>>((sum, f) => add(sum, cond(present(f, p), value(u64, 1), 0)), value(u64, 0));
  const each = (holds: (p: Page) => Expr<Bool>): Expr<Bool> => and(...allPages.map(holds));
  const judged = { when: 'idle' } as const;
  return program({
    name: `reference/${guarded ? 'share' : 'share-unguarded'}`,
    bounds: { cpus: 1, pages, files },
    operations: [
      ...[lockEntry, insert, insertShared, remove, unlockEntry, readOwner, takeRoute(guarded)],
      ...[lockByOwner, lookByOwner, unlockByOwner, lockFile, lookFile, unlockFile],
    ],
    initial: [
      ...allFiles.slice(1).map((f, i) => [(allFiles[i] as File).next, f] as const),
      ...allPages.map((p, i) => [p.number, i] as const),
    ],
    marks: [{ name: 'SHARED', value: 1n }],
    properties: [
      {
        id: 'share-count',
        holds: each((p) => implies(eq(p.mapping, SHARED), eq(p.share, entries(p)))),
        judged,
        says: 'the count is not the number of entries',
      },
      {
        id: 'idle-clean',
        holds: each((p) => implies(eq(entries(p), 0), and(not(p.mapping), not(p.index)))),
        judged,
        says: 'a page without an entry has an owner',
      },
      {
        id: 'owner-tuple',
        holds: each((p) =>
          and(
            ...allFiles.map((f) =>
              implies(eq(p.mapping, f), and(present(f, p), eq(entries(p), 1), eq(p.index, OFFSET))),
            ),
          ),
        ),
        judged,
        says: 'the owner word names a file that is not the one owner',
      },
    ],
  });
}
