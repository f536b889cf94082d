/**
 * An object that is published, read and freed: without a lock a reader may hold the pointer across the free.
 */
import {
  type Bool,
  if_,
  lockWord,
  mutex_lock,
  mutex_unlock,
  not,
  operation,
  type Pointer,
  type Program,
  pointer,
  primitive,
  program,
  type Struct,
  set,
  struct,
  the,
  type U8,
  type U64,
  u64,
  value,
} from '../../src/lang/public.ts';

interface item {
  n: U64;
  live: Bool;
}
const item = struct<Omit<item, 'live'>>('item', { n: u64 }, { mortal: true }) as unknown as Struct<item>;
interface shelf {
  item: Pointer<item>;
  lock: U8;
}
const shelf = struct<shelf>('shelf', { item: pointer('item'), lock: { field: lockWord, lock: true } });
const it = the(shelf);
const locals = { p: pointer(item), n: u64 } as const;

export function lifetimeProgram(locked: boolean): Program {
  const within = <T>(statements: readonly T[]) =>
    locked ? [mutex_lock(it.lock), ...statements, mutex_unlock(it.lock)] : statements;
  const allocate = operation('allocate', { locals }, ({ p }) =>
    within([
      set(p, it.item),
      if_(not(p), [primitive('kmalloc', { effects: [[the(item).live, 1]] }), set(it.item, the(item))]),
    ]),
  );
  const read = operation('read', { locals }, ({ p, n }) => within([set(p, it.item), if_(p, [set(n, p.n)])]));
  const free = operation('free', { locals }, ({ p }) =>
    within([
      set(p, it.item),
      if_(p, [
        set(it.item, value(pointer(item), 0)),
        primitive('kfree', { shown: [p], effects: [[p.live, 0]] }),
      ]),
    ]),
  );
  return program({
    name: `reference/${locked ? 'locked-lifetime' : 'use-after-free'}`,
    bounds: { cpus: 2 },
    operations: [allocate, read, free],
  });
}
