import { expect, test } from 'vitest';
import { references } from '../../specs/reference/references.ts';
import { shareProgram } from '../../specs/reference/share.ts';
import type { Program } from '../lang/program.ts';
import { lower } from '../system/lower.ts';
import { sampleStates } from './sample.ts';
import { search } from './search.ts';

const sampled = (program: Program, breadth: number, states: number) =>
  sampleStates(lower(program), { breadth, states, expired: () => false }, 16);
const peterson = references.find((r) => r.program.name === 'reference/peterson')?.program as Program;

test('few states are all there', () => {
  const { states, complete } = sampled(peterson, 100_000, 100_000);
  expect({ states: states.size, complete }).toEqual({
    states: search(lower(peterson)).states,
    complete: true,
  });
});

test('where random runs find nothing new, the rest is gone through', () => {
  const { states, complete } = sampled(peterson, 10, 100_000);
  expect({ states: states.size, complete }).toEqual({
    states: search(lower(peterson)).states,
    complete: true,
  });
});

test('of many, it comes to states that are far away', () => {
  const { states, compiled, complete } = sampled(shareProgram(1, 4, true), 100, 4000);
  const slot = compiled.layout.fields.get('handler.file');
  if (!slot) throw new Error('the handler goes through files');
  const state = new Int32Array(compiled.layout.cells);
  const files = new Set<bigint>();
  for (let n = 0; n < states.size; n++) {
    states.read(n, state);
    const packed = ((state[slot.base >>> 5] as number) >>> (slot.base & 31)) & (2 ** slot.width - 1);
    files.add(compiled.values.valueOf(packed));
  }
  expect(complete).toBe(false);
  const { addresses } = compiled;
  const all = [0, 1, 2, 3].map((n) => addresses.get(`file[${n}]`) as bigint);
  expect([...files].sort()).toEqual([0n, ...all].sort());
});

test('the same sample every time', () => {
  const sizes = [1, 2].map(() => sampled(shareProgram(2, 2, true), 100, 4000).states.size);
  expect(sizes[0]).toBe(sizes[1]);
});
