/** Running something once for each combination of the choices that it makes. */
import { createChoices } from '../semantics/choices.ts';

export interface Combinations {
  /** A number below `count`, in each run another until all were there. */
  choose(count: number): number;
  /** Runs something for all combinations of its own choices; it may do so itself, with choices of its own. */
  exhaust(what: () => void): void;
}

const RUNS_BETWEEN_CHECKS = 1000;

/** Once `expired` says so, no more combinations are tried. */
export function createCombinations(expired: () => boolean): Combinations {
  let choices = createChoices();
  let runs = 0;
  return {
    choose: (count) => (count === 1 ? 0 : choices.take(count)),
    exhaust(what) {
      const outer = choices;
      choices = createChoices();
      do {
        choices.rewind();
        what();
        if (++runs % RUNS_BETWEEN_CHECKS === 0 && expired()) break;
      } while (choices.next());
      choices = outer;
    },
  };
}
