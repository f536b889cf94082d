/** The rungs of specs/mutants as programs to hunt mutants in. */
import type { OwnRung, Rung } from '../../specs/mutants/ladder.ts';
import type { Arena } from '../mutants/hunt.ts';
import { showBounds, showPolicy } from '../report/preamble.ts';
import { propertyIds, scenarioProgram } from './catalogue.ts';

/** Every property of the catalogue is judged in each scenario. */
export function arenasOf(ladder: readonly (Rung | OwnRung)[]): readonly Arena[] {
  return ladder.flatMap((rung) => {
    if ('program' in rung) return [ownArena(rung)];
    const { scenario, bounds, policy, states, prelude = [], operations } = rung;
    const program = scenarioProgram(scenario, { bounds, policy }, propertyIds);
    const setting = `${scenario}, ${showBounds(program.bounds)}; ${showPolicy(program.policy)}`;
    const before = prelude.length > 0 ? ` after ${prelude.map((played) => played.join(' ')).join(', ')}` : '';
    const arena = (these: readonly string[]): Arena => {
      const only = operations ? `; ${these.join(' and ')}` : '';
      return { name: `${setting}${only}${before}`, program, prelude, operations: these, states };
    };
    if (operations === 'each two') return pairsOf(program.operations).map(arena);
    return [arena(operations ?? program.operations)];
  });
}

const ownArena = ({ program, states }: OwnRung): Arena => ({
  name: `${program.name}, ${showBounds(program.bounds)}`,
  program,
  prelude: [],
  operations: program.operations,
  states,
});

/** Each two, and each against itself. */
const pairsOf = (operations: readonly string[]): readonly (readonly string[])[] =>
  operations.flatMap((a, i) => operations.slice(i).map((b) => (a === b ? [a] : [a, b])));
