/** Certificates that a second reading of the checker found accepted, of properties that are violated. */
import { expect, test, vi } from 'vitest';
import { counterProgram } from '../../specs/reference/counter.ts';
import { certify } from '../engine/certify.ts';
import { search } from '../engine/search.ts';
import { checkProgram } from '../lang/check.ts';
import {
  BUG_ON,
  eq,
  mutex_lock,
  ne,
  operation,
  type Pointer,
  type Program,
  placeOf,
  pointer,
  primitive,
  program,
  set,
  shl,
  smp_processor_id,
  struct,
  the,
  type U8,
  type U64,
  u8,
  u64,
  unionWith,
  value,
} from '../lang/public.ts';
import { openZ3Session } from '../solver/z3.ts';
import { lower } from '../system/lower.ts';
import { checkCertificate } from './check-certificate.ts';
import { isTrace, recordTrace } from './record.ts';

// Z3 starts in each test; this is a limit for one that hangs.
vi.setConfig({ testTimeout: 60_000 });

interface held {
  lock: U8;
  other: U8;
  pinned: U8;
}
const lock = { field: u8, lock: true } as const;
const held = struct<held>('held', { lock, other: lock, pinned: u8 });
const it = the(held);

const refusal = async (p: Program, claimed: Partial<Parameters<typeof certify>[1]>) => {
  const nothing = { properties: ['out-of-model'], rounds: {}, lockOrder: [], invariant: [] };
  const proof = await certify(p, { ...nothing, ...claimed });
  return 'reason' in proof ? proof.reason : null;
};

test('somebody elsewhere may let go where a CPU waits, and not where its operation began', async () => {
  const unpin = operation('unpin', {}, () => [set(it.pinned, 0), mutex_lock(it.lock), mutex_lock(it.lock)]);
  const p = program({
    name: 'test/elsewhere',
    bounds: { cpus: 1 },
    operations: [unpin],
    initial: [[it.pinned, 1]],
    elsewhere: eq(it.pinned, 1),
  });
  expect(search(lower(p)).found.has('deadlock-free')).toBe(true);
  const claimed = { properties: ['out-of-model', 'deadlock-free'], invariant: ['(= |held[0].pinned| #x01)'] };
  expect(await refusal(p, claimed)).toMatch(/is not valid$/);
});

test('a race is asked for by the name of a field, and by nothing more', async () => {
  const name = 'no-data-race:counter.n.\n(assert false)(check-sat)(exit)\n;';
  for (const property of [name, 'no-data-race:counter.n.', 'no-data-race:counter.n.x'])
    expect(await refusal(counterProgram(2), { properties: ['out-of-model', property] })).toBe(
      `its certificate is refused: ${property} is not something that it can prove`,
    );
});

test('a name does not end the comment that it stands in', async () => {
  const p = program({
    name: 'test/name\n(assert false)(check-sat)(exit)',
    bounds: { cpus: 1 },
    operations: [operation('fail', {}, () => [BUG_ON(eq(it.pinned, 0))])],
  });
  expect(await refusal(p, { properties: ['out-of-model', 'no-bug'] })).toMatch(/is not valid$/);
});

test('a lock that is never looked at is held all the same', async () => {
  const seize = (l: typeof it.lock) =>
    primitive('seize', {
      effects: [[l, shl(value(u8, 0x10), smp_processor_id)]],
      lock: { does: 'acquire', mode: 'exclusive', place: placeOf(l) },
    });
  const drop = (l: typeof it.lock) => primitive('drop', { effects: [[l, 0]] });
  const both = (name: string, a: typeof it.lock, b: typeof it.lock) =>
    operation(name, {}, () => [seize(a), seize(b), drop(b), drop(a)]);
  const p = program({
    name: 'test/unread',
    bounds: { cpus: 1 },
    operations: [both('one way', it.lock, it.other), both('the other', it.other, it.lock)],
  });
  const { order } = search(lower(p, { slice: true }), { trackLocks: true });
  expect([...order.keys()].sort()).toEqual([
    'held[0].lock -> held[0].other',
    'held[0].other -> held[0].lock',
  ]);
  const claimed = { properties: ['out-of-model', 'lock-order'], lockOrder: ['held[0].lock'] };
  expect(await refusal(p, claimed)).toMatch(/is not valid$/);
});

test('what a certificate says of its program is what is checked', async () => {
  const p = counterProgram(1);
  const proof = await certify(p, { properties: ['out-of-model'], rounds: {}, lockOrder: [], invariant: [] });
  if ('reason' in proof) throw new Error(proof.reason);
  const session = openZ3Session();
  try {
    const says = { ...proof.certificate.program, bounds: { cpus: 100 } };
    const check = await checkCertificate({ ...proof.certificate, program: says }, p, session);
    expect(check).toEqual({ holds: false, reason: 'what it says of its program is not so' });
  } finally {
    await session.close();
  }
});

test('taking a lock through a pointer that is no object is shown', () => {
  const user = struct<{ of: Pointer<held> }>('user', { of: pointer('held') });
  const p = program({
    name: 'test/null lock',
    bounds: { cpus: 1 },
    operations: [operation('lock', {}, () => [mutex_lock(the(user).of.lock)])],
  });
  const result = search(lower(p));
  const found = result.found.get('no-null-deref');
  if (!found) throw new Error('it is not found');
  const what = { property: 'no-null-deref' };
  const trace = recordTrace(p, result.compiled.addresses, result.moves([found]).get(found) ?? [], what);
  expect(isTrace(trace) ? trace.shown : trace.reason).toEqual(what);
});

test('programs that could be read in two ways are refused', () => {
  const narrow = struct<{ wide: U64; low: U8 }>('narrow', { wide: u64, low: unionWith('wide', u8) });
  const { wide, low } = the(narrow);
  const idle = { when: 'idle' } as const;
  const of = (...ids: readonly string[]) =>
    ids.map((id) => ({ id, holds: eq(wide, 0), judged: idle, says: id }));
  const with_ = (spec: Partial<Parameters<typeof program>[0]>) =>
    checkProgram(
      program({
        name: 'test/names',
        bounds: { cpus: 1 },
        operations: [operation('work', {}, () => [BUG_ON(ne(wide, 5))])],
        ...spec,
      }),
    ).map((d) => d.code);
  expect(with_({ properties: of('a', 'b') })).toEqual([]);
  expect(with_({ initial: [[low, 5]] })).toEqual(['PD0210']);
  expect(with_({ properties: of('a', 'a') })).toEqual(['PD0211']);
  for (const id of [
    'deadlock-free',
    'lock-order',
    'no-data-race',
    'no-data-race:narrow.wide',
    'reach:work',
    'a\nb',
  ])
    expect(with_({ properties: of(id) })).toEqual(['PD0201']);
  const demand = { property: 'deadlock-free', holds: eq(wide, 0), says: 'no' };
  const work = operation('work', {}, () => [primitive('p', { demands: [demand] })]);
  expect(with_({ operations: [work] })).toEqual(['PD0201']);
});
