/** The words that a program's state consists of: one for each object, field and array element. */
import { ModelError } from './expressions.ts';
import type { FieldNode, StructNode } from './nodes.ts';
import { boundValue, type Program } from './program.ts';
import type { Type } from './types.ts';

export interface WordId {
  readonly struct: string;
  readonly instance: number;
  readonly field: string;
  /** Position in an array, from 0; absent for a scalar. */
  readonly index?: number;
}

export interface StateWord extends WordId {
  readonly name: string;
  readonly type: Type;
  readonly ghost: boolean;
}

/** `page[0].mapping`, `address_space[1].i_pages[0]`; a struct with one object drops its number. */
export function wordName(id: WordId): string {
  return `${id.struct}[${id.instance}].${id.field}${id.index === undefined ? '' : `[${id.index}]`}`;
}

/** The field whose storage a field uses: itself, or the union member it aliases. */
export function storageOf(struct: StructNode, name: string): FieldNode {
  const field = struct.fields.find((f) => f.name === name);
  if (!field) throw new ModelError(`struct ${struct.name} has no field ${name}`);
  return field.aliasOf === undefined ? field : storageOf(struct, field.aliasOf);
}

export function instancesOf(program: Program, struct: StructNode): number {
  return boundValue(program.bounds, struct.instances);
}

/** Every word of the state, structs in the program's order, objects and fields in declaration order. */
export function stateWords(program: Program): readonly StateWord[] {
  const known = wordsOf.get(program) ?? listWords(program);
  wordsOf.set(program, known);
  return known;
}

/** A run begins with them, and there are many runs of a program. */
const wordsOf = new WeakMap<Program, readonly StateWord[]>();

function listWords(program: Program): readonly StateWord[] {
  return program.structs.flatMap((struct) =>
    Array.from({ length: instancesOf(program, struct) }, (_, instance) => instance).flatMap((instance) =>
      struct.fields
        .filter((f) => f.aliasOf === undefined)
        .flatMap((f): StateWord[] => {
          const base = { struct: struct.name, instance, field: f.name };
          const common = { type: f.type, ghost: struct.ghost || f.name === 'live' };
          if (f.length === undefined) return [{ ...base, ...common, name: wordName(base) }];
          return Array.from({ length: boundValue(program.bounds, f.length) }, (_, index) => {
            const id = { ...base, index };
            return { ...id, ...common, name: wordName(id) };
          });
        }),
    ),
  );
}
