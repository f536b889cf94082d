/**
 * G. L. Peterson, "Myths about the mutual exclusion problem", 1981: mutual exclusion of two CPUs by loads and
 * stores alone, given sequential consistency. Taking turns without the flags' order breaks it: a CPU that
 * looks at the other's flag before it raises its own.
 */
import {
  type ArrayOf,
  and,
  array,
  type Bool,
  BUG_ON,
  bool,
  decrement,
  type Expr,
  eq,
  increment,
  ne,
  operation,
  type Program,
  program,
  set,
  smp_processor_id,
  struct,
  sub,
  the,
  toWord,
  type U8,
  type U64,
  u8,
  u64,
  value,
  while_,
} from '../../src/lang/public.ts';

interface peterson {
  wants: ArrayOf<Bool>;
  turn: U8;
  inside: U8;
}
const peterson = struct<peterson>('peterson', { wants: array(bool, 'cpus'), turn: u8, inside: u8 });
const it = the(peterson);
const self = (): Expr<U64> => toWord(u64, smp_processor_id);
const other = (): Expr<U64> => sub(value(u64, 1), self());

export function petersonProgram(raisesFirst: boolean): Program {
  const raise = set(it.wants.at(self()), 1);
  const yieldTurn = set(it.turn, toWord(u8, other()));
  const enter = operation('enter', {}, () => [
    ...(raisesFirst ? [raise, yieldTurn] : [yieldTurn]),
    while_(and(it.wants.at(other()), eq(it.turn, toWord(u8, other()))), []),
    ...(raisesFirst ? [] : [raise]),
    increment(it.inside),
    BUG_ON(ne(it.inside, 1)),
    decrement(it.inside),
    set(it.wants.at(self()), 0),
  ]);
  return program({
    name: `reference/${raisesFirst ? 'peterson' : 'peterson-broken'}`,
    bounds: { cpus: 2 },
    operations: [enter],
  });
}
