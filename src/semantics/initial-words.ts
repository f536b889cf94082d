/** The words that a program begins with: those of the state, and tables of those that never change. */
import type { ExprNode, Place } from '../lang/nodes.ts';
import { boundValue, type Program, structNamed } from '../lang/program.ts';
import type { Type } from '../lang/types.ts';
import { instancesOf, storageOf } from '../lang/words.ts';
import { assert } from '../support/assert.ts';
import type { CodeContext } from './code-context.ts';
import { fieldSlot } from './layout.ts';
import { packed } from './values.ts';

/** The words of a field that nothing stores to, object by object and element by element. */
export function constantTable(context: CodeContext, struct: string, field: string, type: Type): Int32Array {
  const { program } = context.graph;
  const node = structNamed(program, struct);
  const length = elements(program, struct, field);
  const table = new Int32Array(instancesOf(program, node) * length);
  for (const { place, value } of program.initial) {
    if (place.struct !== struct || storageOf(node, place.field).name !== field) continue;
    table[position(place, length)] = initialWord(context, value, type);
  }
  return table;
}

/** Makes `state` the initial one. */
export function writeInitialState(context: CodeContext, state: Int32Array): void {
  const { layout, graph } = context;
  const { program } = graph;
  state.fill(0);
  for (const { place, value } of program.initial) {
    const storage = storageOf(structNamed(program, place.struct), place.field);
    const slot = fieldSlot(layout, place.struct, storage.name);
    if (!slot) continue;
    const bit = slot.base + position(place, elements(program, place.struct, place.field)) * slot.width;
    const mask = 2 ** slot.width - 1;
    state[bit >>> 5] =
      ((state[bit >>> 5] as number) & ~(mask << (bit & 31))) |
      (initialWord(context, value, storage.type) << (bit & 31));
  }
}

/** How many elements a field has; 1 where it is a scalar. */
function elements(program: Program, struct: string, field: string): number {
  const { length } = storageOf(structNamed(program, struct), field);
  return length === undefined ? 1 : boundValue(program.bounds, length);
}

/** Of an initial value's place, among all of its field. */
function position({ pointer, index }: Place, length: number): number {
  assert(pointer.kind === 'address', 'an initial value belongs to a known object');
  return pointer.instance * length + (index?.kind === 'const' ? Number(index.value) : 0);
}

function initialWord({ values, addresses }: CodeContext, value: ExprNode, type: Type): number {
  if (value.kind === 'address')
    return values.idOf(addresses.get(`${value.struct}[${value.instance}]`) as bigint);
  assert(value.kind === 'const', 'an initial value is a constant or an address');
  return packed(values, type, value.value);
}
