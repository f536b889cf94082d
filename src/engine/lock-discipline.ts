/**
 * Whether words are accessed under a discipline of locks: there are locks that each store holds exclusively, and
 * each load holds one of them at least. Then no two accesses of different CPUs, one of them a store, can come
 * one after the other, and a CPU may go on past such an access without anybody noticing.
 */
import type { Compiled } from '../semantics/compiled.ts';
import { readWord } from '../semantics/packed-state.ts';
import type { Movers } from '../system/movers.ts';

/** Accesses to this field keep to no discipline, after all. */
export class Undisciplined extends Error {
  readonly field: string;
  constructor(field: string) {
    super(`${field} is not always accessed under a lock`);
    this.field = field;
  }
}

/** More locks than a mask has bits for are left out: what they protect counts as unprotected. */
const MOST_LOCKS = 31;

/**
 * To be called with the control point at which a CPU is about to take its step, `compiled.state` being the
 * state. Errors: Undisciplined, for a field that is not in `given`.
 */
export function createDiscipline(
  { accesses, state, lockWords }: Compiled,
  { at, locks }: Movers,
  given: ReadonlySet<string>,
): (cpu: number, point: number) => void {
  const watched = lockWords.filter(({ name }) => locks.has(fieldOf(name))).slice(0, MOST_LOCKS);
  /** By where a word begins: the locks that all stores so far held; -1 where there was none. */
  const storing = new Int32Array(state.length * 32).fill(-1);
  /** By where a word begins: the sets of locks that loads so far held. */
  const loading = new Map<number, number[]>();

  function held(cpu: number, exclusively: boolean): number {
    let mask = 0;
    for (let i = 0; i < watched.length; i++) {
      const bit = (watched[i] as (typeof watched)[number]).bit;
      const word = readWord(state, bit, 8);
      const mine = word === 0x10 << cpu || (!exclusively && (word & 0xf0) === 0 && word & (1 << cpu));
      if (mine) mask |= 1 << i;
    }
    return mask;
  }

  return (cpu, point) => {
    const access = accesses[point];
    if (!access || at[point]?.kind !== 'access' || given.has(access.field)) return;
    const bit = access.bit(cpu);
    if (bit < 0) return;
    const loads = loading.get(bit);
    if (access.store) {
      const locksNow = (storing[bit] as number) & held(cpu, true);
      if (locksNow === storing[bit]) return;
      storing[bit] = locksNow;
      if (locksNow === 0 || loads?.some((mask) => (mask & locksNow) === 0))
        throw new Undisciplined(access.field);
      return;
    }
    const mask = held(cpu, false);
    if (loads?.includes(mask)) return;
    loading.set(bit, [...(loads ?? []), mask]);
    if (storing[bit] !== -1 && ((storing[bit] as number) & mask) === 0) throw new Undisciplined(access.field);
  };
}

/** `STRUCT.FIELD` of a lock's word, which is named `STRUCT[I].FIELD` or `STRUCT[I].FIELD[J]`. */
const fieldOf = (word: string): string => word.replace(/\[\d+\]/g, '');
