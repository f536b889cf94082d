/**
 * Two locks, taken in one order by one operation and in the other by another. Expected: `lock-order` is
 * violated with any number of CPUs, `deadlock-free` with two, and proved with one.
 */
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
  first: U8;
  second: U8;
}
const lock = { field: lockWord, lock: true } as const;
const pair = struct<pair>('pair', { first: lock, second: lock });

const both = (name: string, outer: 'first' | 'second', inner: 'first' | 'second') =>
  operation(name, {}, () => [
    mutex_lock(the(pair)[outer]),
    mutex_lock(the(pair)[inner]),
    mutex_unlock(the(pair)[inner]),
    mutex_unlock(the(pair)[outer]),
  ]);

export function twoLocksProgram(cpus: number): Program {
  return program({
    name: 'reference/two-locks',
    bounds: { cpus },
    operations: [both('forward', 'first', 'second'), both('backward', 'second', 'first')],
  });
}
