/** The memory of random programs: every width, unions with narrower members, pointers, arrays, locks, ghosts. */
import type { Effect, ExprNode, FieldNode } from './nodes.ts';
import { array, pointer, sparse, struct, unionWith } from './structs.ts';
import { bitsOf, bool, sameType, type Type, u8, u32, u64 } from './types.ts';

/** Random decisions; 0 is the simplest. */
export interface Draw {
  /** A number from 0 to n - 1. */
  below(n: number): number;
}

/** Where a stream of decisions begins, and after how many it is all zeros. */
export interface Decisions {
  readonly seed: number;
  readonly length: number;
}

/** G. Marsaglia, "Xorshift RNGs", 2003, 32 bits. */
export function drawFrom({ seed, length }: Decisions): Draw {
  let state = seed + 0x9e3779b9;
  let left = length;
  return {
    below(n) {
      if (left-- <= 0) return 0;
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return Math.floor(((state >>> 0) / 2 ** 32) * n);
    },
  };
}

export const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw.below(list.length)] as T;

/** True in `part` of `of` draws, but not for the simplest one. */
export const chance = (draw: Draw, part: number, of: number): boolean => draw.below(of) >= of - part;

/** Every field of this struct can be stored to; `wide` and `next` are unions. */
const node = struct(
  'node',
  {
    wide: u64,
    wide32: unionWith('wide', u32),
    wide8: unionWith('wide', u8),
    wide1: unionWith('wide', bool),
    next: pointer('node'),
    next64: unionWith('next', u64),
    next8: unionWith('next', u8),
    half: u32,
    half8: unionWith('half', u8),
    byte: u8,
    byte1: unionWith('byte', bool),
    flag: bool,
    box: pointer('box'),
    row: array(u64, 'slots'),
    far: sparse(array(u32, 'slots')),
    lock: { field: u8, lock: true },
  },
  { instances: 2 },
);
const box = struct('box', { value: u64, low: u8, back: pointer('node') }, { instances: 2, mortal: true });
/** Nothing stores to it. */
const fixed = struct('fixed', { wide: u64, byte: u8, to: pointer('node'), row: array(u8, 'slots') });
const ghost = struct('ghost', { wide: u64, byte: u8, flag: bool, at: pointer('node') }, { ghost: true });

export const structs = [box, fixed, ghost, node].map((s) => s.node);
export const slots = 2;
export const MARK = 1n;

/** Instances by struct. */
export const instances: Readonly<Record<string, number>> = { box: 2, fixed: 1, ghost: 1, node: 2 };

export interface FieldOf {
  readonly struct: string;
  readonly field: FieldNode;
}

const all: readonly FieldOf[] = structs.flatMap((s) => s.fields.map((field) => ({ struct: s.name, field })));

export function fieldsOfType(type: Type, where: 'all' | 'stored' | 'ghost'): readonly FieldOf[] {
  return all.filter(
    ({ struct: s, field }) =>
      sameType(field.type, type) &&
      !field.lock &&
      (where === 'all' || (where === 'ghost' ? s === 'ghost' : s === 'node' || s === 'box')),
  );
}

export const types: readonly Type[] = [u8, u32, u64, bool, pointer('node'), pointer('box')];

export const addressNode = (name: string, instance: number): ExprNode => ({
  kind: 'address',
  type: { kind: 'pointer', struct: name },
  struct: name,
  instance,
});

/** A constant of this type: small, near a width, near an end of the range, or anything. */
export function constantNode(draw: Draw, type: Type): ExprNode {
  const bits = bitsOf(type);
  const top = 1n << BigInt(bits);
  const interesting = [0n, 1n, 2n, 3n, 7n, 8n, 9n, 31n, 32n, 63n, 64n, top - 1n, top >> 1n, (top >> 1n) - 1n];
  const anything = () => {
    let n = 0n;
    for (let i = 0; i < bits; i += 16) n = (n << 16n) | BigInt(draw.below(1 << 16));
    return n;
  };
  const value = chance(draw, 1, 4) ? anything() : pick(draw, interesting);
  return { kind: 'const', type, value: BigInt.asUintN(bits, value) };
}

/** Random initial values for most words; boxes live, mostly. */
export function initialEffects(draw: Draw): readonly Effect[] {
  return structs.flatMap((s) =>
    Array.from({ length: instances[s.name] as number }, (_, instance) =>
      s.fields
        .filter((f) => f.aliasOf === undefined && !f.lock)
        .flatMap((f): Effect[] =>
          Array.from({ length: f.length === undefined ? 1 : slots }, (_, i) => ({
            place: {
              struct: s.name,
              field: f.name,
              type: f.type,
              pointer: addressNode(s.name, instance),
              ...(f.length !== undefined && {
                index: { kind: 'const', type: u64, value: BigInt(i) } as const,
              }),
              access: 'plain',
            },
            value: initialValue(draw, f),
          })),
        ),
    ).flat(),
  );
}

function initialValue(draw: Draw, field: FieldNode): ExprNode {
  const { type } = field;
  if (field.name === 'live') return { kind: 'const', type, value: chance(draw, 1, 4) ? 0n : 1n };
  if (type.kind === 'word') return constantNode(draw, type);
  if (chance(draw, 1, 8)) return { kind: 'const', type, value: pick(draw, [0n, MARK]) };
  return addressNode(type.struct, draw.below(instances[type.struct] as number));
}
