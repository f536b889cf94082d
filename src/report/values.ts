/** Words and their values as a kernel developer writes them. */
import type { Addresses } from '../lang/addresses.ts';
import { printValue } from '../lang/print.ts';
import { type Program, structNamed } from '../lang/program.ts';
import { bitsOf } from '../lang/types.ts';
import { stateWords, storageOf } from '../lang/words.ts';

/** The value of the word `word`: an object's address as `&page[0]`, a mark by its name, NULL. */
export function valuePrinter(
  program: Program,
  addresses: Addresses,
): (word: string, value: bigint) => string {
  const objects = new Map([...addresses].map(([object, address]) => [address, object]));
  const types = new Map(stateWords(program).map((w) => [w.name, w.type]));
  return (word, value) => {
    const type = types.get(word) ?? { kind: 'word', bits: 64 };
    const object = objects.get(value);
    if (object !== undefined) return `&${object}`;
    const mark = type.kind === 'pointer' ? program.marks.find((m) => m.value === value) : undefined;
    return mark?.name ?? printValue(value, type.kind === 'pointer', bitsOf(type));
  };
}

/** The word under the name of the union member by which it was accessed: `access` ends in the field. */
export function accessedWord(word: string, access: string | null): string {
  const field = access === null ? undefined : /(?:->|\.)(\w+)(?:\[[^\]]*\])?$/.exec(access)?.[1];
  return field === undefined ? word : word.replace(/^(\w+\[\d+\])\.\w+/, `$1.${field}`);
}

/** The words that are locks; their values are masks of holders, which say nothing to a reader. */
export function lockWords(program: Program): ReadonlySet<string> {
  return new Set(
    stateWords(program)
      .filter((w) => storageOf(structNamed(program, w.struct), w.field).lock)
      .map((w) => w.name),
  );
}
