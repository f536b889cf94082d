/** CPUs that cannot be told apart: those of a state in the order of where they stand and what they remember. */

import type { Place } from '../lang/nodes.ts';
import { type Compiled, SUCCESSOR } from '../semantics/compiled.ts';
import { readWord, writeWord } from '../semantics/packed-state.ts';
import { assert } from '../support/assert.ts';
import type { CpuSort } from '../system/interchangeable-cpus.ts';
import { instanceOf } from '../system/turns.ts';
import { type Settler, Uneven } from './settler.ts';

/** Where each CPU goes, which one comes to each place, and the same as exchanges of two. */
interface Exchange {
  readonly to: readonly number[];
  readonly from: readonly number[];
  readonly swaps: readonly (readonly [number, number])[];
}

export function exchangeCpus(compiled: Compiled, { count, masks, own, turns }: CpuSort): Settler {
  const { state, layout } = compiled;
  const { cells, pc } = layout;
  const ownCells = (cells - layout.own) / count;
  const exchanges = permutations(count).map(
    (to): Exchange => ({ to, from: to.map((_, place) => to.indexOf(place)), swaps: swapsOf(to) }),
  );
  const slotsOf = (keys: ReadonlySet<string>) => [...keys].flatMap((key) => layout.fields.get(key) ?? []);
  /** The bits of CPU 0 in the lock words of a cell, by cell. */
  const maskBits = new Map<number, number>();
  for (const { base, width, count: words } of slotsOf(masks))
    for (let bit = base; bit < base + words * width; bit += width)
      maskBits.set(bit >>> 5, (maskBits.get(bit >>> 5) ?? 0) | (0x11 << (bit & 31)));
  const maskCells = [...maskBits];
  const elements = slotsOf(own).flatMap(({ base, width, count: words }) =>
    Array.from({ length: words / count }, (_, i) => ({ width, base: base + i * count * width })),
  );
  /** By control point: both turns of those it is one of. */
  const turnAt: (readonly [number, number])[] = [];
  for (const pair of turns?.points ?? []) for (const point of pair) turnAt[point] = pair;
  const readers = turns ? bitOf(turns.of) : 0;
  /** Where a byte lies. */
  function bitOf(place: Place): number {
    const slot = layout.fields.get(`${place.struct}.${place.field}`);
    assert(slot, 'a word that is stored to and looked at is part of the state');
    return slot.base + instanceOf(place) * slot.stride;
  }
  const image = new Int32Array(cells);
  const best = new Int32Array(cells);

  const pointOf = (cpu: number): number => readWord(state, pc.base + cpu * pc.stride, pc.width);
  const moveTo = (cpu: number, point: number): void =>
    writeWord(state, pc.base + cpu * pc.stride, pc.width, point);

  function passTurn(): number {
    for (let cpu = 0; cpu < count; cpu++) {
      const point = pointOf(cpu);
      const pair = turnAt[point];
      if (!pair) continue;
      if ((readWord(state, readers, 8) >>> cpu) & 1) throw new Uneven('a reader waits for all readers');
      if (point !== pair[cpu]) continue;
      if (compiled.resumes[point]?.(cpu) !== SUCCESSOR) throw new Uneven('a turn is not over');
      return cpu;
    }
    return -1;
  }
  /** Has CPUs that wait for the other stand at the same point; false: none does. */
  function evenOut(): boolean {
    while (passTurn() >= 0);
    let any = false;
    for (let cpu = 0; cpu < count; cpu++) {
      const pair = turnAt[pointOf(cpu)];
      if (!pair) continue;
      any = true;
      moveTo(cpu, pair[0]);
    }
    return any;
  }
  /** Has each stand where it waits for the other. */
  function putBack(): void {
    for (let cpu = 0; cpu < count; cpu++) moveTo(cpu, turnAt[pointOf(cpu)]?.[1 - cpu] ?? pointOf(cpu));
  }

  function compare(a: number, b: number): number {
    const [first, second] = [layout.own + a * ownCells, layout.own + b * ownCells];
    for (let i = 0; i < ownCells; i++) {
      const difference = (state[first + i] as number) - (state[second + i] as number);
      if (difference !== 0) return difference;
    }
    return 0;
  }
  function isInOrder({ from }: Exchange): boolean {
    for (let place = 1; place < count; place++)
      if (compare(from[place - 1] as number, from[place] as number) > 0) return false;
    return true;
  }

  function makeImage({ to, swaps }: Exchange): void {
    image.set(state);
    for (let cpu = 0; cpu < count; cpu++) {
      const [from, at] = [layout.own + cpu * ownCells, layout.own + (to[cpu] as number) * ownCells];
      for (let i = 0; i < ownCells; i++) image[at + i] = state[from + i] as number;
      for (const { base, width } of elements)
        writeWord(
          image,
          base + (to[cpu] as number) * width,
          width,
          readWord(state, base + cpu * width, width),
        );
    }
    for (const [cell, bits] of maskCells)
      for (const [a, b] of swaps) {
        const word = image[cell] as number;
        const [low, high] = [bits << a, bits << b];
        image[cell] = (word & ~(low | high)) | ((word & low) << (b - a)) | ((word >>> (b - a)) & low);
      }
  }
  function isLess(than: Int32Array): boolean {
    for (let i = 0; i < cells; i++)
      if (image[i] !== than[i]) return (image[i] as number) < (than[i] as number);
    return false;
  }

  return {
    settle() {
      const isEven = turns && evenOut();
      // The first exchange is none.
      let chosen = isInOrder(exchanges[0] as Exchange) ? 0 : -1;
      for (let e = 1; e < exchanges.length; e++) {
        const exchange = exchanges[e] as Exchange;
        if (!isInOrder(exchange)) continue;
        makeImage(exchange);
        if (chosen >= 0 && !isLess(chosen === 0 ? state : best)) continue;
        chosen = e;
        best.set(image);
      }
      if (chosen > 0) state.set(best);
      if (isEven) putBack();
      return chosen;
    },
    passTurn,
    moved(mask, exchange) {
      const { to } = exchanges[exchange] as Exchange;
      return to.reduce((sum, place, cpu) => sum | (((mask >>> cpu) & 1) << place), 0);
    },
  };
}

/** All orders of 0 to `count` - 1, the given one first. */
function permutations(count: number): readonly (readonly number[])[] {
  if (count === 0) return [[]];
  return Array.from({ length: count }, (_, first) =>
    permutations(count - 1).map((rest) => [first, ...rest.map((n) => (n < first ? n : n + 1))]),
  ).flat();
}

/** Exchanges of two, the lower first, that one after the other bring each CPU to its place. */
function swapsOf(to: readonly number[]): readonly (readonly [number, number])[] {
  const now = [...to];
  const swaps: [number, number][] = [];
  for (let place = 0; place < now.length; place++) {
    const from = now.indexOf(place);
    if (from === place) continue;
    swaps.push([place, from]);
    now[from] = now[place] as number;
    now[place] = place;
  }
  return swaps;
}
