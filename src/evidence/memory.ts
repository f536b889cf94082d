/** The kernel's memory during replay: one integer a word, and where each object lies. */

import type { Place, StructNode } from '../lang/nodes.ts';
import { boundValue, type Program, structNamed } from '../lang/program.ts';
import { LIVE } from '../lang/structs.ts';
import { bitsOf } from '../lang/types.ts';
import { instancesOf, stateWords, storageOf, wordName } from '../lang/words.ts';

/** Start addresses by `struct[instance]`. */
export type Addresses = ReadonlyMap<string, bigint>;

/** Addresses that satisfy what is known of them: aligned, disjoint, kernel half; a page apart. */
export function defaultAddresses(program: Program): Addresses {
  const map = new Map<string, bigint>();
  let next = 0xffff_8880_0001_0000n;
  for (const struct of program.structs)
    for (let i = 0; i < instancesOf(program, struct); i++) {
      map.set(`${struct.name}[${i}]`, next);
      next += 0x1000n;
    }
  return map;
}

/** Why a pointer cannot be dereferenced, and the property that says it should. */
export interface Fault {
  readonly property: 'no-sentinel-deref' | 'no-null-deref' | 'no-stale-deref';
  readonly says: string;
}

export interface Memory {
  readonly words: ReadonlyMap<string, bigint>;
  addressOf(struct: string, instance: number): bigint;
  /** Which object of `struct` lies at `address`, or why that is not one. */
  resolve(struct: string, address: bigint): number | Fault;
  /** undefined: `index` is past the end of the array. */
  load(place: Place, instance: number, index: bigint | undefined): bigint | undefined;
  /** The name and the new value of the word stored to; undefined as for load. */
  store(
    place: Place,
    instance: number,
    index: bigint | undefined,
    value: bigint,
  ): { readonly word: string; readonly value: bigint } | undefined;
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

  return {
    words,
    addressOf(struct, instance) {
      const address = addresses.get(`${struct}[${instance}]`);
      if (address === undefined) throw new Error(`no address for ${struct}[${instance}]`);
      return address;
    },
    resolve(struct, address) {
      const hex = `0x${address.toString(16)}`;
      const mark = program.marks.find((m) => m.value === address);
      if (mark)
        return {
          property: 'no-sentinel-deref',
          says: `${mark.name} (${hex}), the mark of a shared page, is read as a struct ${struct}`,
        };
      if (address === 0n) return { property: 'no-null-deref', says: `NULL is read as a struct ${struct}` };
      const object = objects.get(address);
      const stale = (says: string): Fault => ({ property: 'no-stale-deref', says });
      if (object === undefined) {
        const tagged = objects.get(address & ~3n);
        return stale(
          tagged
            ? `${hex}, a tagged pointer to ${tagged}, is read as a struct ${struct}`
            : `${hex}, which is no object, is read as a struct ${struct}`,
        );
      }
      const [, name = '', number = ''] = /^(.*)\[(\d+)\]$/.exec(object) ?? [];
      if (name !== struct) return stale(`${object} is read as a struct ${struct}`);
      const node = structs.get(struct) ?? structNamed(program, struct);
      if (!isLive(node, Number(number))) return stale(`${object} is read after it was freed`);
      return Number(number);
    },
    load(place, instance, index) {
      const { storage, name } = locate(place, instance, index);
      if (name === undefined) return storage.sparse ? 0n : undefined;
      return BigInt.asUintN(bitsOf(place.type), words.get(name) ?? 0n);
    },
    store(place, instance, index, value) {
      const { storage, name } = locate(place, instance, index);
      if (name === undefined) return undefined;
      const [part, whole] = [bitsOf(place.type), bitsOf(storage.type)];
      const old = words.get(name) ?? 0n;
      const kept = part < whole ? (old >> BigInt(part)) << BigInt(part) : 0n;
      const stored = kept | BigInt.asUintN(part, value);
      words.set(name, stored);
      return { word: name, value: stored };
    },
  };
}
