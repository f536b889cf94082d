/**
 * Two counters that advance together, or rest. What is claimed of one value is inductive for no k: from a
 * state in which they differ one can rest for as long as one likes, and then break it. The lemma is that
 * they are equal.
 */
import {
  bool,
  choose,
  eq,
  if_,
  implies,
  increment,
  operation,
  type Program,
  program,
  struct,
  the,
  type U8,
  u8,
} from '../../src/lang/public.ts';

interface lockstep {
  x: U8;
  y: U8;
}
const lockstep = struct<lockstep>('lockstep', { x: u8, y: u8 });
const { x, y } = the(lockstep);

export function lockstepProgram(): Program {
  const advance = operation('advance or rest', { locals: { go: bool } }, ({ go }) => [
    choose(go, 2),
    if_(go, [increment(x), increment(y)]),
  ]);
  return program({
    name: 'reference/lockstep',
    bounds: { cpus: 1 },
    operations: [advance],
    properties: [
      {
        id: 'together',
        holds: implies(eq(x, 200), eq(y, 200)),
        judged: { when: 'idle' },
        says: 'the counters have come apart',
      },
    ],
  });
}
