/** Two CPUs add one to a counter, each by the statement given. */
export function counter(statement: string): string {
  return `import { add, assume, eq, forever, increment, operation, or, program as make, set, struct, the, u8, ule } from 'pagedeed/lang';
import type { Bounds, U8 } from 'pagedeed/lang';

const counter = struct<{ n: U8; started: U8; done: U8 }>('counter', { n: u8, started: u8, done: u8 });
const addOne = operation('add one', {}, () => [
  assume(ule(the(counter).started, 1)),
  increment(the(counter).started),
  ${statement},
  increment(the(counter).done),
]);
export const program = (bounds: Bounds) =>
  make({
    name: 'mine/counter',
    bounds,
    operations: [addOne],
    properties: [
      {
        id: 'total',
        holds: or(eq(the(counter).done, 0), eq(the(counter).n, the(counter).done)),
        judged: { when: 'idle' },
        says: 'an increment was lost',
      },
    ],
  });
void forever;
`;
}
