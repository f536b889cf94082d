/**
 * Two CPUs increment a shared counter, each once, with a load and a store. Expected: `total` is violated
 * (both load 0) with two CPUs and proved with one.
 */
import {
  assume,
  eq,
  increment,
  operation,
  or,
  type Program,
  program,
  struct,
  the,
  type U8,
  u8,
  ule,
} from '../../src/lang/public.ts';

export interface counter {
  n: U8;
  started: U8;
  done: U8;
}
const counter = struct<counter>('counter', { n: u8, started: u8, done: u8 });

const add_one = operation('add one', {}, () => [
  assume(ule(the(counter).started, 1)),
  increment(the(counter).started),
  increment(the(counter).n),
  increment(the(counter).done),
]);

export function counterProgram(cpus: number): Program {
  return program({
    name: 'reference/counter',
    bounds: { cpus },
    operations: [add_one],
    properties: [
      {
        id: 'total',
        holds: or(eq(the(counter).done, 0), eq(the(counter).n, the(counter).done)),
        judged: { when: 'idle' },
        says: 'an increment was lost',
      },
    ],
  });
}
