import { describe, expect, test } from 'vitest';
import { checkProgram } from '../lang/check.ts';
import {
  and,
  assume,
  decrement,
  eq,
  if_,
  increment,
  kernelFunction,
  mutex_lock,
  mutex_unlock,
  operation,
  pointer,
  program,
  return_,
  set,
  struct,
  the,
  type U8,
  u8,
  ule,
  while_,
} from '../lang/public.ts';
import { type Arena, type Fate, hunt } from './hunt.ts';
import type { Played } from './prelude.ts';
import { runHunt } from './run-hunt.ts';

/** Users of a door that is open while somebody uses it; all under a lock. */
interface door {
  lock: U8;
  users: U8;
  open: U8;
}
const door = struct<door>('hunt_door', { lock: { field: u8, lock: true }, users: u8, open: u8 });
const params = { d: pointer(door) } as const;

const enter = kernelFunction('door_enter', { file: 'lib/door.c', params }, ({ d }) => [
  mutex_lock(d.lock),
  if_(eq(d.users, 2), [mutex_unlock(d.lock), return_()]),
  increment(d.users),
  set(d.open, 1),
  mutex_unlock(d.lock),
]);
const leave = kernelFunction('door_leave', { file: 'lib/door.c', params }, ({ d }) => [
  mutex_lock(d.lock),
  if_(d.users, [decrement(d.users), if_(eq(d.users, 0), [set(d.open, 0)])]),
  mutex_unlock(d.lock),
]);
const clear = kernelFunction('door_clear', { file: 'lib/door.c', params }, ({ d }) => [
  mutex_lock(d.lock),
  while_(d.users, [set(d.users, 0)]),
  set(d.open, 0),
  mutex_unlock(d.lock),
]);

const operations = [
  operation('enter', {}, () => [assume(ule(the(door).users, 2)), enter(the(door))]),
  operation('leave', {}, () => [leave(the(door))]),
  operation('clear', {}, () => [assume(the(door).open), clear(the(door))]),
];

function arena(cpus: number, prelude: readonly Played[] = []): Arena {
  const it = program({
    name: 'hunt/door',
    bounds: { cpus },
    operations,
    properties: [
      {
        id: 'open-while-used',
        holds: and(ule(the(door).users, 2), eq(eq(the(door).users, 0), eq(the(door).open, 0))),
        judged: { when: 'idle' },
        says: 'the door is shut on its users, or open for nobody',
      },
    ],
  });
  expect(checkProgram(it)).toEqual([]);
  return { name: `${cpus} CPUs`, program: it, prelude, operations: it.operations, states: 10_000 };
}

const everything = { part: 0, parts: 1 };
const ignore = () => undefined;
const told = (fates: readonly Fate[], name: string): readonly string[] | null => {
  const fate = fates.find((f) => f.id === `lib/door.c ${name}`);
  if (!fate) throw new Error(`no mutant is called ${name}: ${fates.map((f) => f.id).join('\n')}`);
  return fate.caught?.differences.map((d) => `${d.of} ${d.how}`) ?? null;
};

describe('at one CPU', () => {
  const fates = hunt([arena(1)], everything, ignore);

  test('a dropped store and a moved decrement violate the property', () => {
    expect(told(fates, 'door_enter: store dropped: d->open = 1;')).toContain('open-while-used appears');
    expect(told(fates, 'door_leave: moved after if (d->users == 0): d->users--;')).toContain(
      'open-while-used appears',
    );
  });

  test('a negated guard makes impossible what must be possible', () => {
    const differences = told(fates, 'door_enter: guard negated: if (d->users == 2)');
    expect(differences).toContain('reach:door_enter:3:else disappears');
  });

  test('a loop that does not end leaves no verdict, and says why', () => {
    const endless = fates.find((f) => f.id.includes('door_clear: store dropped: d->users = 0;'));
    expect(endless?.caught?.differences).toMatchObject([
      { of: 'no verdict', how: 'unsearchable', reason: expect.stringContaining('goes round') },
    ]);
  });

  test('a dropped lock is the same program', () => {
    const lock = fates.find((f) => f.id.includes('door_leave: lock dropped'));
    expect(lock).toMatchObject({ caught: null, trials: [{ complete: true, sameSize: true }] });
  });
});

describe('at two CPUs', () => {
  test('a dropped lock violates the property', () => {
    const fates = hunt([arena(1), arena(2)], { ...everything, only: 'lock dropped' }, ignore);
    expect(fates).toHaveLength(3);
    for (const { caught, trials } of fates) {
      expect(caught?.arena).toBe('2 CPUs');
      expect(caught?.differences.map((d) => d.of)).toContain('open-while-used');
      expect(trials.map((t) => t.arena)).toEqual(['1 CPUs']);
    }
  });

  test('a read that nobody can come between is the same as another', () => {
    const reads = hunt([arena(2)], { ...everything, only: 'door_leave: re-read' }, ignore);
    expect(told(reads, 'door_leave: re-read of d->users replaced by the first read')).toBeNull();
    // That one is read again after it was decremented.
    expect(told(reads, 'door_leave: re-read of d->users replaced by the first read #2')).not.toBeNull();
  });
});

test('an arena starts after its prelude', () => {
  const only = 'door_leave: guard negated: if (d->users)';
  const used = { ...arena(1, [['enter']]), operations: ['leave'] };
  const unused = { ...used, prelude: [] };
  expect(hunt([used], { ...everything, only }, ignore)[0]?.caught?.differences).toContainEqual({
    of: 'reach:door_leave:3:then',
    how: 'disappears',
    reason: null,
  });
  expect(hunt([unused], { ...everything, only }, ignore)[0]?.caught?.differences).toContainEqual({
    of: 'reach:door_leave:3:then',
    how: 'appears',
    reason: null,
  });
});

test('where its function is never entered, a mutant is not tried', () => {
  const only = 'door_enter: store dropped: d->users++;';
  const left = { ...arena(1), operations: ['leave'] };
  expect(hunt([left], { ...everything, only }, ignore)).toMatchObject([{ caught: null, trials: [] }]);
});

test('an arena whose prelude does not end is refused', () => {
  // Nothing is open yet.
  const stuck = arena(1, [['clear']]);
  expect(() => hunt([stuck], everything, ignore)).toThrow('the prelude of 1 CPUs does not end');
});

test('shares are hunted apart, also in workers, and together are everything', async () => {
  const all = hunt([arena(1)], everything, ignore);
  const half = await runHunt([arena(1)], { part: 1, parts: 2 }, 2, ignore);
  const other = hunt([arena(1)], { part: 0, parts: 2 }, ignore);
  const byId = (fates: readonly Fate[]) => [...fates].sort((a, b) => (a.id < b.id ? -1 : 1));
  expect(byId([...half, ...other])).toEqual(byId(all));
  expect(Math.abs(half.length - other.length)).toBeLessThanOrEqual(1);
});
