/** What tells CPUs apart, and what tells objects apart. */
import { describe, expect, test } from 'vitest';
import {
  type ArrayOf,
  array,
  assume,
  type Bool,
  band,
  bool,
  choose,
  cond,
  type Expr,
  eq,
  for_each,
  for_index,
  if_,
  implies,
  instance,
  kernelFunction,
  mutex_lock,
  mutex_unlock,
  ne,
  not,
  operation,
  type Pointer,
  type ProgramSpec,
  type PropertySpec,
  pointer,
  primitive,
  program,
  return_,
  type Stmt,
  set,
  shl,
  smp_processor_id,
  struct,
  the,
  toWord,
  type U8,
  type U64,
  u8,
  u64,
  ult,
  value,
} from '../lang/public.ts';
import { lower } from './lower.ts';
import { symmetryOf } from './symmetry.ts';

interface shared {
  lock: U8;
  mask: U8;
  n: U8;
  own: ArrayOf<U8>;
}
const shared = struct<shared>('shared', {
  lock: { field: u8, lock: true },
  mask: u8,
  n: u8,
  own: array(u8, 'cpus'),
});
const it = the(shared);
const cpu = smp_processor_id;
const mine = it.own.at(toWord(u64, cpu));
const bit = shl(value(u8, 1), cpu);

const isIdle = (holds: PropertySpec['holds']): Partial<ProgramSpec> => ({
  properties: [{ id: 'p', holds, judged: { when: 'idle' }, says: 'p' }],
});

describe('CPUs', () => {
  const cpusOf = (body: readonly Stmt[], more: Partial<ProgramSpec> = {}) => {
    const p = program({
      name: 'p',
      bounds: { cpus: 2 },
      operations: [operation('work', { locals: { x: u8 } }, () => [...body])],
      ...more,
    });
    const symmetry = symmetryOf(lower(p));
    return symmetry && [symmetry.cpus?.count, symmetry.cpus?.turns?.points.length ?? 0];
  };
  const enter = primitive('enter', { effects: [[it.mask, cond(eq(band(it.mask, bit), 0), bit, it.mask)]] });
  const inTurn = (from: (i: Expr<U8>) => Expr<U8>) =>
    for_index('i', u8, 'cpus', (i) => [
      primitive('wait', { until: eq(band(it.mask, shl(value(u8, 1), from(i))), 0) }),
    ]);

  test('are alike under locks, with words and elements of their own', () => {
    expect(cpusOf([mutex_lock(it.lock), set(it.n, 1), mutex_unlock(it.lock)])).toEqual([2, 0]);
    expect(cpusOf([set(mine, 1), set(it.n, mine)])).toEqual([2, 0]);
    expect(cpusOf([enter])).toEqual([2, 0]);
    const same = isIdle(eq(it.own.at(0), it.own.at(1)));
    expect(cpusOf([set(mine, 1)], same)).toEqual([2, 0]);
    expect(cpusOf([set(mine, 1)], { bounds: { cpus: 3 } })).toEqual([3, 0]);
  });

  test('are alike where two of them wait for each in turn', () => {
    expect(cpusOf([enter, inTurn((i) => i), set(it.n, 1)])).toEqual([2, 1]);
    expect(cpusOf([enter, inTurn((i) => i), set(it.n, 1)], { bounds: { cpus: 3 } })).toBeNull();
    // What follows the second turn is seen at once by one of them, and only later by the other.
    expect(cpusOf([enter, inTurn((i) => i)])).toBeNull();
    expect(cpusOf([enter, primitive('wait', { until: eq(band(it.mask, 1), 0) }), set(it.n, 1)])).toBeNull();
  });

  test.each<[what: string, body: readonly Stmt[], more?: Partial<ProgramSpec>]>([
    ['a number that is stored', [set(it.n, cpu)]],
    ['a number that is compared', [if_(eq(cpu, 1), [set(it.n, 1)])]],
    ['a number that is computed with', [set(it.n, cond(ult(cpu, 1), value(u8, 1), it.n))]],
    ["a lock of a certain CPU's", [mutex_lock(it.lock), if_(eq(it.lock, 0x10), [set(it.n, 1)])]],
    ["another one's element", [set(it.own.at(1), 1)]],
    ['an element that begins otherwise', [set(mine, 1)], { initial: [[it.own.at(1), 3]] }],
    ["a predicate about one's element", [set(mine, 1)], isIdle(eq(it.own.at(1), 0))],
    ["a predicate about one's lock", [mutex_lock(it.lock)], isIdle(ne(it.lock, 0x20))],
    ['a lock that is remembered as a number', [set(it.n, it.lock), mutex_lock(it.lock)]],
  ])('are told apart by %s', (_, body, more) => {
    expect(cpusOf(body, more)).toBeNull();
  });
});

interface thing {
  next: Pointer<thing>;
  number: U64;
  on: Bool;
}
const thing = struct<thing>(
  'thing',
  { next: pointer('thing'), number: u64, on: bool },
  { instances: 'things' },
);
interface holder {
  at: Pointer<thing>;
  n: U8;
  of: ArrayOf<U8>;
}
const holder = struct<holder>('holder', { at: pointer('thing'), n: u8, of: array(u8, 4) });
const { at, n, of } = the(holder);
const [first, second] = [instance(thing, 0), instance(thing, 1)];

describe('objects', () => {
  const sortsOf = (body: (t: Expr<Pointer<thing>>) => readonly Stmt[], more: Partial<ProgramSpec> = {}) => {
    const p = program({
      name: 'p',
      bounds: { cpus: 1, things: 2 },
      operations: [
        operation('work', { locals: { t: pointer(thing) } }, ({ t }) => [choose(t, thing), ...body(t)]),
      ],
      ...more,
    });
    return (symmetryOf(lower(p))?.objects ?? []).map((o) => [o.name, ...o.order].join(' '));
  };
  const any = kernelFunction('any', { returns: bool }, () => [
    for_each(thing, 't', (t) => [if_(t.on, [return_(value(bool, 1))])]),
    return_(value(bool, 0)),
  ]);
  const inOrder: Partial<ProgramSpec> = { initial: [[first.next, second]] };

  test('are alike where they are chosen, stored, compared, asked for', () => {
    expect(sortsOf((t) => [assume(not(any())), set(t.on, 1), set(at, t)])).toEqual(['things']);
    expect(sortsOf((t) => [if_(eq(at, t), [set(at.on, 0)])])).toEqual(['things']);
    const each = isIdle(implies(first.on, second.on));
    expect(sortsOf((t) => [set(t.on, 1)], each)).toEqual([]);
    const both = isIdle(eq(first.on, second.on));
    expect(sortsOf((t) => [set(t.on, 1)], both)).toEqual(['things']);
  });

  test('may be gone through in an order', () => {
    expect(sortsOf(() => [set(at, first), set(at, at.next)], inOrder)).toEqual(['things thing.next']);
  });

  test.each<[what: string, body: (t: Expr<Pointer<thing>>) => readonly Stmt[], more?: Partial<ProgramSpec>]>([
    ['a number of their own', (t) => [if_(eq(t.number, 1), [set(n, 1)])], { initial: [[first.number, 1]] }],
    ['one that is asked for by name', (t) => [if_(eq(t, first), [set(n, 1)])]],
    ['what is stored in one that is named', () => [set(first.on, 1)]],
    ['a loop that stores', () => [for_each(thing, 'x', (x) => [set(x.on, not(x.on))])]],
    ['a loop that finds the first', () => [for_each(thing, 'x', (x) => [if_(x.on, [set(at, x)])])]],
    ['their addresses', (t) => [if_(ult(toWord(u64, t), toWord(u64, at)), [set(n, 1)])]],
    ['a predicate about one', (t) => [set(t.on, 1)], isIdle(not(first.on))],
    ['a predicate about their order', (t) => [set(t.on, 1)], { ...inOrder, ...isIdle(eq(second.next, 0)) }],
    ['pointers among them that change', (t) => [set(t.next, at), set(at, t)]],
    ['indices of as many', (t) => [for_index('i', u64, 'things', (i) => [set(of.at(i), 1)]), set(t.on, 1)]],
  ])('are told apart by %s', (_, body, more) => {
    expect(sortsOf(body, more)).toEqual([]);
  });

  test('have locks, whose order is asked for', () => {
    interface locked {
      lock: U8;
    }
    const locked = struct<locked>('locked', { lock: { field: u8, lock: true } }, { instances: 'things' });
    const work = operation('work', { locals: { l: pointer(locked) } }, ({ l }) => [
      choose(l, locked),
      mutex_lock(l.lock),
      mutex_unlock(l.lock),
    ]);
    const graph = lower(program({ name: 'p', bounds: { cpus: 1, things: 2 }, operations: [work] }));
    expect(symmetryOf(graph)?.objects.length).toBe(1);
    expect(symmetryOf(graph, { lockOrder: true })).toBeNull();
  });
});
