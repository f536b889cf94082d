/** What all steps of a program have in common as SMT terms: addresses, initial values, control points, locks. */

import { lockWords } from '../lang/fields.ts';
import { structNamed } from '../lang/program.ts';
import { type Bits, bitsOf } from '../lang/types.ts';
import { storageOf, wordName } from '../lang/words.ts';
import { assert } from '../support/assert.ts';
import type { Graph, NodeId } from '../system/graph.ts';
import type { Term, Terms } from './terms.ts';

export const addressSymbol = (struct: string, instance: number): string => `&${struct}[${instance}]`;

/** Terms of the objects' addresses and of the words that keep their initial values. */
export interface Setting {
  readonly graph: Graph;
  readonly terms: Terms;
  address(struct: string, instance: number): Term;
  /** Position of each lock word in the order in which locks may be taken; empty where that is not asked. */
  readonly lockRank: ReadonlyMap<string, number>;
  /** Initial term of a storage word. */
  initial(name: string, bits: Bits): Term;
  /** The control points by their nodes; numbers begin with 1, as 0 is idle. */
  readonly pointAt: ReadonlyMap<NodeId, number>;
  /** Names of the words that are locks. */
  readonly lockWords: readonly string[];
}

export function createSetting(graph: Graph, terms: Terms, lockOrder: readonly string[]): Setting {
  const { program } = graph;
  const initialTerms = new Map<string, Term>();
  const address = (struct: string, instance: number) =>
    terms.address(addressSymbol(struct, instance), structNamed(program, struct).align);
  for (const { place, value } of program.initial) {
    assert(place.pointer.kind === 'address', 'an initial value belongs to a known object');
    const storage = storageOf(structNamed(program, place.struct), place.field);
    const index = place.index?.kind === 'const' ? { index: Number(place.index.value) } : {};
    const name = wordName({
      struct: place.struct,
      instance: place.pointer.instance,
      field: storage.name,
      ...index,
    });
    if (value.kind === 'address') initialTerms.set(name, address(value.struct, value.instance));
    else {
      assert(value.kind === 'const', 'an initial value is a constant or an address');
      initialTerms.set(name, terms.constant(bitsOf(storage.type), value.value));
    }
  }
  return {
    graph,
    terms,
    address,
    lockRank: new Map(lockOrder.map((word, i) => [word, i])),
    initial: (name, bits) => initialTerms.get(name) ?? terms.constant(bits, 0n),
    pointAt: new Map(graph.points.map((p, i) => [p.node, i + 1])),
    lockWords: lockWords(program).map((w) => w.name),
  };
}
