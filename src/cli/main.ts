#!/usr/bin/env node
/** The command. */
import { PagedeedError } from '../support/diagnostics.ts';
import { didYouMean } from '../support/nearest.ts';
import { certificateCommand } from './certificate.ts';
import { checkCommand } from './check.ts';
import { BAD_INPUT, exitWith } from './exit.ts';
import { listCommand } from './list.ts';
import { litmusCommand } from './litmus.ts';
import { type Command, overallHelp, runCommand } from './options.ts';
import { traceCommand } from './trace.ts';
import { version } from './version.ts';

const commands: readonly Command[] = [
  checkCommand,
  litmusCommand,
  listCommand,
  traceCommand,
  certificateCommand,
];

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help') {
    process.stdout.write(overallHelp(commands));
    return name === undefined ? BAD_INPUT : 0;
  }
  if (name === '--version') {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  const command = commands.find((c) => c.name === name);
  if (!command)
    throw new PagedeedError({
      code: 'PD0001',
      message: `no command is called ${name}`,
      hint:
        didYouMean(
          name,
          commands.map((c) => c.name),
        ) ?? 'pagedeed --help lists them',
    });
  return runCommand(command, rest);
}

await exitWith(main(process.argv.slice(2)));
