/** Objects that cannot be told apart: those of a state in the order of what is stored in them and what points to them. */
import type { Program } from '../lang/program.ts';
import type { Compiled } from '../semantics/compiled.ts';
import { readWord, writeWord } from '../semantics/packed-state.ts';
import type { ObjectSort } from '../system/interchangeable-objects.ts';

interface Word {
  readonly bit: number;
  readonly width: number;
}

/** Puts the objects of a sort in order in `compiled.state`. */
export function objectSorter(
  program: Program,
  { state, layout, values, addresses }: Compiled,
  { count, structs }: ObjectSort,
): () => void {
  const objects = Array.from({ length: count }, (_, n) => n);
  /** The words of each object, one after the other. */
  const contents: readonly Word[][] = objects.map(() => []);
  const pointers: Word[] = [];
  for (const struct of program.structs)
    for (const { name, type } of struct.fields) {
      const slot = layout.fields.get(`${struct.name}.${name}`);
      if (!slot) continue;
      const { base, width, stride } = slot;
      const words = Array.from({ length: slot.count }, (_, i) => ({ bit: base + i * stride, width }));
      const each = slot.count / count;
      if (structs.has(struct.name))
        for (const n of objects) contents[n]?.push(...words.slice(n * each, (n + 1) * each));
      else if (type.kind === 'pointer' && structs.has(type.struct)) pointers.push(...words);
    }
  /** Which object of the sort a packed value points to, and the values that do. */
  const numberOf = new Int32Array(values.capacity).fill(-1);
  const structOf = new Map<number, string>();
  const idOf = new Map<string, number>();
  for (const struct of structs)
    for (const n of objects) {
      const name = `${struct}[${n}]`;
      const id = values.idOf(addresses.get(name) as bigint);
      numberOf[id] = n;
      structOf.set(id, struct);
      idOf.set(name, id);
    }
  const before = new Int32Array(state.length);
  const order = [...objects];
  const placeOf = new Int32Array(count);

  const pointsTo = ({ bit, width }: Word): number => numberOf[readWord(state, bit, width)] as number;
  function compare(a: number, b: number): number {
    const [first, second] = [contents[a] as Word[], contents[b] as Word[]];
    for (let i = 0; i < first.length; i++) {
      const [x, y] = [first[i] as Word, second[i] as Word];
      const difference = readWord(state, x.bit, x.width) - readWord(state, y.bit, y.width);
      if (difference !== 0) return difference;
    }
    for (const word of pointers) {
      const n = pointsTo(word);
      if (n === a) return -1;
      if (n === b) return 1;
    }
    return 0;
  }

  return () => {
    for (const n of objects) order[n] = n;
    order.sort(compare);
    if (order.every((n, place) => n === place)) return;
    for (const [place, n] of order.entries()) placeOf[n] = place;
    before.set(state);
    for (const [place, n] of order.entries())
      for (const [i, to] of (contents[place] as Word[]).entries()) {
        const from = (contents[n] as Word[])[i] as Word;
        writeWord(state, to.bit, to.width, readWord(before, from.bit, from.width));
      }
    for (const { bit, width } of pointers) {
      const id = readWord(before, bit, width);
      const n = numberOf[id] as number;
      if (n >= 0) writeWord(state, bit, width, idOf.get(`${structOf.get(id)}[${placeOf[n]}]`) as number);
    }
  };
}
