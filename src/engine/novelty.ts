/**
 * Which states of a search show something new: two words with two values that no state before had together
 * (the novelty of Lipovetzky and Geffner, "Width and serialization of classical planning problems", 2012).
 * A search that goes on from these alone comes by few states to nearly all values that words can have.
 */
import type { Layout } from '../semantics/layout.ts';

/** Values of one word that are told apart: one that counts without end is not new for ever. */
const MOST_VALUES = 256;

/** Says of each state whether it is new among those that it was asked about. */
export function createNovelty(layout: Layout): (state: Int32Array) => boolean {
  const slots = [...layout.fields.values(), layout.pc, ...layout.registers].filter((s) => s.width > 0);
  const words = slots.flatMap(({ base, stride, width, count }) =>
    Array.from({ length: count }, (_, i) => ({
      bit: base + i * stride,
      mask: 2 ** width - 1,
      /** By value: its number among the values of all words. */
      numbers: new Map<number, number>(),
    })),
  );
  /** By number: bit n, the value was seen together with the one of number n. Of two numbers the larger has the bit. */
  const together: Uint32Array[] = [];
  const present = new Int32Array(words.length);

  function numberOf(numbers: Map<number, number>, value: number): number {
    const known = numbers.get(value);
    if (known !== undefined) return known;
    if (numbers.size === MOST_VALUES) return numbers.values().next().value as number;
    numbers.set(value, together.length);
    return together.push(new Uint32Array((together.length >>> 5) + 1)) - 1;
  }

  /** Whether the two are seen together for the first time. */
  function meet(a: number, b: number): boolean {
    const row = together[Math.max(a, b)] as Uint32Array;
    const bit = Math.min(a, b);
    const before = row[bit >>> 5] as number;
    row[bit >>> 5] = before | (1 << (bit & 31));
    return row[bit >>> 5] !== before;
  }

  return (state) => {
    let isNew = false;
    for (const [i, { bit, mask, numbers }] of words.entries()) {
      const here = numberOf(numbers, ((state[bit >>> 5] as number) >>> (bit & 31)) & mask);
      present[i] = here;
      for (let j = 0; j <= i; j++) if (meet(here, present[j] as number)) isNew = true;
    }
    return isNew;
  };
}
