/**
 * Locks. A lock is an 8-bit word of holders: bit i while CPU i holds it shared, bit 4+i while CPU i holds
 * it exclusively; 0 is free. So at most 4 CPUs, and a lock whose holder died in an oops stays taken.
 *
 * Where runs go on after an oops, the CPU of a task that died goes on with another one, so what the dead one
 * held is then held by a CPU that does not exist: number 3. That leaves at most 3 CPUs.
 */
import {
  band,
  bnot,
  bor,
  type Expr,
  type ExprOf,
  eq,
  ne,
  placeOf,
  shl,
  smp_processor_id,
  value,
} from './expressions.ts';
import type { StmtNode } from './nodes.ts';
import { primitive } from './statements.ts';
import { type Bool, type U8, u8 } from './types.ts';

type Lock = Expr<U8>;

/** Whose the locks of dead tasks are. */
export const DEAD = 3;

/** The bits of a CPU in a lock word, both modes. */
export const holdersBits = (cpu: number): number => 0x11 << cpu;

/** A lock word after the task of a CPU died: what was the CPU's is the dead's. */
export function buried(word: number, cpu: number): number {
  const held = word & holdersBits(cpu);
  return (word & ~held) | ((held >>> cpu) << DEAD);
}

const sharedBit = (): Expr<U8> => shl(value(u8, 0x01), smp_processor_id);
const exclusiveBit = (): Expr<U8> => shl(value(u8, 0x10), smp_processor_id);

/** This CPU holds the lock, in whichever mode. */
export const heldByThisCpu = (lock: ExprOf): Expr<Bool> =>
  ne(band(lock as Lock, bor(sharedBit(), exclusiveBit())), 0);
export const heldExclusively = (lock: ExprOf): Expr<Bool> => ne(band(lock as Lock, exclusiveBit()), 0);

/** A primitive that waits until the lock is free and takes it exclusively: `mutex_lock`, `down_write`... */
export function exclusiveLock(name: string): (lock: ExprOf) => StmtNode {
  return (lock) =>
    primitive(name, {
      shown: [lock],
      until: eq(lock as Lock, 0),
      effects: [[lock, exclusiveBit()]],
      lock: { does: 'acquire', mode: 'exclusive', place: placeOf(lock) },
    });
}

export function exclusiveUnlock(name: string): (lock: ExprOf) => StmtNode {
  return (lock) =>
    primitive(name, {
      shown: [lock],
      demands: [
        {
          property: 'lock-pairing',
          holds: eq(lock as Lock, exclusiveBit()),
          says: `${name} of a lock that this task does not hold`,
        },
      ],
      effects: [[lock, 0]],
      lock: { does: 'release', mode: 'exclusive', place: placeOf(lock) },
    });
}

/** A primitive that waits until nobody holds the lock exclusively and joins the readers. */
export function sharedLock(name: string): (lock: ExprOf) => StmtNode {
  return (lock) =>
    primitive(name, {
      shown: [lock],
      until: eq(band(lock as Lock, 0xf0), 0),
      effects: [[lock, bor(lock as Lock, sharedBit())]],
      lock: { does: 'acquire', mode: 'shared', place: placeOf(lock) },
    });
}

export function sharedUnlock(name: string): (lock: ExprOf) => StmtNode {
  return (lock) =>
    primitive(name, {
      shown: [lock],
      demands: [
        {
          property: 'lock-pairing',
          holds: ne(band(lock as Lock, sharedBit()), 0),
          says: `${name} of a lock that this task does not hold`,
        },
      ],
      effects: [[lock, band(lock as Lock, bnot(sharedBit()))]],
      lock: { does: 'release', mode: 'shared', place: placeOf(lock) },
    });
}

export const mutex_lock = exclusiveLock('mutex_lock');
export const mutex_unlock = exclusiveUnlock('mutex_unlock');
export const spin_lock = exclusiveLock('spin_lock');
export const spin_unlock = exclusiveUnlock('spin_unlock');
export const down_write = exclusiveLock('down_write');
export const up_write = exclusiveUnlock('up_write');
export const down_read = sharedLock('down_read');
export const up_read = sharedUnlock('up_read');

/** An exclusive holder becomes a reader without letting go. */
export function downgrade_write(lock: ExprOf): StmtNode {
  return primitive('downgrade_write', {
    shown: [lock],
    demands: [
      {
        property: 'lock-pairing',
        holds: eq(lock as Lock, exclusiveBit()),
        says: 'downgrade_write of a lock that this task does not hold',
      },
    ],
    effects: [[lock, sharedBit()]],
  });
}
