/** Packed states of the explicit search, seen through the state variables of the SMT system. */
import { boundValue, structNamed } from '../lang/program.ts';
import { storageOf } from '../lang/words.ts';
import type { Compiled } from '../semantics/compiled.ts';
import { fieldSlot, type Slot } from '../semantics/layout.ts';
import type { Term } from '../semantics/terms.ts';
import type { StateVariable, Transitions } from '../semantics/transitions.ts';

export interface StateReader {
  /** Reads the packed value of a variable; null where the variable is no part of a state. A local is 0 where it is not live. */
  read(v: StateVariable): ((state: Int32Array) => number) | null;
  /** The same where the control point is known, and the local is live there. */
  readLive(v: StateVariable): ((state: Int32Array) => number) | null;
  /** A packed value as a constant or an address. */
  termOf(v: StateVariable, packed: number): Term;
}

interface Position {
  readonly slot: Slot;
  readonly index: number;
}

export function createStateReader(system: Transitions, compiled: Compiled): StateReader {
  const { terms, graph } = system;
  const { program } = graph;
  const { layout, values, addresses } = compiled;
  const symbols = new Map([...addresses].map(([object, address]) => [address, `&${object}`]));
  const liveAt = new Map<string, Set<number>>();
  for (const [i, { live }] of graph.points.entries())
    for (const name of live) liveAt.set(name, (liveAt.get(name) ?? new Set()).add(i + 1));

  function positionOf({ kind }: StateVariable): Position | null {
    if (kind.is === 'pc') return { slot: layout.pc, index: kind.cpu };
    if (kind.is === 'local') {
      const slot = layout.registers[layout.registerOf.get(kind.name) ?? -1];
      return slot ? { slot, index: kind.cpu } : null;
    }
    const [, struct = '', instance = '', field = '', index = '0'] =
      /^(.*)\[(\d+)\]\.([^[]*)(?:\[(\d+)\])?$/.exec(kind.name) ?? [];
    const storage = storageOf(structNamed(program, struct), field);
    const slot = fieldSlot(layout, struct, storage.name);
    if (!slot) return null;
    const length = storage.length === undefined ? 1 : boundValue(program.bounds, storage.length);
    return { slot, index: Number(instance) * length + Number(index) };
  }

  function readAt({ slot, index }: Position): (state: Int32Array) => number {
    const bit = slot.base + index * slot.stride;
    const [cell, shift, mask] = [bit >>> 5, bit & 31, 2 ** slot.width - 1];
    return (state) => ((state[cell] as number) >>> shift) & mask;
  }

  function readLive(v: StateVariable) {
    const at = positionOf(v);
    return at && readAt(at);
  }

  return {
    readLive,
    read(v) {
      const get = readLive(v);
      if (!get || v.kind.is !== 'local') return get;
      const points = liveAt.get(v.kind.name) ?? new Set();
      const point = readAt({ slot: layout.pc, index: v.kind.cpu });
      return (state) => (points.has(point(state)) ? get(state) : 0);
    },
    termOf(v, packed) {
      const { bits } = v.term;
      const value = bits >= 32 && v.kind.is !== 'pc' ? values.valueOf(packed) : BigInt(packed);
      const symbol = bits === 64 ? symbols.get(value) : undefined;
      return (symbol && system.addressNamed(symbol)) || terms.constant(bits, value);
    },
  };
}
