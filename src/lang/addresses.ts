/** Where the objects of a program lie, and what must hold of it for a trace to mean anything. */
import { type Program, structNamed } from './program.ts';
import { instancesOf } from './words.ts';

/** Start addresses by `struct[instance]`. */
export type Addresses = ReadonlyMap<string, bigint>;

export const KERNEL_HALF = 0xffff_8000_0000_0000n;
/** The last page of the address space holds error pointers. */
export const ERROR_POINTERS = 0xffff_ffff_ffff_f000n;

export function objectsOf(program: Program): readonly { readonly name: string; readonly struct: string }[] {
  return program.structs.flatMap((s) =>
    Array.from({ length: instancesOf(program, s) }, (_, i) => ({ name: `${s.name}[${i}]`, struct: s.name })),
  );
}

/** Addresses that satisfy what is known of them: aligned, disjoint, kernel half; some pages apart. */
export function defaultAddresses(program: Program): Addresses {
  const map = new Map<string, bigint>();
  let next = 0xffff_8880_0001_0000n;
  for (const { name, struct } of objectsOf(program)) {
    map.set(name, next);
    next += (BigInt(structNamed(program, struct).size) + 0xfffn) & ~0xfffn;
  }
  return map;
}

/** Why the kernel could not have placed the objects so; null if it could. */
export function addressesFault(program: Program, addresses: Addresses): string | null {
  const objects = objectsOf(program);
  const ranges: { name: string; from: bigint; to: bigint }[] = [];
  for (const { name, struct } of objects) {
    const from = addresses.get(name);
    if (from === undefined) return `${name} has no address`;
    const { size, align } = structNamed(program, struct);
    const to = from + BigInt(size);
    if (from % BigInt(align) !== 0n) return `${name} is not aligned to ${align}`;
    if (from < KERNEL_HALF || to > ERROR_POINTERS) return `${name} lies outside the kernel's addresses`;
    ranges.push({ name, from, to });
  }
  if (addresses.size !== objects.length) return 'an address belongs to no object';
  ranges.sort((a, b) => (a.from < b.from ? -1 : 1));
  for (const [i, range] of ranges.entries()) {
    const after = ranges[i + 1];
    if (after && range.to > after.from) return `${range.name} and ${after.name} overlap`;
  }
  return null;
}
