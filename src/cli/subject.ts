/** What a check is about: programs and the properties asked of each. */
import { functionLines } from '../lang/print.ts';
import type { Program } from '../lang/program.ts';
import { fieldsOfRace, isDataRace, raceOn, racingFields } from '../lang/races.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { didYouMean } from '../support/nearest.ts';

export interface Cell {
  readonly scenario: string;
  readonly program: Program;
  readonly properties: readonly string[];
}

/** Asks for each function of a program by itself. */
export const REACH_ALL = 'reach:*';

/** Properties with `reach:*` written out. */
export function writtenOut(program: Program, properties: readonly string[]): readonly string[] {
  return [...new Set(properties.flatMap((id) => (id === REACH_ALL ? reachEach(program) : [id])))];
}

const reachEach = (program: Program): readonly string[] => program.functions.map((fn) => `reach:${fn.name}`);

/** Errors: PD0102 for a property that is not among `known`, nor names a place of the program. */
export function checkPropertyNames(
  asked: readonly string[],
  known: readonly string[],
  program: Program | null,
): void {
  const unknown = asked.find(
    (id) => id !== REACH_ALL && !known.includes(id) && !(program ? isPlace(program, id) : mayNamePlace(id)),
  );
  if (unknown === undefined) return;
  const names = [...known, ...(program ? placesIn(program) : [])];
  throw new PagedeedError({
    code: 'PD0102',
    message: `no property is called ${unknown}`,
    hint: didYouMean(unknown, names) ?? 'pagedeed list properties prints them all',
  });
}

/** Before a property's name: on runs that go on after an oops. */
export const AFTER_OOPS = 'after-oops:';

/** A property that names a place of a program: `reach:FUNCTION`, or `no-data-race:STRUCT.FIELD`. */
export const mayNamePlace = (id: string): boolean => id.startsWith('reach:') || isDataRace(id);

const placesIn = (program: Program): readonly string[] => [
  ...reachEach(program),
  ...racingFields(program).map(raceOn),
];

const isPlace = (program: Program, id: string): boolean =>
  isDataRace(id) ? fieldsOfRace(program, id).size > 0 : isTarget(program, id);

/** `reach:FUNCTION`, or `reach:FUNCTION:LINE:then` for a branch. */
function isTarget(program: Program, id: string): boolean {
  const [, name, line, side] = /^reach:([^:]+)(?::(\d+):(then|else))?$/.exec(id) ?? [];
  const fn = program.functions.find((f) => f.name === name);
  if (!fn) return false;
  return side === undefined || functionLines(fn)[Number(line) - 1]?.stmt?.kind === 'if';
}
