/** What a property is, and the predicates that several of them are made of. */

import { page } from '../../models/objects.ts';
import { entryNames } from '../../models/observe.ts';
import type { Policy } from '../../models/scenario.ts';
import { FIRST_PFN, NULL_MAPPING, PAGE_MAPPING_DAX_SHARED } from '../../models/words.ts';
import {
  add,
  and,
  type Bool,
  type Bounds,
  boundValue,
  type Expr,
  instance,
  type Judged,
  ne,
  type ObserverSpec,
  type PropertySpec,
  toWord,
  type U64,
  u64,
  value,
} from '../../src/lang/public.ts';

export interface Property {
  /** Part of the interface: never renamed. */
  readonly id: string;
  /** What must hold, in one sentence. */
  readonly prose: string;
  /** Why it matters, and where it is read from. */
  readonly reason: string;
  /**
   * Who decides it: a predicate given here; the language, at each step (`language`); or an engine, from the
   * whole search (`engine`).
   */
  readonly decidedBy: 'predicate' | 'language' | 'engine';
  /** Speaks of memory failures, so it takes a scenario that has them. */
  readonly ofFailures?: true;
  /** The part of it that is a predicate over the state; nothing where there is none. */
  readonly build: (bounds: Bounds, policy?: Pick<Policy, 'moreOperations'>) => PropertyParts;
}

export interface PropertyParts {
  /** Properties may share these: the same object, for the same bounds, is to be installed once. */
  readonly observers: readonly ObserverSpec[];
  readonly properties: readonly PropertySpec[];
}

export const noParts: PropertyParts = { observers: [], properties: [] };

/** While a CPU is in one of these, words of pages and entries are on their way from one state to the next. */
export const outsideOfAssociation: Judged = {
  when: 'outside',
  functions: ['dax_associate_entry', 'dax_disassociate_entry', 'dax_insert_entry', '__dax_invalidate_entry'],
};

export const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** One predicate for each block. */
export const forBlocks = (bounds: Bounds, holds: (b: number) => Expr<Bool>): Expr<Bool> =>
  and(...upTo(boundValue(bounds, 'blocks')).map(holds));

/** Each slot of each file, also those past the file's offsets: an entry may have been put there by mistake. */
export function slots(bounds: Bounds): readonly (readonly [file: number, slot: number])[] {
  return upTo(boundValue(bounds, 'files')).flatMap((f) =>
    upTo(boundValue(bounds, 'slots')).map((o) => [f, o] as const),
  );
}

/** How many entries name the block. */
export function liveEntries(bounds: Bounds, b: number): Expr<U64> {
  return slots(bounds)
    .map(([f, o]) => toWord(u64, entryNames(f, o, FIRST_PFN + b)))
    .reduce((sum, one) => add(sum, one), value(u64, 0));
}

/** page->mapping is the address of a file's address_space, not NULL and not the mark. */
export function hasOwner(b: number): Expr<Bool> {
  const { mapping } = instance(page, b);
  return and(ne(mapping, NULL_MAPPING), ne(mapping, PAGE_MAPPING_DAX_SHARED));
}
