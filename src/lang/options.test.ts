/** A program's options and counts: what they change of its functions and structs, and that they change no other's. */
import { expect, test } from 'vitest';
import { printFunction } from './print.ts';
import { functionNamed, program, structNamed } from './program.ts';
import { type ArrayOf, array, kernelFunction, operation, set, struct, the, type U64, u64 } from './public.ts';

const counter = struct<{ slots: ArrayOf<U64>; depth: U64 }>('options_counter', {
  slots: array(u64, 'few'),
  depth: { field: u64, onlyWith: 'wide' },
});
const bump = kernelFunction(
  'bump',
  {
    params: { n: u64 },
    abstracts: (options) => (options.has('wide') ? ['wide'] : ['narrow']),
  },
  ({ n }, options) => [set(the(counter).slots.at(options.has('wide') ? n : 0), 1)],
);
const operations = [operation('run', {}, () => [bump(1)])];
const bounds = { cpus: 1, few: 1, many: 2 };

test('functions and fields ask for options; the program without them is as if there were none', () => {
  const narrow = program({ name: 'narrow', bounds, operations });
  const wide = program({
    name: 'wide',
    bounds,
    operations,
    options: ['wide'],
    counts: { 'options_counter.slots': 'many', options_counter: 'many' },
  });
  expect(printFunction(functionNamed(wide, 'bump'))).toContain('slots[n] = 1;');
  expect(functionNamed(wide, 'bump').abstracts).toEqual(['wide']);
  expect(structNamed(wide, 'options_counter')).toMatchObject({
    instances: 'many',
    fields: [{ name: 'slots', length: 'many' }, { name: 'depth' }],
  });
  expect(printFunction(functionNamed(narrow, 'bump'))).toContain('slots[0] = 1;');
  expect(functionNamed(narrow, 'bump').abstracts).toEqual(['narrow']);
  expect(structNamed(narrow, 'options_counter')).toMatchObject({
    instances: 1,
    fields: [{ name: 'slots', length: 'few' }],
  });
  expect(program({ name: 'narrow', bounds, operations })).toEqual(narrow);
});
