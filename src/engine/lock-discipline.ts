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

/** How a field was accessed so far, by word. */
interface History {
  /** The locks that all stores held; none where there was no store. */
  readonly storing: (number | undefined)[];
  /** The sets of locks that loads held. */
  readonly loading: (readonly number[] | undefined)[];
}

/**
 * To be called with the control point at which a CPU is about to take its step, `compiled.state` being the
 * state. Errors: Undisciplined, for a field that is not in `given`.
 */
export function createDiscipline(
  { accesses, state, layout, lockWords }: Compiled,
  { at, locks }: Movers,
  given: ReadonlySet<string>,
): (cpu: number, point: number) => void {
  const watched = lockWords.filter(({ name }) => locks.has(fieldOf(name))).slice(0, MOST_LOCKS);
  const histories = new Map<string, History>();
  const historyOf = (field: string): History => {
    const history = histories.get(field) ?? { storing: [], loading: [] };
    histories.set(field, history);
    return history;
  };
  /** By control point. Of what nothing reads, and no state has, nobody sees in which order it is stored. */
  const watchedAt = accesses.map((access, point) =>
    access && at[point]?.kind === 'access' && !given.has(access.field) && layout.fields.has(access.field)
      ? { access, history: historyOf(access.field) }
      : null,
  );

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
    const here = watchedAt[point];
    if (!here) return;
    const { access, history } = here;
    const word = access.word(cpu);
    if (word < 0) return;
    const [stored, loads] = [history.storing[word], history.loading[word]];
    if (access.store) {
      const locksNow = (stored ?? -1) & held(cpu, true);
      if (locksNow === stored) return;
      history.storing[word] = locksNow;
      if (locksNow === 0 || loads?.some((mask) => (mask & locksNow) === 0))
        throw new Undisciplined(access.field);
      return;
    }
    const mask = held(cpu, false);
    if (loads?.includes(mask)) return;
    history.loading[word] = [...(loads ?? []), mask];
    if (stored !== undefined && (stored & mask) === 0) throw new Undisciplined(access.field);
  };
}

/** `STRUCT.FIELD` of a lock's word, which is named `STRUCT[I].FIELD` or `STRUCT[I].FIELD[J]`. */
const fieldOf = (word: string): string => word.replace(/\[\d+\]/g, '');
