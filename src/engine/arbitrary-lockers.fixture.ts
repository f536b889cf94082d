/** Small random programs that take locks, do things, and mostly drop what they took. */
import fc from 'fast-check';
import {
  BUG_ON,
  eq,
  if_,
  mutex_lock,
  mutex_unlock,
  operation,
  type Program,
  program,
  type Stmt,
  set,
  struct,
  the,
  type U8,
  u8,
  WARN_ON,
} from '../lang/public.ts';

interface account {
  lock: U8;
  other: U8;
  n: U8;
  m: U8;
  flag: U8;
}
const lock = { field: u8, lock: true } as const;
const accountStruct = struct<account>('account', { lock, other: lock, n: u8, m: u8, flag: u8 });
export const account = the(accountStruct);

/** A program of which each body is an operation. */
export const lockers = (cpus: number, ...bodies: readonly (readonly Stmt[])[]): Program =>
  program({
    name: 'under locks',
    bounds: { cpus },
    operations: bodies.map((body, i) => operation(`work ${i}`, {}, () => [...body])),
  });

const words = [account.n, account.m, account.flag] as const;
const locks = [account.lock, account.other] as const;
const small = fc.nat(1);
const word = fc.constantFrom(...words);
const item = fc.oneof(
  fc.record({ store: word, value: small }),
  fc.record({ ask: word, value: small, then: word }),
  fc.record({ warn: word, value: small }),
  fc.record({ dies: word, value: small }),
  fc.record({ takes: fc.constantFrom(...locks) }),
);
/** Takes locks, does things, and mostly drops what it took. */
const body = fc.tuple(fc.array(item, { minLength: 1, maxLength: 5 }), fc.nat(9)).map(([items, keeps]) => {
  const taken = new Set<(typeof locks)[number]>();
  const all = items.flatMap((i): Stmt[] => {
    if ('store' in i) return [set(i.store, i.value)];
    if ('ask' in i) return [if_(eq(i.ask, i.value), [set(i.then, i.value)])];
    if ('warn' in i) return [WARN_ON(eq(i.warn, i.value))];
    if ('dies' in i) return [BUG_ON(eq(i.dies, i.value))];
    if (taken.has(i.takes)) return [];
    taken.add(i.takes);
    return [mutex_lock(i.takes)];
  });
  return [...all, ...(keeps === 0 ? [] : [...taken].map((l) => mutex_unlock(l)))];
});

/** The bodies of two or three operations. */
export const arbitraryLockers = fc.array(body, { minLength: 2, maxLength: 3 });
