/**
 * Each way in which an access can go wrong, alone in one operation: through NULL, a mark, a tagged pointer,
 * an object of another type, a freed object, and past the end of an array. Guarded, none of them happens.
 */
import {
  type ArrayOf,
  add,
  and,
  array,
  type Bool,
  bor,
  cast,
  choose,
  type Expr,
  eq,
  if_,
  instance,
  operation,
  type Pointer,
  type Program,
  pointer,
  program,
  type Struct,
  set,
  sparse,
  struct,
  the,
  type U8,
  type U64,
  u8,
  u64,
  ult,
  value,
} from '../../src/lang/public.ts';

interface target {
  n: U8;
  live: Bool;
}
const target = struct<Omit<target, 'live'>>(
  'target',
  { n: u8 },
  { instances: 2, mortal: true },
) as unknown as Struct<target>;
interface stranger {
  n: U8;
}
const stranger = struct<stranger>('stranger', { n: u8 });
interface row {
  fixed: ArrayOf<U8>;
  sparse: ArrayOf<U8>;
  seen: U8;
}
const row = struct<row>('row', { fixed: array(u8, 'slots'), sparse: sparse(array(u8, 'slots')), seen: u8 });

const MARK = 1n;
const wordOf = (object: Expr<Pointer<target>> | Expr<Pointer<stranger>>): Expr<U64> => cast(u64, object);

export function faultsProgram(guarded: boolean): Program {
  const good = instance(target, 0);
  const pointers: readonly Expr<U64>[] = [
    value(u64, 0),
    value(u64, MARK),
    bor(wordOf(good), 1),
    wordOf(the(stranger)),
    wordOf(instance(target, 1)),
    wordOf(good),
  ];
  const through = operation(
    'through a pointer',
    { locals: { way: u8, p: pointer(target) } },
    ({ way, p }) => [
      choose(way, pointers.length),
      ...pointers.map((word, i) => if_(eq(way, i), [set(p, cast(pointer(target), word))])),
      if_(guarded ? eq(p, good) : eq(way, way), [set(p.n, 1)]),
    ],
  );
  const into = operation('into an array', { locals: { i: u64 } }, ({ i }) => [
    choose(i, 'tries'),
    if_(guarded ? ult(i, 2) : eq(i, i), [set(the(row).fixed.at(i), 1)]),
  ]);
  // Reading a sparse array past its end gives 0.
  const beyond = operation('beyond an array', {}, () => [
    set(the(row).seen, add(the(row).sparse.at(value(u64, 7)), 0)),
  ]);
  return program({
    name: `reference/${guarded ? 'guarded' : 'faults'}`,
    bounds: { cpus: 1, slots: 2, tries: 3 },
    operations: [through, into, beyond],
    initial: [
      [good.live, 1],
      [the(row).sparse.at(1), 9],
    ],
    marks: [{ name: 'MARK', value: MARK }],
    properties: [
      {
        id: 'only-good',
        holds: and(eq(instance(target, 1).n, 0), eq(the(stranger).n, 0), eq(the(row).seen, 0)),
        judged: { when: 'idle' },
        says: 'another object was written to',
      },
    ],
  });
}
