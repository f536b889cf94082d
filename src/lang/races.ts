/**
 * Data races: two CPUs are each about to make a plain access to the same word, one of them a store, and nothing
 * makes either wait for the other. `no-data-race` is about the words that say who owns an object, or about all
 * words of a program that marks none so; `no-data-race:STRUCT.FIELD` is about that field.
 */
import { type Program, structNamed } from './program.ts';
import { storageOf } from './words.ts';

const NO_DATA_RACE = 'no-data-race';

export const isDataRace = (property: string): boolean =>
  property === NO_DATA_RACE || property.startsWith(`${NO_DATA_RACE}:`);

/** The property that is about one field, given as `STRUCT.FIELD`. */
export const raceOn = (field: string): string => `${NO_DATA_RACE}:${field}`;

/** The fields that can race, as `STRUCT.FIELD`; of a union only the storage. */
export function racingFields(program: Program): readonly string[] {
  return program.structs
    .filter((s) => !s.ghost)
    .flatMap((s) => s.fields.filter((f) => !f.lock && !f.aliasOf).map((f) => `${s.name}.${f.name}`));
}

/** The fields that a property of this kind is about, as `STRUCT.FIELD` of their storage; none that does not exist. */
export function fieldsOfRace(program: Program, property: string): ReadonlySet<string> {
  const all = racingFields(program);
  if (property === NO_DATA_RACE) {
    const owners = program.structs.flatMap((s) =>
      s.fields.filter((f) => f.owner).map((f) => `${s.name}.${f.name}`),
    );
    return new Set(owners.length > 0 ? owners : all);
  }
  const [struct = '', field = '', ...more] = property.slice(NO_DATA_RACE.length + 1).split('.');
  if (more.length > 0) return new Set();
  const known = program.structs.some((s) => s.name === struct && s.fields.some((f) => f.name === field));
  const storage = known ? `${struct}.${storageOf(structNamed(program, struct), field).name}` : '';
  return new Set(all.filter((name) => name === storage));
}
