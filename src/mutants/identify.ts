/** Names for mutants that outlive edits elsewhere in a function: no line numbers. */
import { type Mutant, mutantsOf } from '../lang/mutate.ts';
import { functionNamed, type Program } from '../lang/program.ts';

export interface Identified extends Mutant {
  /** `FILE FUNCTION: NAME`, with ` #2` and so on where a function has several mutants of one name. */
  readonly id: string;
  /** The function that it changes. */
  readonly changed: string;
}

/** The mutants of a program, each with its name; a function that stacks share has the same mutants in each. */
export function* identifiedMutants(program: Program): Generator<Identified> {
  const met = new Map<string, number>();
  for (const mutant of mutantsOf(program)) {
    const fn = mutant.place.slice(0, mutant.place.lastIndexOf(':'));
    const base = `${functionNamed(program, fn).file} ${fn}: ${mutant.name}`;
    const nth = (met.get(base) ?? 0) + 1;
    met.set(base, nth);
    yield { ...mutant, id: nth === 1 ? base : `${base} #${nth}`, changed: fn };
  }
}
