/** Where objects can lie, in full: proofs do with less of it, but a counterexample has to be possible. */
import { ERROR_POINTERS, KERNEL_HALF, objectsOf } from '../lang/addresses.ts';
import { structNamed } from '../lang/program.ts';
import type { Term } from '../semantics/terms.ts';
import type { Transitions } from '../semantics/transitions.ts';

/** Each object lies in the kernel's half of the addresses, aligned, and apart from the others. */
export function placement({ graph, terms, setting }: Transitions): readonly Term[] {
  const word = (value: bigint) => terms.constant(64, value);
  const objects = objectsOf(graph.program).map(({ name, struct }) => {
    const { size, align } = structNamed(graph.program, struct);
    const address = setting.address(struct, Number(/\[(\d+)\]$/.exec(name)?.[1]));
    return { address, size: BigInt(size), align: BigInt(align) };
  });
  type Placed = (typeof objects)[number];
  const before = (a: Placed, b: Placed) =>
    terms.binary('ule', terms.binary('add', a.address, word(a.size)), b.address);
  const alone = objects.flatMap(({ address, size, align }) => [
    terms.binary('ule', word(KERNEL_HALF), address),
    terms.binary('ule', address, word(ERROR_POINTERS - size)),
    terms.eq(
      terms.binary('band', terms.convert('trunc', 32, address), terms.constant(32, align - 1n)),
      terms.constant(32, 0n),
    ),
  ]);
  const apart = objects.flatMap((a, i) =>
    objects.slice(0, i).map((b) => terms.or(before(a, b), before(b, a))),
  );
  return [...alone, ...apart];
}
