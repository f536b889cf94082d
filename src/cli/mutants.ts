/** `npm run mutants`: do the properties tell the encodings from mutants of them? */
import { availableParallelism } from 'node:os';
import { ladder } from '../../specs/mutants/ladder.ts';
import { survivors } from '../../specs/mutants/survivors.ts';
import type { Arena } from '../mutants/hunt.ts';
import { judge } from '../mutants/judge.ts';
import { runHunt } from '../mutants/run-hunt.ts';
import { showBounds, showPolicy } from '../report/preamble.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { propertyIds, scenarioProgram } from './catalogue.ts';
import { exitWith } from './exit.ts';
import { mutantsReport } from './mutants-report.ts';
import { type Command, type Given, type Option, runCommand } from './options.ts';
import { createProgress } from './progress.ts';

const options: readonly Option[] = [
  { name: 'only', value: 'TEXT', says: 'mutants whose name contains this' },
  { name: 'shard', value: 'I/N', says: 'the I-th of N shares of the mutants' },
  { name: 'jobs', value: 'N', says: 'mutants at a time (one for each processor)' },
  { name: 'json', value: null, says: 'print what became of each mutant as JSON' },
];

const mutantsCommand: Command = {
  name: 'mutants',
  invocation: 'npm run mutants --',
  operands: '',
  says: [
    'Change the encodings of v6.12 in small ways, each alone, and see whether a verdict tells. Exit status: 0',
    'at most 10% survive, each with its reason in specs/mutants/survivors.ts; 1 otherwise.',
  ].join('\n'),
  options,
  run: mutants,
};

async function mutants(given: Given): Promise<number> {
  const jobs = given.number('jobs', 1) ?? availableParallelism();
  const shard = shardOf(given);
  const only = given.text('only');
  const progress = createProgress(process.stderr);
  const fates = await runHunt(arenas(), { ...shard, ...(only && { only }) }, jobs, (worker, p) =>
    progress.show(`${worker + 1}`, `${p.caught} caught; ${p.tried} of ${p.toTry} in ${p.arena}`),
  ).finally(progress.clear);
  const judgement = judge(fates, survivors, shard.parts === 1 && only === undefined);
  process.stdout.write(
    given.has('json')
      ? `${JSON.stringify({ fates, judgement }, null, 2)}\n`
      : mutantsReport(fates, judgement, survivors),
  );
  return judgement.passes ? 0 : 1;
}

function arenas(): readonly Arena[] {
  return ladder.flatMap(({ scenario, bounds, policy, states, raceAfter }) => {
    const program = scenarioProgram(scenario, { bounds, policy }, propertyIds);
    const name = `${scenario}, ${showBounds(program.bounds)}; ${showPolicy(program.policy)}`;
    if (!raceAfter) return [{ name, program, prelude: [], operations: program.operations, states }];
    const before = raceAfter.map((played) => played.join(' ')).join(', ');
    return pairsOf(program.operations).map((operations) => ({
      name: `${name}; ${operations.join(' against ')} after ${before}`,
      program,
      prelude: raceAfter,
      operations,
      states,
    }));
  });
}

/** Each two, and each against itself. */
const pairsOf = (operations: readonly string[]): readonly (readonly string[])[] =>
  operations.flatMap((a, i) => operations.slice(i).map((b) => (a === b ? [a] : [a, b])));

function shardOf(given: Given): { readonly part: number; readonly parts: number } {
  const text = given.text('shard') ?? '1/1';
  const [, nth, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const [part, parts] = [Number(nth), Number(of)];
  if (part >= 1 && part <= parts) return { part: part - 1, parts };
  throw new PagedeedError({
    code: 'PD0002',
    message: `not a share such as 1/2: ${text}`,
    place: '--shard',
  });
}

await exitWith(runCommand(mutantsCommand, process.argv.slice(2)));
