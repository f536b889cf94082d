/**
 * A word that is stored to and read again: with a lock it still holds what was stored, without one another CPU may
 * have stored something else. Expected: `no-bug` holds with the lock, at any number of CPUs, and fails without.
 */
import {
  BUG_ON,
  choose,
  lockWord,
  mutex_lock,
  mutex_unlock,
  ne,
  operation,
  type Program,
  program,
  set,
  struct,
  the,
  type U8,
  type U64,
  u64,
} from '../../src/lang/public.ts';

interface box {
  lock: U8;
  value: U64;
}
const box = struct<box>('box', { lock: { field: lockWord, lock: true }, value: u64 });

export function handoverProgram(cpus: number, locked: boolean): Program {
  const { lock, value } = the(box);
  const hand = operation('hand over', { locals: { n: u64, again: u64 } }, ({ n, again }) => {
    const within = [set(value, n), set(again, value), BUG_ON(ne(again, n))];
    return [choose(n, 3), ...(locked ? [mutex_lock(lock), ...within, mutex_unlock(lock)] : within)];
  });
  return program({
    name: `reference/${locked ? 'locked-' : ''}handover`,
    bounds: { cpus },
    operations: [hand],
  });
}
