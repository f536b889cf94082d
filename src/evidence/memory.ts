/** The kernel's memory during replay: one integer a word, and where each object lies. */

import type { Addresses } from '../lang/addresses.ts';
import type { Place, StructNode } from '../lang/nodes.ts';
import { boundValue, type Program, structNamed } from '../lang/program.ts';
import { LIVE } from '../lang/structs.ts';
import { bitsOf } from '../lang/types.ts';
import { stateWords, storageOf, wordName } from '../lang/words.ts';

/** Why a pointer cannot be dereferenced, and the property that says it should. */
export interface Fault {
  readonly property: 'no-sentinel-deref' | 'no-null-deref' | 'no-stale-deref';
  readonly says: string;
}

export interface Memory {
  readonly words: ReadonlyMap<string, bigint>;
  addressOf(struct: string, instance: number): bigint;
  /** Which object's `field` lies at `address`, or why there is none. `live` itself outlives its object. */
  resolve(place: Pick<Place, 'struct' | 'field'>, address: bigint): number | Fault;
  /** The word read, and the value that the place has in it; undefined: `index` is past the end of the array. */
  load(place: Place, instance: number, index: bigint | undefined): Read | undefined;
  /** The word stored to; undefined as for load. */
  store(place: Place, instance: number, index: bigint | undefined, value: bigint): Change | undefined;
  /** Stores to a word by its name, whether or not its object lives. */
  assign(word: string, value: bigint): Change;
}

/** `word` is null past the end of a sparse array. */
export interface Read {
  readonly word: string | null;
  readonly value: bigint;
}

/** A store: the whole word's value before and after it, which may be equal. */
export interface Change {
  readonly word: string;
  readonly before: bigint;
  readonly after: bigint;
}

export function createMemory(program: Program, addresses: Addresses): Memory {
  const words = new Map<string, bigint>(stateWords(program).map((w) => [w.name, 0n]));
  const objects = new Map([...addresses].map(([object, address]) => [address, object]));
  const structs = new Map(program.structs.map((s) => [s.name, s]));

  const locate = (place: Place, instance: number, index: bigint | undefined) => {
    const struct = structs.get(place.struct) ?? structNamed(program, place.struct);
    const storage = storageOf(struct, place.field);
    if (index === undefined)
      return { storage, name: wordName({ struct: struct.name, instance, field: storage.name }) };
    const inside = index < BigInt(boundValue(program.bounds, storage.length ?? 1));
    return {
      storage,
      name: inside
        ? wordName({ struct: struct.name, instance, field: storage.name, index: Number(index) })
        : undefined,
    };
  };
  const isLive = (struct: StructNode, instance: number) =>
    !struct.mortal || words.get(wordName({ struct: struct.name, instance, field: LIVE })) === 1n;

  function assign(word: string, after: bigint): Change {
    const before = words.get(word) ?? 0n;
    words.set(word, after);
    return { word, before, after };
  }

  return {
    words,
    assign,
    addressOf(struct, instance) {
      const address = addresses.get(`${struct}[${instance}]`);
      if (address === undefined) throw new Error(`no address for ${struct}[${instance}]`);
      return address;
    },
    resolve({ struct, field }, address) {
      const hex = () => `0x${address.toString(16)}`;
      const mark = program.marks.find((m) => m.value === address);
      if (mark)
        return {
          property: 'no-sentinel-deref',
          says: `${mark.name} (${hex()}), the mark of a shared page, is read as a struct ${struct}`,
        };
      if (address === 0n) return { property: 'no-null-deref', says: `NULL is read as a struct ${struct}` };
      const object = objects.get(address);
      const stale = (says: string): Fault => ({ property: 'no-stale-deref', says });
      if (object === undefined) {
        const tagged = objects.get(address & ~3n);
        return stale(
          tagged
            ? `${hex()}, a tagged pointer to ${tagged}, is read as a struct ${struct}`
            : `${hex()}, which is no object, is read as a struct ${struct}`,
        );
      }
      const [, name = '', number = ''] = /^(.*)\[(\d+)\]$/.exec(object) ?? [];
      if (name !== struct) return stale(`${object} is read as a struct ${struct}`);
      const node = structs.get(struct) ?? structNamed(program, struct);
      if (field !== LIVE && !isLive(node, Number(number)))
        return stale(`${object} is read after it was freed`);
      return Number(number);
    },
    load(place, instance, index) {
      const { storage, name } = locate(place, instance, index);
      if (name === undefined) return storage.sparse ? { word: null, value: 0n } : undefined;
      return { word: name, value: BigInt.asUintN(bitsOf(place.type), words.get(name) ?? 0n) };
    },
    store(place, instance, index, value) {
      const { storage, name } = locate(place, instance, index);
      if (name === undefined) return undefined;
      const [part, whole] = [bitsOf(place.type), bitsOf(storage.type)];
      const old = words.get(name) ?? 0n;
      const kept = part < whole ? (old >> BigInt(part)) << BigInt(part) : 0n;
      return assign(name, kept | BigInt.asUintN(part, value));
    },
  };
}
