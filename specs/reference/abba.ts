/** Two locks, taken in opposite orders by two operations: each may hold what the other waits for. */
import {
  lockWord,
  mutex_lock,
  mutex_unlock,
  operation,
  type Program,
  program,
  struct,
  the,
  type U8,
} from '../../src/lang/public.ts';

interface pair {
  a: U8;
  b: U8;
}
const lock = { field: lockWord, lock: true } as const;
const pair = struct<pair>('pair', { a: lock, b: lock });
const { a, b } = the(pair);

export function abbaProgram(sameOrder: boolean): Program {
  const ab = operation('a then b', {}, () => [
    mutex_lock(a),
    mutex_lock(b),
    mutex_unlock(b),
    mutex_unlock(a),
  ]);
  const ba = operation('b then a', {}, () => [
    mutex_lock(b),
    mutex_lock(a),
    mutex_unlock(a),
    mutex_unlock(b),
  ]);
  return program({
    name: `reference/${sameOrder ? 'abab' : 'abba'}`,
    bounds: { cpus: 2 },
    operations: sameOrder ? [ab] : [ab, ba],
  });
}
