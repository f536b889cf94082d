/** Code that finds, reads and writes the word of a place, once it is known which object and which element. */
import type { Place } from '../lang/nodes.ts';
import { boundValue, structNamed } from '../lang/program.ts';
import { bitsOf, type Type } from '../lang/types.ts';
import { storageOf } from '../lang/words.ts';
import type { CodeContext } from './code-context.ts';
import { constantTable } from './initial-words.ts';
import { fieldSlot, type Slot } from './layout.ts';
import { convert, insert } from './operator-code.ts';
import { type Bit, readBits, writeBits } from './packed-words.ts';

/** A word of the state, of a table of constants, or one that nothing reads: only the first has a slot. */
export interface Located {
  readonly slot: Slot | undefined;
  readonly bit: Bit;
  /** The number of the word among all of its field's, or code of it. */
  readonly position: string | number;
  readonly storage: { readonly name: string; readonly type: Type };
}

/** The word of a place; `index` is null for a scalar. */
export function locate(
  { graph: { program }, layout }: CodeContext,
  place: Place,
  instance: string | number,
  index: string | number | null,
): Located {
  const struct = structNamed(program, place.struct);
  const storage = storageOf(struct, place.field);
  const slot = fieldSlot(layout, place.struct, storage.name);
  const length = storage.length === undefined ? 1 : boundValue(program.bounds, storage.length);
  const dynamic = typeof instance === 'string' || typeof index === 'string';
  const position = dynamic ? `(${instance} * ${length} + ${index ?? 0})` : instance * length + (index ?? 0);
  const bit = !slot
    ? 0
    : typeof position === 'number'
      ? slot.base + position * slot.width
      : `(${slot.base} + ${position} * ${slot.width})`;
  return { slot, bit, position, storage };
}

/** What the place has of the word. */
export function readLocated(context: CodeContext, place: Place, at: Located): string {
  const whole = at.slot ? readBits(at.bit, at.slot.width) : constantElement(context, place, at);
  return bitsOf(place.type) === bitsOf(at.storage.type)
    ? whole
    : convert(context, 'trunc', at.storage.type, place.type, whole);
}

function constantElement(context: CodeContext, place: Place, at: Located): string {
  const table = constantTable(context, place.struct, at.storage.name, at.storage.type);
  return typeof at.position === 'number'
    ? String(table[at.position])
    : `${context.environment.named(`constant_${place.struct}_${at.storage.name}`, () => table)}[${at.position}]`;
}

/** A statement that stores `value` to the place; none where nothing reads the word. */
export function writeLocated(context: CodeContext, place: Place, at: Located, value: string): string {
  if (!at.slot) return '';
  const { width } = at.slot;
  if (bitsOf(place.type) === bitsOf(at.storage.type)) return writeBits(at.bit, width, value);
  const old = readBits(at.bit, width);
  return writeBits(at.bit, width, insert(context, place.type, at.storage.type, old, value));
}
