import { expect, test } from 'vitest';
import type { Expr } from './expressions.ts';
import { mutantsOf } from './mutate.ts';
import { printFunction } from './print.ts';
import {
  and,
  break_,
  decrement,
  forever,
  if_,
  increment,
  kernelFunction,
  mutex_lock,
  mutex_unlock,
  ne,
  not,
  observe,
  operation,
  type Pointer,
  pointer,
  primitive,
  program,
  return_,
  type Stmt,
  set,
  struct,
  the,
  type U8,
  type U64,
  u8,
  u64,
} from './public.ts';

interface page {
  mapping: U64;
  share: U64;
  lock: U8;
}
const page = struct<page>('mutate_page', { mapping: u64, share: u64, lock: { field: u8, lock: true } });
const seen = struct<{ n: U64 }>('mutate_seen', { n: u64 }, { ghost: true });
type P = Expr<Pointer<page>>;

/** The mutants of a kernel function with this body: `rule @line`, and the changed lines of the listing. */
function mutants(write: (p: P, x: Expr<U64>) => readonly Stmt[]) {
  const fn = kernelFunction(
    'f',
    { file: 'mm/f.c', params: { p: pointer(page) }, locals: { x: u64 } },
    ({ p, x }) => write(p, x),
  );
  const run = operation('run', {}, () => [set(the(page).share, 1), fn(the(page))]);
  const it = program({ name: 'mutate', bounds: { cpus: 1 }, operations: [run] });
  const text = (p: typeof it) =>
    p.functions
      .filter((f) => f.name === 'f')
      .map(printFunction)
      .join('\n');
  const before = text(it).split('\n');
  return [...mutantsOf(it)].map(({ name, place, program: changed }) => {
    const after = text(changed).split('\n');
    expect(changed.functions.filter((f) => f.name !== 'f')).toEqual(
      it.functions.filter((f) => f.name !== 'f'),
    );
    return {
      name,
      place,
      gone: before.filter((line) => !after.includes(line)).map((line) => line.trim()),
      come: after.filter((line) => !before.includes(line)).map((line) => line.trim()),
    };
  });
}

test('stores are dropped, in functions of the kernel only, and their values still evaluated', () => {
  expect(mutants((p) => [set(p.share, p.mapping)])).toEqual([
    {
      name: 'store dropped: p->share = p->mapping;',
      place: 'f:3',
      gone: ['p->share = p->mapping;'],
      come: ['p->mapping;'],
    },
  ]);
});

test('so are the effects of a primitive one by one, but not observations and locals', () => {
  const found = mutants((p, x) => [
    set(x, 1),
    observe([the(seen).n, 1]),
    primitive('cmpxchg', {
      effects: [
        [p.share, 1],
        [p.mapping, 2],
      ],
    }),
  ]);
  expect(found.map((m) => m.name)).toEqual([
    'store dropped: cmpxchg(); p->share',
    'store dropped: cmpxchg(); p->mapping',
  ]);
});

test('guards are negated, nested ones too', () => {
  const found = mutants((_, x) => [if_(x, [if_(ne(x, 2), [return_()])], [return_()])]);
  expect(found).toEqual([
    { name: 'guard negated: if (x)', place: 'f:3', gone: ['if (x) {'], come: ['if (!x) {'] },
    { name: 'guard negated: if (x != 2)', place: 'f:4', gone: ['if (x != 2) {'], come: ['if (!(x != 2)) {'] },
  ]);
});

test('a decrement moves over its neighbours, but not behind a return', () => {
  const found = mutants((p) => [increment(p.mapping), decrement(p.share), return_()]);
  expect(found.map((m) => m.name).filter((name) => name.startsWith('moved'))).toEqual([
    'moved before p->mapping++;: p->share--;',
  ]);
  const both = mutants((p) => [increment(p.mapping), decrement(p.share), increment(p.mapping)]);
  expect(both.map((m) => m.name).filter((name) => name.startsWith('moved'))).toEqual([
    'moved before p->mapping++;: p->share--;',
    'moved after p->mapping++;: p->share--;',
  ]);
});

test('a lock that the function takes and drops is left out whole', () => {
  const found = mutants((p, x) => [
    mutex_lock(p.lock),
    if_(x, [mutex_unlock(p.lock), return_()]),
    mutex_unlock(p.lock),
  ]);
  expect(found.filter((m) => m.name.startsWith('lock'))).toEqual([
    {
      name: 'lock dropped: p->lock',
      place: 'f:3',
      gone: ['mutex_lock(&p->lock);', 'mutex_unlock(&p->lock);', 'mutex_unlock(&p->lock);'],
      come: [],
    },
  ]);
  expect(mutants((p) => [mutex_lock(p.lock)])).toEqual([]);
});

test('each re-read is replaced by the first read, also in a nested statement', () => {
  const found = mutants((p, x) => [set(x, p.share), if_(p.share, [set(x, p.share)])]);
  const rereads = found.filter((m) => m.name.startsWith('re-read'));
  expect(rereads.map((m) => [m.place, m.come])).toEqual([
    ['f:4', ['unsigned long first_read;', 'first_read = p->share;', 'x = first_read;', 'if (first_read) {']],
    ['f:5', ['unsigned long first_read;', 'first_read = p->share;', 'x = first_read;', 'x = first_read;']],
  ]);
});

test('a word that nothing stores to is the same when it is read again', () => {
  const found = mutants((p, x) => [set(x, p.mapping), set(x, p.mapping)]);
  expect(found.filter((m) => m.name.startsWith('re-read'))).toEqual([]);
});

test('an increment of what was read before is such a re-read', () => {
  const found = mutants((p) => [if_(not(p.share), [return_()]), increment(p.share)]);
  expect(found.filter((m) => m.name.startsWith('re-read')).map((m) => m.come.at(-1))).toEqual([
    'p->share = first_read + 1;',
  ]);
});

test('what is read on one way only, or through another pointer by then, is no first read', () => {
  const names = (found: readonly { name: string }[]) =>
    found.map((m) => m.name).filter((n) => n.startsWith('re-'));
  expect(names(mutants((p, x) => [if_(and(x, p.share), []), set(x, p.share)]))).toEqual([]);
  expect(names(mutants((p, x) => [if_(x, [set(x, p.share)]), set(x, p.share)]))).toEqual([]);
  expect(names(mutants((p, x) => [set(x, p.share), set(p, the(page)), set(x, p.share)]))).toEqual([]);
});

test('what would no longer be well-formed is no mutant', () => {
  const found = mutants((p, x) => [forever([if_(x, [break_]), set(p.share, 1)])]);
  expect(found.map((m) => m.name)).toEqual(['guard negated: if (x)']);
});
