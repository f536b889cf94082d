/** Programs in which something tells CPUs or objects apart that looks as if it did not, each found by a reader. */
import { expect, test } from 'vitest';
import {
  type ArrayOf,
  and,
  array,
  assume,
  type Bool,
  band,
  bnot,
  bool,
  bor,
  choose,
  type Expr,
  eq,
  for_each,
  if_,
  instance,
  kernelFunction,
  mutex_lock,
  mutex_unlock,
  ne,
  not,
  operation,
  or,
  type Pointer,
  type ProgramSpec,
  pointer,
  primitive,
  program,
  return_,
  type Stmt,
  set,
  shl,
  smp_processor_id,
  sparse,
  struct,
  the,
  toWord,
  type U8,
  u8,
  u64,
  value,
  WARN_ON,
  while_,
} from '../lang/public.ts';
import type { Reduction } from '../system/reductions.ts';
import { explicitEngine } from './explicit-engine.ts';
import { isSighted } from './sightings.ts';
import { searchUnrolled } from './unrolled-search.ts';

const asked = ['no-warn', 'no-null-deref', 'no-stale-deref', 'lock-order', 'deadlock-free', 'out-of-model'];
const reductions: readonly (readonly Reduction[])[] = [
  ['symmetry'],
  ['fuse', 'symmetry'],
  ['slice', 'symmetry'],
];

function requireSame(spec: ProgramSpec, until: readonly string[] = asked): void {
  const seen = (reduce: readonly Reduction[]) => {
    const p = program(spec);
    const options = { reduce, until, trackLocks: until.includes('lock-order'), limits: { seconds: 20 } };
    const searched = searchUnrolled(p, options);
    if (searched.kind === 'endless') return searched.reason;
    return until.filter((property) => isSighted(property, p, searched.result));
  };
  const all = seen([]);
  for (const reduce of reductions) expect([reduce, seen(reduce)]).toEqual([reduce, all]);
  expect(all).not.toEqual([]);
}

// --- CPUs ---------------------------------------------------------------------------------------------
const rcu = struct<{ readers: U8 }>('rcu', { readers: u8 }, { instances: 2 });
const ghost = struct<{ done: U8; x: U8 }>('ghost', { done: u8, x: u8 }, { ghost: true });
interface words {
  n: U8;
  flag: U8;
  a: U8;
  b: U8;
  f: U8;
  lock: U8;
  own: ArrayOf<U8>;
}
const words = struct<words>('words', {
  ...{ n: u8, flag: u8, a: u8, b: u8, f: u8 },
  lock: { field: u8, lock: true },
  own: { field: array(u8, 'cpus'), lock: true },
});
const [it, gh] = [the(words), the(ghost)];
const [r0, r1] = [instance(rcu, 0), instance(rcu, 1)];
const bit = shl(value(u8, 1), smp_processor_id);
const mine = it.own.at(toWord(u64, smp_processor_id));
const enter = primitive('enter', { effects: [[r0.readers, bor(r0.readers, bit)]] });
const leave = primitive('leave', { effects: [[r0.readers, band(r0.readers, bnot(bit))]] });
const wait = (r: typeof r0, cpu: number) =>
  primitive('wait', { until: eq(band(r.readers, value(u8, 1 << cpu)), 0) });
const once = (of: Expr<U8>, from: number, to: number) =>
  primitive('once', { until: eq(of, from), effects: [[of, to]] });
const op = (name: string, body: (x: Expr<U8>) => readonly Stmt[]) =>
  operation(name, { locals: { x: u8 } }, ({ x }) => [...body(x)]);

const guarded = op('reader', () => [enter, if_(eq(it.flag, 0), [WARN_ON(eq(it.n, 1))]), leave]);
const cpuPrograms: readonly (readonly [string, readonly ReturnType<typeof op>[]])[] = [
  [
    'a second turn without the first',
    [
      guarded,
      op('writer', (x) => [
        ...[set(it.flag, 1), choose(x, 2), if_(x, [wait(r0, 0)]), wait(r0, 1)],
        set(it.n, 1),
      ]),
    ],
  ],
  [
    'turns of two words',
    [guarded, op('writer', () => [set(it.flag, 1), wait(r0, 0), wait(r1, 1), set(it.n, 1)])],
  ],
  [
    'a ghost store after a turn',
    [
      op('reader', (x) => [
        ...[enter, set(x, gh.done), set(it.f, 0)],
        ...[WARN_ON(and(eq(x, 0), eq(gh.done, 1))), leave],
      ]),
      op('writer', () => [set(it.flag, 1), wait(r0, 0), wait(r0, 1), set(gh.done, 1), set(it.n, 1)]),
    ],
  ],
  [
    'a ghost load after a turn',
    [
      op('reader', () => [enter, set(gh.x, 1), set(it.f, 0), set(gh.x, 0), leave]),
      op('writer', (x) => [
        ...[set(it.flag, 1), wait(r0, 0), wait(r0, 1), set(x, gh.x)],
        ...[set(it.n, 1), WARN_ON(x)],
      ]),
    ],
  ],
  [
    'what fails after a turn',
    [
      op('work', (x) => [
        choose(x, 2),
        enter,
        leave,
        wait(r0, 0),
        wait(r0, 1),
        assume(x),
        WARN_ON(it.n),
        set(it.n, 1),
      ]),
    ],
  ],
  [
    'the order of locks of which each CPU has one',
    [
      op('one', (x) => [
        ...[set(x, 1), once(it.f, 1, 2), mutex_lock(mine), mutex_lock(it.lock), mutex_unlock(it.lock)],
        ...[mutex_unlock(mine), set(it.f, 3), set(it.n, 0), if_(x, [set(it.n, 1)])],
      ]),
      op('two', (x) => [
        ...[set(x, 9), once(it.a, 0, 1), mutex_lock(it.lock), mutex_lock(mine), mutex_unlock(mine)],
        ...[mutex_unlock(it.lock), set(it.n, 0), set(it.f, 1), once(it.f, 3, 4), if_(x, [set(it.n, 1)])],
      ]),
    ],
  ],
  [
    'a lock of which each CPU has one, that protects nothing',
    [
      op('a', (x) => [
        ...[set(x, 9), once(it.a, 0, 1), mutex_lock(mine), set(it.f, 1), set(it.n, 1), set(it.n, 0)],
        ...[mutex_unlock(mine), set(it.b, x)],
      ]),
      op('b', (x) => [
        ...[set(x, 1), once(it.f, 1, 2), set(x, 20), mutex_lock(mine), WARN_ON(eq(it.n, 1))],
        ...[mutex_unlock(mine), set(it.flag, x)],
      ]),
    ],
  ],
];

test.each(cpuPrograms)('%s', (name, operations) => {
  for (const list of [operations, [...operations].reverse()])
    requireSame({ name, bounds: { cpus: 2 }, operations: list });
});

// --- objects ------------------------------------------------------------------------------------------
interface thing {
  next: Pointer<thing>;
  links: ArrayOf<Pointer<thing>>;
  idle: Bool;
  on: Bool;
  b: Bool;
}
const thing = struct<thing>(
  'thing',
  {
    next: pointer('thing'),
    links: sparse(array(pointer('thing'), 2)),
    ...{ idle: bool, on: bool, b: bool },
  },
  { instances: 'things' },
);
interface other {
  n: U8;
}
const other = struct<other>('other', { n: u8 }, { instances: 2 });
interface state {
  done: Bool;
  at: Pointer<thing>;
  n: U8;
}
const state = struct<state>('state', { done: bool, at: pointer('thing'), n: u8 });
const { done, at, n } = the(state);
const [t0, t1, t2] = [instance(thing, 0), instance(thing, 1), instance(thing, 2)];
type Thing = Expr<Pointer<thing>>;
const act = (name: string, body: (t: Thing, u: Thing) => readonly Stmt[]) =>
  operation(name, { locals: { t: pointer(thing), u: pointer(thing) } }, ({ t, u }) => [...body(t, u)]);
const turnOn = act('turn on', (t) => [
  assume(not(done)),
  choose(t, thing),
  set(t.on, 1),
  set(at, t),
  set(done, 1),
]);
const useFirst = kernelFunction('use_first', { params: { p: pointer(other) } }, ({ p }) => [
  set(at, t0),
  WARN_ON(eq(p.n, 7)),
  set(p, value(pointer(other), 0)),
]);
const hasBusy = kernelFunction('has_busy', { params: { q: pointer(thing) }, returns: bool }, ({ q }) => [
  for_each(thing, 't', (t) => [if_(or(not(t.idle), and(t.b, q.on)), [return_(value(bool, 1))])]),
  return_(value(bool, 0)),
]);
const hasIdle = kernelFunction('has_idle', { returns: bool }, () => [
  for_each(thing, 't', (t) => [if_(not(t.idle), [return_(value(bool, 1))])]),
  return_(value(bool, 0)),
]);
const chain = (...list: readonly Thing[]) =>
  list.slice(1).map((t, i) => [(list[i] as Thing).next, t] as const);

const objectPrograms: readonly {
  readonly name: string;
  readonly spec: Partial<ProgramSpec>;
  readonly until?: readonly string[];
}[] = [
  {
    name: 'constants, where one is a mark and another NULL',
    spec: {
      operations: [
        turnOn,
        act('look', (t) => [assume(done), choose(t, thing), WARN_ON(and(eq(t.next, 1), not(t.on)))]),
      ],
      initial: [[t1.next, 1]],
      marks: [{ name: 'MARK', value: 1n }],
    },
  },
  {
    name: 'an order that a primitive reads',
    spec: {
      operations: [
        turnOn,
        act('go', () => [
          assume(done),
          primitive('go', { effects: [[at, at.next]] }),
          WARN_ON(and(at, not(at.on))),
        ]),
      ],
      initial: chain(t0, t1),
    },
  },
  {
    name: 'a loop that fails for one of them',
    spec: {
      operations: [
        act('set', (t, u) => [
          ...[assume(not(done)), choose(t, thing), choose(u, thing), assume(ne(t, u))],
          ...[set(t.idle, 0), set(u.b, 1), set(done, 1)],
        ]),
        act('ask', () => [assume(done), hasBusy(value(pointer(thing), 0))]),
      ],
      initial: [
        [t0.idle, 1],
        [t1.idle, 1],
      ],
    },
  },
  {
    name: 'the code of a loop',
    spec: {
      operations: [
        act('set', (t) => [assume(not(done)), choose(t, thing), set(t.idle, 0), set(done, 1)]),
        act('ask', () => [assume(done), hasIdle()]),
      ],
      initial: [
        [t0.idle, 1],
        [t1.idle, 1],
      ],
    },
    until: ['reach:has_idle:3:else', 'reach:has_idle:3:then'],
  },
  {
    name: 'an order that ends past its end',
    spec: {
      operations: [
        operation('go', { locals: { t: pointer(thing), i: u64, q: pointer(thing) } }, ({ t, i, q }) => [
          ...[choose(t, thing), choose(i, 3), set(q, t.links.at(i)), WARN_ON(eq(q, 0)), set(t.on, 1)],
        ]),
      ],
      initial: [
        ...[[t0.links.at(0), t1] as const, [t0.links.at(1), t1] as const],
        ...[[t1.links.at(0), t0] as const, [t1.links.at(1), t0] as const],
      ],
    },
  },
  {
    name: 'other objects that are named',
    spec: {
      operations: [
        operation('use', {}, () => [useFirst(instance(other, 1))]),
        act('turn', (t) => [choose(t, thing), set(t.on, 1)]),
      ],
      initial: [[instance(other, 1).n, 7]],
    },
  },
  {
    name: 'a number that is an address',
    spec: {
      operations: [
        turnOn,
        act('look', (t) => [
          ...[assume(done), choose(t, thing)],
          WARN_ON(and(eq(t, 0xffff_8880_0001_1000n), not(t.on))),
        ]),
      ],
    },
  },
  {
    name: 'a list that is walked to its end',
    spec: {
      operations: [
        act('walk', (t) => [
          ...[set(t, t0), while_(t, [set(t.idle, 1), set(t, t.next)])],
          ...[WARN_ON(eq(n, 1)), set(n, 1)],
        ]),
      ],
      initial: chain(t0, t1),
    },
  },
];

test.each(objectPrograms)('$name', ({ name, spec, until = asked }) => {
  requireSame({ name, bounds: { cpus: 1, things: 2 }, operations: [], ...spec }, until);
});

test('what another order shows of whether runs stay in the model is not shown, nor kept for later', async () => {
  const twice = primitive('visit', {
    demands: [{ property: 'out-of-model', holds: not(at.idle), says: 'it is visited twice' }],
  });
  const walk = (visit: Stmt) =>
    program({
      name: 'each once',
      bounds: { cpus: 1, things: 3 },
      operations: [
        act('begin', () => [assume(eq(n, 0)), set(n, 1), set(at, t0)]),
        act('go on', () => [assume(at), visit, set(at.idle, 1), set(at, at.next)]),
      ],
      initial: chain(t0, t1, t2),
    });
  const limits = { seconds: 20, memoryMiB: 500, depth: null };
  for (const p of [walk(twice), walk(WARN_ON(at.idle))])
    for (const property of ['no-bug', 'no-warn']) {
      const task = { program: p, properties: [property] };
      const [outcome] = await explicitEngine.check(task, limits, () => undefined);
      expect(outcome?.verdict.verdict).toBe('bounded');
    }
});
