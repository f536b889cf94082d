import { expect, test } from 'vitest';
import {
  assume,
  choose,
  increment,
  instance,
  mutex_lock,
  operation,
  type Pointer,
  pointer,
  program,
  set,
  struct,
  the,
  type U8,
  u8,
} from '../lang/public.ts';
import { startingAfter } from './prelude.ts';

const item = struct<{ taken: U8 }>('prelude_item', { taken: u8 }, { instances: 2 });
interface shelf {
  lock: U8;
  last: Pointer<{ taken: U8 }>;
}
const shelf = struct<shelf>('prelude_shelf', {
  lock: { field: u8, lock: true },
  last: pointer('prelude_item'),
});
const take = operation('take', { locals: { i: pointer(item) } }, ({ i }) => [
  choose(i, item),
  increment(i.taken),
  set(the(shelf).last, i),
]);
const hold = operation('hold', {}, () => [mutex_lock(the(shelf).lock)]);
const never = operation('never', {}, () => [assume(instance(item, 1).taken), increment(the(item).taken)]);
const it = program({ name: 'prelude', bounds: { cpus: 1 }, operations: [take, hold, never] });

const words = (p: typeof it | null) =>
  new Map(
    p?.initial.map(({ place, value }) => [
      `${place.pointer.kind === 'address' ? place.pointer.instance : '?'} ${place.field}`,
      value.kind === 'const' ? value.value : value,
    ]),
  );

test('the words are those that the operations leave, pointers by the object they point to', () => {
  const after = words(
    startingAfter(it, [
      ['take', 1],
      ['take', 1],
      ['take', 0],
      ['take', 1],
    ]),
  );
  expect(after.get('0 taken')).toBe(1n);
  expect(after.get('1 taken')).toBe(3n);
  expect(after.get('0 last')).toMatchObject({ kind: 'address', struct: 'prelude_item', instance: 1 });
});

test('there is no such state where an operation waits or is not enabled', () => {
  expect(startingAfter(it, [['hold']])).not.toBeNull();
  expect(startingAfter(it, [['hold'], ['hold']])).toBeNull();
  expect(startingAfter(it, [['never']])).toBeNull();
  expect(startingAfter(it, [['take', 1], ['never']])).not.toBeNull();
});
