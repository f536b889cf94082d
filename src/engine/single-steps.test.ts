/** What happens within one step, case by case; random programs found most of these. */
import { expect, test } from 'vitest';
import { checkProgram } from '../lang/check.ts';
import {
  add,
  and,
  array,
  type Bool,
  bool,
  cast,
  type Expr,
  eq,
  instance,
  kernelFunction,
  ne,
  observe,
  observeWhen,
  operation,
  type Pointer,
  type Program,
  pointer,
  primitive,
  program,
  type Stmt,
  type Struct,
  set,
  sparse,
  struct,
  the,
  type U8,
  type U64,
  u8,
  u64,
  value,
} from '../lang/public.ts';
import type { ArrayOf } from '../lang/types.ts';
import { lower } from '../system/lower.ts';
import { disagreement } from './agreement.fixture.ts';
import { search } from './search.ts';

interface cell {
  next: Pointer<cell>;
  n: U64;
  row: ArrayOf<U64>;
  far: ArrayOf<U64>;
  small: U8;
}
const cell = struct<cell>(
  'step_cell',
  {
    next: pointer('step_cell'),
    n: u64,
    row: array(u64, 4),
    far: sparse(array(u64, 4)),
    small: u8,
  },
  { instances: 2 },
);
interface mortal {
  n: U64;
  fixed: U64;
  live: Bool;
}
const mortal = struct<Omit<mortal, 'live'>>(
  'step_mortal',
  { n: u64, fixed: u64 },
  { mortal: true },
) as unknown as Struct<mortal>;
const note = struct<{ n: U64 }>('step_note', { n: u64 }, { ghost: true });

const a = instance(cell, 0);
const b = instance(cell, 1);
const NULL = value(pointer(cell), 0);
const atomically = (...effects: readonly (readonly [Expr, Expr])[]) => primitive('atomic', { effects });
const wait = (until: Expr<Bool>) => primitive('wait', { until });

/** An operation that begins with `a->next` and `b->next` stored, so that they are no constants. */
function around(body: readonly Stmt[], more: Partial<Parameters<typeof program>[0]> = {}): Program {
  const run = operation('run', { locals: { p: pointer(cell) } }, () => [
    set(a.next, NULL),
    set(b.next, a),
    ...body,
  ]);
  return program({ name: 'steps', bounds: { cpus: 1 }, operations: [run], ...more });
}

const demand = (property: string, holds: Expr<Bool>) => ({ property, holds, says: property });
const done = { id: 'n-is-1', holds: eq(a.n, 1), judged: { when: 'idle' }, says: 'n is not 1' } as const;

test.each<readonly [string, readonly string[], Program]>([
  ['a wait through NULL is an access', ['no-null-deref'], around([wait(eq(a.next.n, 0))])],
  ['a nested read fails at the inner pointer', ['no-null-deref'], around([wait(eq(a.next.next.n, 0))])],
  ['what && does not evaluate is no access', [], around([wait(eq(and(a.next, a.next.n), 0))])],
  [
    'what is read before a constant decides is an access',
    ['no-null-deref'],
    around([primitive('atomic', { demands: [demand('d', eq(and(a.next.n, value(bool, 0)), 0))] })]),
  ],
  [
    'the place of a store is read before an earlier store of the same step',
    [],
    around([atomically([b.next, NULL], [b.next.n, value(u64, 1)])], { properties: [done] }),
  ],
  [
    'an index of 8 bits counts',
    [],
    around([set(a.small, 3), set(a.row.at(a.small), 1)], {
      properties: [{ ...done, holds: eq(a.row.at(3), 1) }],
    }),
  ],
  [
    'a sparse array gives 0 past its end, in one step too',
    [],
    around([atomically([a.n, add(a.far.at(add(a.n, 9)), 1)])], { properties: [done] }),
  ],
  [
    'an index past the end is no demand',
    ['out-of-model'],
    around([
      primitive('atomic', { demands: [demand('d', eq(a.n, 0))], effects: [[a.row.at(value(u64, 4)), 1]] }),
    ]),
  ],
  [
    'each demand has a property of its own',
    ['e'],
    around([primitive('atomic', { demands: [demand('d', eq(a.n, 0)), demand('e', ne(a.n, 0))] })]),
  ],
  [
    'an object is made by storing to live',
    [],
    around([atomically([the(mortal).live, value(bool, 1)]), set(the(mortal).n, 1)]),
  ],
  ['an object that does not live is stale', ['no-stale-deref'], around([set(the(mortal).n, 1)])],
  [
    'initial values do not need a live object',
    [],
    around([atomically([the(mortal).live, value(bool, 1)]), set(a.n, the(mortal).n)], {
      initial: [[the(mortal).n, 1]],
      properties: [done],
    }),
  ],
  [
    'observations and properties read 0 where there is nothing to read',
    [],
    around([observe([the(note).n, add(a.next.n, the(mortal).n)]), set(a.n, 1)], {
      properties: [
        done,
        {
          id: 'nothing',
          holds: and(eq(a.next.n, 0), eq(the(note).n, 0)),
          judged: { when: 'idle' },
          says: '',
        },
      ],
    }),
  ],
])('%s', (_, expected, it) => {
  expect(checkProgram(it)).toEqual([]);
  expect([...search(lower(it)).found.keys()]).toEqual(expected);
  expect(disagreement(it, it, { seed: 0, length: 0 }, 1)).toBe(null);
});

test('a predicate is judged after an observation, whether or not that stored', () => {
  const inner = kernelFunction('inner', {}, () => [set(a.n, 1)]);
  const outside = { when: 'outside', functions: ['inner'] } as const;
  const it = around([inner(), observeWhen(eq(a.n, 0), [the(note).n, 1])], {
    properties: [{ id: 'never', holds: eq(add(a.n, the(note).n), 0), judged: outside, says: 'n is not 0' }],
  });
  expect(disagreement(it, it, { seed: 0, length: 0 }, 1)).toBe(null);
});

test('another CPU may free an object between two reads of it, of constant words too', () => {
  const free = operation('free', {}, () => [atomically([the(mortal).live, value(bool, 0)])]);
  const read = operation('read', {}, () => [
    wait(eq(cast(u64, a.next), 0)),
    primitive('check', { until: the(mortal).live }),
    set(a.n, the(mortal).fixed),
  ]);
  const it = program({
    name: 'freed',
    bounds: { cpus: 2 },
    operations: [read, free],
    initial: [[the(mortal).live, 1]],
  });
  expect([...search(lower(it)).found.keys()]).toContain('no-stale-deref');
});
