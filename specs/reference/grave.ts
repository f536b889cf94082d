/**
 * A reader that dies in its critical section. `look` reads through a pointer, which is NULL until `change` has
 * set it. Where runs end with the oops, nobody ever waits in vain; where they go on after it, the dead
 * reader keeps its lock: other readers join it, and the writer waits for ever.
 */
import {
  down_read,
  down_write,
  instance,
  lockWord,
  operation,
  type Pointer,
  type Program,
  pointer,
  program,
  set,
  struct,
  the,
  type U8,
  u8,
  up_read,
  up_write,
} from '../../src/lang/public.ts';

interface plot {
  n: U8;
}
const plot = struct<plot>('plot', { n: u8 });
interface cemetery {
  lock: U8;
  p: Pointer<plot>;
  deaths: U8;
}
const cemetery = struct<cemetery>('cemetery', {
  lock: { field: lockWord, lock: true },
  p: pointer('plot'),
  deaths: u8,
});
const { lock, p, deaths } = the(cemetery);

const look = operation('look', { locals: { n: u8 } }, ({ n }) => [
  down_read(lock),
  set(n, p.n),
  up_read(lock),
]);
const change = operation('change', {}, () => [down_write(lock), set(p, instance(plot, 0)), up_write(lock)]);

export function graveProgram(cpus: number, goesOn: boolean): Program {
  return program({
    name: `reference/${goesOn ? 'grave' : 'no-grave'}`,
    bounds: { cpus },
    operations: [look, change],
    ...(goesOn && { afterOops: [[deaths, 1]] }),
  });
}
