/** Which fields of a program change, and which are looked at. */

import type { ExprNode, Place, StmtNode, StructNode } from './nodes.ts';
import { type Program, predicatesOf, structNamed } from './program.ts';
import { LIVE } from './structs.ts';
import { eachExpression, eachStatement, expressionsOf, placeExpressions, storesOf } from './walk.ts';
import { type StateWord, stateWords, storageOf } from './words.ts';

/** `struct.field` of a place's storage. */
export function storageKey(program: Program, place: Place): string {
  return `${place.struct}.${storageOf(structNamed(program, place.struct), place.field).name}`;
}

/** `struct.field` of what an expression loads. */
export function fieldsRead(program: Program, root: ExprNode): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const node of eachExpression(root))
    if (node.kind === 'load') keys.add(storageKey(program, node.place));
  return keys;
}

function allStorages(program: Program): readonly string[] {
  return program.structs.flatMap((s) => s.fields.filter((f) => !f.aliasOf).map((f) => `${s.name}.${f.name}`));
}

function* statementsOf(program: Program): Generator<StmtNode> {
  for (const f of program.functions) yield* eachStatement(f.body);
  for (const o of program.observers) yield* eachStatement([...o.enter, ...o.exit]);
}

/** Storages that no function and no observer stores to. */
export function constantFields(program: Program): ReadonlySet<string> {
  const stored = new Set<string>();
  for (const stmt of statementsOf(program))
    for (const place of storesOf(stmt)) stored.add(storageKey(program, place));
  for (const { place } of program.afterOops ?? []) stored.add(storageKey(program, place));
  return new Set(allStorages(program).filter((key) => !stored.has(key)));
}

/** Arrays with an element for each CPU, which operations store to, each to that of its own CPU, and nobody else. */
export function ownFields(program: Program): ReadonlySet<string> {
  const own = new Set<string>();
  const others = new Set<string>();
  for (const fn of program.functions)
    for (const stmt of eachStatement(fn.body))
      for (const place of storesOf(stmt)) {
        const byItself =
          program.operations.includes(fn.name) && place.index !== undefined && isOwnCpu(place.index);
        (byItself ? own : others).add(storageKey(program, place));
      }
  return new Set([...own].filter((key) => !others.has(key)));
}

const isOwnCpu = (index: ExprNode): boolean =>
  index.kind === 'cpu' || (index.kind === 'convert' && index.how === 'zext' && isOwnCpu(index.operand));

/** `struct.field` of the words that are locks. */
export const lockFields = (structs: readonly StructNode[]): ReadonlySet<string> =>
  new Set(structs.flatMap((s) => s.fields.filter((f) => f.lock).map((f) => `${s.name}.${f.name}`)));

/** The words of a program's state that are locks, in their order. */
export function lockWords(program: Program): readonly StateWord[] {
  const locks = lockFields(program.structs);
  return stateWords(program).filter((w) => locks.has(`${w.struct}.${w.field}`));
}

/** Storages that no function, observer or property loads; whether an object lives, and who holds a lock, always matters. */
export function unreadFields(program: Program): ReadonlySet<string> {
  const roots = [
    ...[...statementsOf(program)].flatMap(expressionsOf),
    ...(program.afterOops ?? []).flatMap((e) => [...placeExpressions(e.place), e.value]),
    ...predicatesOf(program),
  ];
  const loaded = new Set(roots.flatMap((root) => [...fieldsRead(program, root)]));
  const locks = lockFields(program.structs);
  return new Set(
    allStorages(program).filter((key) => !loaded.has(key) && !locks.has(key) && !key.endsWith(`.${LIVE}`)),
  );
}
