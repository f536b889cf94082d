import { expect, test } from 'vitest';
import { counterProgram } from '../../specs/reference/counter.ts';
import { checkProgram } from './check.ts';
import { type Expr, type ExprOf, handle, NODE } from './expressions.ts';
import type { ExprNode, FunctionNode, StmtNode } from './nodes.ts';
import {
  add,
  and,
  array,
  assume,
  break_,
  choose,
  continue_,
  eq,
  exclusiveLock,
  for_each,
  for_index,
  forever,
  if_,
  increment,
  kernelFunction,
  ne,
  observe,
  operation,
  or,
  type Pointer,
  type Program,
  pointer,
  primitive,
  program,
  return_,
  type Stmt,
  set,
  smp_processor_id,
  struct,
  the,
  toWord,
  u8,
  u32,
  u64,
  unionWith,
  value,
  while_,
} from './public.ts';
import type { ArrayOf, U8, U32, U64 } from './types.ts';

interface thing {
  n: U64;
  low: U8;
  next: Pointer<thing>;
  slots: ArrayOf<U64>;
  lock: U8;
}
const thing = struct<thing>('check_thing', {
  n: u64,
  low: unionWith('n', u8),
  next: pointer('check_thing'),
  slots: array(u64, 'slots'),
  lock: { field: u8, lock: true },
});
interface seen {
  count: U64;
}
const seen = struct<seen>('check_seen', { count: u64 }, { ghost: true });
const it = the(thing);
const lock = exclusiveLock('lock');
const variables = { p: pointer(thing), i: u64, narrow: u32 } as const;
type V = { p: Expr<Pointer<thing>>; i: Expr<U64>; narrow: Expr<U32> };

const twice = kernelFunction('twice', { params: { a: u64 }, returns: u64 }, ({ a }) => [return_(add(a, a))]);
const nothing = kernelFunction('nothing', {}, () => []);
const load = kernelFunction('load', { returns: u64 }, () => [return_(it.n)]);
const store = kernelFunction('store', {}, () => [set(it.n, 1)]);

/** A well-formed program around one operation, `op`. */
function around(write: (v: V) => readonly Stmt[], change: (p: Program) => Program = (p) => p): Program {
  const op = operation('op', { locals: variables }, (v) => write(v));
  return change(
    program({
      name: 'check',
      bounds: { cpus: 2, slots: 2, none: 0 },
      operations: [op],
      initial: [
        [it.next, it],
        [the(seen).count, 0],
      ],
      properties: [{ id: 'fine', holds: eq(it.low, 0), judged: { when: 'idle' }, says: 'not 0' }],
    }),
  );
}

const local = (name: string, type: ExprNode['type']) =>
  handle<never>({ kind: 'local', type, name }) as ExprOf;
const node = (n: ExprNode) => handle<never>(n) as ExprOf;
const codes = (p: Program) => checkProgram(p).map((d) => d.code);
const withFunction = (p: Program, change: Partial<FunctionNode>): Program => ({
  ...p,
  functions: p.functions.map((f) => (f.name === 'op' ? { ...f, ...change } : f)),
});

test('the reference counter is well-formed', () => {
  expect(checkProgram(counterProgram(2))).toEqual([]);
});

test.each<readonly [string, (v: V) => readonly Stmt[]]>([
  ['a loop that steps in its test', () => [while_(it.n, [])]],
  ['a loop that steps where its test is true', ({ i }) => [while_(and(i, it.n), [])]],
  ['a loop that steps in a function', ({ i }) => [while_(eq(i, 0), [set(i, load())])]],
  ['a loop left without a step', ({ i }) => [while_(eq(i, 0), [if_(it.n, [break_]), set(i, 1)])]],
  ['a loop whose body always leaves', ({ i }) => [while_(eq(i, 0), [break_])]],
  ['assume on the path without the store', () => [if_(it.n, [set(it.n, 0), return_()]), assume(it.n)]],
  ['a void call as a statement', () => [nothing()]],
  [
    'a choice, a loop over objects',
    ({ p }) => [choose(p, thing), for_each(thing, 'q', (q) => [set(q.n, 0)])],
  ],
  ['a return in an endless loop', ({ i }) => [set(i, twice(it.n)), forever([if_(it.n, [return_()])])]],
])('nothing is wrong with %s', (_, write) => {
  expect(checkProgram(around(write))).toEqual([]);
});

test.each<readonly [string, string, (v: V) => readonly Stmt[]]>([
  ['an unbound variable', 'PD0202', ({ i }) => [set(i, local('j', u64) as Expr<U64>)]],
  ['an unbound variable that is chosen', 'PD0202', () => [choose(local('j', u64), 2)]],
  [
    'a loop variable after its loop',
    'PD0202',
    ({ i }) => [for_index('k', u64, 2, () => []), set(i, local('k', u64) as Expr<U64>)],
  ],
  ['an unknown bound', 'PD0202', () => [for_index('k', u64, 'slotz', () => [])]],
  ['a variable of another type', 'PD0203', ({ i }) => [set(i, toWord(u64, local('p', u32)))]],
  [
    'an assignment of another width',
    'PD0203',
    ({ i, narrow }) => [
      { kind: 'set', target: { kind: 'local', name: 'i', type: u64 }, value: narrow[NODE] },
      set(i, 0),
    ],
  ],
  [
    'a store of another width',
    'PD0203',
    ({ narrow }) => [{ kind: 'set', target: { kind: 'place', place: placeNode('n') }, value: narrow[NODE] }],
  ],
  [
    'operands of two types',
    'PD0203',
    ({ i, narrow }) => [
      set(i, node({ kind: 'binary', type: u64, op: 'add', left: i[NODE], right: narrow[NODE] }) as Expr<U64>),
    ],
  ],
  [
    'a comparison that gives a word',
    'PD0203',
    ({ i }) => [
      set(i, node({ kind: 'binary', type: u64, op: 'eq', left: i[NODE], right: i[NODE] }) as Expr<U64>),
    ],
  ],
  [
    'a widening that narrows',
    'PD0203',
    ({ i, narrow }) => [
      set(narrow, node({ kind: 'convert', type: u32, how: 'zext', operand: i[NODE] }) as Expr<U32>),
    ],
  ],
  [
    'a test that is no truth value',
    'PD0203',
    ({ i }) => [{ kind: 'if', test: i[NODE], then: [], otherwise: [] }],
  ],
  [
    'an array without an index',
    'PD0203',
    ({ i }) => [set(i, node({ kind: 'load', type: u64, place: placeNode('slots') }) as Expr<U64>)],
  ],
  [
    'a scalar with an index',
    'PD0203',
    ({ i }) => [
      set(i, node({ kind: 'load', type: u64, place: { ...placeNode('n'), index: i[NODE] } }) as Expr<U64>),
    ],
  ],
  [
    'an unknown field',
    'PD0202',
    ({ i }) => [set(i, node({ kind: 'load', type: u64, place: placeNode('m') }) as Expr<U64>)],
  ],
  [
    'a field through a word',
    'PD0203',
    ({ i }) => [
      set(i, node({ kind: 'load', type: u64, place: { ...placeNode('n'), pointer: i[NODE] } }) as Expr<U64>),
    ],
  ],
  ['a void call as a value', 'PD0203', () => [if_(nothing(), [])]],
  [
    'an object that does not exist',
    'PD0209',
    ({ p }) => [
      set(p, node({ kind: 'address', type: pointer(thing), struct: 'check_thing', instance: 1 }) as V['p']),
    ],
  ],
  ['break outside a loop', 'PD0204', () => [break_]],
  ['continue outside a loop', 'PD0204', () => [if_(it.n, [continue_])]],
  ['a value from a void function', 'PD0204', ({ i }) => [return_(i)]],
  ['a loop without a step', 'PD0206', ({ i }) => [while_(eq(i, 0), [])]],
  ['a loop that steps on one way round only', 'PD0206', ({ i }) => [forever([if_(i, [set(it.n, 0)])])]],
  [
    'a loop that continues before its step',
    'PD0206',
    ({ i }) => [forever([if_(i, [continue_]), set(it.n, 0)])],
  ],
  ['a loop whose step is not evaluated', 'PD0206', ({ i }) => [while_(or(i, it.n), [])]],
  ['a loop over ghost memory', 'PD0206', () => [while_(the(seen).count, [set(the(seen).count, 0)])]],
  ['a loop that calls a function without a step', 'PD0206', ({ i }) => [forever([set(i, twice(i))])]],
  ['assume after a store', 'PD0207', () => [set(it.n, 0), assume(it.n)]],
  ['assume after a store on one path', 'PD0207', ({ i }) => [if_(i, [set(it.n, 0)]), assume(it.n)]],
  ['assume after a store in a function', 'PD0207', () => [store(), assume(it.n)]],
  ['assume after an earlier round stored', 'PD0207', () => [while_(it.n, [assume(it.next), set(it.n, 0)])]],
  ['a primitive that calls', 'PD0208', () => [primitive('wait', { until: eq(twice(1), 2) })]],
  ['an effect that calls', 'PD0208', () => [primitive('set', { effects: [[it.n, twice(1)]] })]],
  ['an observation that calls', 'PD0208', () => [observe([the(seen).count, twice(1)])]],
  ['an observation that stores to the kernel', 'PD0208', () => [observe([it.n, 1])]],
  ['a choice among nothing', 'PD0209', ({ i }) => [choose(i, 0)]],
  ['a choice among a bound of nothing', 'PD0209', ({ i }) => [choose(i, 'none')]],
  ['a loop variable that overflows', 'PD0209', () => [for_index('k', u8, 257, () => [])]],
  ['a loop variable that is assigned', 'PD0211', () => [for_index('k', u64, 2, (k) => [set(k, 0)])]],
  ['a loop variable that hides another', 'PD0211', () => [for_index('i', u64, 2, () => [])]],
])('%s is %s', (_, code, write) => {
  expect(codes(around(write))).toEqual([code]);
});

test.each<readonly [string, string, (p: Program) => Program]>([
  ['five CPUs', 'PD0209', (p) => ({ ...p, bounds: { ...p.bounds, cpus: 5 } })],
  ['no CPU', 'PD0209', (p) => ({ ...p, bounds: { ...p.bounds, cpus: 0 } })],
  ['half a bound', 'PD0209', (p) => ({ ...p, bounds: { ...p.bounds, none: 0.5 } })],
  ['an operation that is no function', 'PD0202', (p) => ({ ...p, operations: ['op', 'opp'] })],
  [
    'a function that can end without its return',
    'PD0204',
    (p) => withFunction(p, { returns: u64, body: [ifNode([{ kind: 'return', value: it.n[NODE] }])] }),
  ],
  [
    'a return without the value',
    'PD0204',
    (p) => withFunction(p, { returns: u64, body: [{ kind: 'return' }] }),
  ],
  ['a function that is missing', 'PD0202', (p) => withFunction(p, { body: [callNode('twise', u64)] })],
  [
    'a function that calls itself',
    'PD0205',
    (p) => withFunction(p, { body: [callNode('op', { kind: 'word', bits: 1 })] }),
  ],
  ['a call with too few arguments', 'PD0203', (p) => withFunction(p, { body: [callNode('twice', u64)] })],
  [
    'a variable declared twice',
    'PD0211',
    (p) =>
      withFunction(p, {
        locals: [
          { name: 'i', type: u64 },
          { name: 'i', type: u64 },
        ],
      }),
  ],
  [
    'a property judged after an unknown function',
    'PD0202',
    (p) => ({ ...p, properties: [{ ...first(p.properties), judged: { when: 'after', function: 'opp' } }] }),
  ],
  [
    'a property of one CPU',
    'PD0202',
    (p) => ({ ...p, properties: [{ ...first(p.properties), holds: eq(smp_processor_id, 0)[NODE] }] }),
  ],
  [
    'a property that calls',
    'PD0208',
    (p) => ({ ...p, properties: [{ ...first(p.properties), holds: ne(twice(1), 0)[NODE] }] }),
  ],
  [
    'an initial value that is computed',
    'PD0210',
    (p) => ({ ...p, initial: [{ place: placeNode('n'), value: add(value(u64, 1), 1)[NODE] }] }),
  ],
  [
    'an initial value through a field',
    'PD0210',
    (p) => ({
      ...p,
      initial: [{ place: { ...placeNode('n'), pointer: it.next[NODE] }, value: value(u64, 1)[NODE] }],
    }),
  ],
  [
    'an initial value past the end',
    'PD0209',
    (p) => ({
      ...p,
      initial: [{ place: { ...placeNode('slots'), index: value(u64, 2)[NODE] }, value: value(u64, 1)[NODE] }],
    }),
  ],
  [
    'a union member wider than its storage',
    'PD0203',
    (p) => ({
      ...p,
      structs: p.structs.map((s) => ({
        ...s,
        fields: s.fields.map((f) => (f.name === 'low' ? { ...f, aliasOf: 'lock', type: u64 } : f)),
      })),
      properties: [],
    }),
  ],
  [
    'an observer with a step of its own',
    'PD0208',
    (p) => ({ ...p, observers: [{ function: 'op', enter: [set(it.n, 0)], exit: [] }] }),
  ],
])('%s is %s', (_, code, change) => {
  expect(codes(around(() => [set(it.n, twice(1))], change))).toEqual([code]);
});

test('assume after a ghost store by an observer', () => {
  const observed = around(
    () => [assume(it.n)],
    (p) => ({ ...p, observers: [{ function: 'op', enter: [observe([the(seen).count, 1])], exit: [] }] }),
  );
  expect(codes(observed)).toEqual(['PD0207']);
});

test('a diagnostic names function, line and text of the listing, also where one statement stands twice', () => {
  const [found] = checkProgram(
    around(() => [lock(it.lock), while_(it.n, [break_]), break_, increment(it.n)]),
  );
  expect(found).toEqual({
    code: 'PD0204',
    message: 'break outside a loop',
    place: 'line 9 of op: break;',
    hint: undefined,
  });
});

test('a misspelled name is offered the nearest', () => {
  const [found] = checkProgram(around(() => [for_index('k', u64, 'slotz', () => [])]));
  expect(found?.hint).toBe('did you mean slots?');
});

function placeNode(field: string) {
  return { struct: 'check_thing', field, type: u64, pointer: it[NODE], access: 'plain' } as const;
}
function callNode(name: string, type: ExprNode['type']): StmtNode {
  return { kind: 'evaluate', value: { kind: 'call', type, name, args: [] } };
}
function ifNode(then: readonly StmtNode[]): StmtNode {
  return { kind: 'if', test: ne(it.n, 0)[NODE], then, otherwise: [] };
}
function first<T>(list: readonly T[]): T {
  return list[0] as T;
}
