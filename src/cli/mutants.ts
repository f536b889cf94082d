/** `npm run mutants`: do the properties tell the encodings from mutants of them? */
import { availableParallelism } from 'node:os';
import { ladder } from '../../specs/mutants/ladder.ts';
import { survivors } from '../../specs/mutants/survivors.ts';
import type { Progress } from '../mutants/hunt.ts';
import { judge } from '../mutants/judge.ts';
import { runHunt } from '../mutants/run-hunt.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { arenasOf } from './arenas.ts';
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
  const [operand] = given.operands;
  if (operand !== undefined)
    throw new PagedeedError({
      code: 'PD0001',
      message: `mutants are picked with --only, not with ${operand}`,
    });
  const jobs = given.number('jobs', 1) ?? availableParallelism();
  const shard = given.share('shard');
  const only = given.text('only');
  const progress = createProgress(process.stderr);
  const show = (worker: number, { arena, arenas, tried, toTry, caught }: Progress) => {
    const here = `${tried} of ${toTry} tried in arena ${arena} of ${arenas}`;
    progress.show(`hunt ${worker + 1}`, `${caught} caught, ${here}`);
  };
  const share = { ...shard, ...(only && { only }) };
  const fates = await runHunt(arenasOf(ladder), share, jobs, show).finally(progress.clear);
  if (fates.length === 0)
    throw new PagedeedError({ code: 'PD0002', message: 'there is no such mutant', place: '--only, --shard' });
  const judgement = judge(fates, survivors, shard.parts === 1 && only === undefined);
  process.stdout.write(
    given.has('json')
      ? `${JSON.stringify({ fates, judgement }, null, 2)}\n`
      : mutantsReport(fates, judgement, survivors),
  );
  return judgement.passes ? 0 : 1;
}

await exitWith(runCommand(mutantsCommand, process.argv.slice(2)));
