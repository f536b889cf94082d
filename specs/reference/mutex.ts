/**
 * A critical section under a mutex: whoever is inside finds itself alone. Left out, the mutex is missed.
 */
import {
  BUG_ON,
  decrement,
  increment,
  lockWord,
  mutex_lock,
  mutex_unlock,
  ne,
  operation,
  type Program,
  program,
  struct,
  the,
  type U8,
  u8,
} from '../../src/lang/public.ts';

interface section {
  lock: U8;
  inside: U8;
}
const section = struct<section>('section', { lock: { field: lockWord, lock: true }, inside: u8 });
const { lock, inside } = the(section);

export function mutexProgram(cpus: number, locked: boolean): Program {
  const enter = operation('enter', {}, () => [
    ...(locked ? [mutex_lock(lock)] : []),
    increment(inside),
    BUG_ON(ne(inside, 1)),
    decrement(inside),
    ...(locked ? [mutex_unlock(lock)] : []),
  ]);
  return program({
    name: `reference/${locked ? 'mutex' : 'no-mutex'}`,
    bounds: { cpus },
    operations: [enter],
  });
}
