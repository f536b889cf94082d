/** The model language, as a model imports it: `pagedeed/lang`. */
export * from './expressions.ts';
export * from './functions.ts';
export * from './locks.ts';
export * from './program.ts';
export * from './statements.ts';
export { array, type FieldSpec, pointer, type Struct, sparse, struct, unionWith } from './structs.ts';
export {
  type ArrayOf,
  type Bool,
  bool,
  int,
  type Pointer,
  type U8,
  type U32,
  type U64,
  u8,
  u32,
  u64,
  type Word,
} from './types.ts';
