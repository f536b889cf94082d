#!/usr/bin/env node
/** The command. The only place that reads the command line and decides the exit status. */
import { PagedeedError } from '../support/diagnostics.ts';
import { didYouMean } from '../support/nearest.ts';
import { certificateCommand } from './certificate.ts';
import { checkCommand } from './check.ts';
import { listCommand } from './list.ts';
import { type Command, commandHelp, overallHelp, readOptions } from './options.ts';
import { traceCommand } from './trace.ts';
import { version } from './version.ts';

const commands: readonly Command[] = [checkCommand, listCommand, traceCommand, certificateCommand];

const BAD_INPUT = 2;
const BUG = 70;

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
  const given = readOptions(command, rest);
  if (given.has('help')) {
    process.stdout.write(commandHelp(command));
    return 0;
  }
  return command.run(given);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isInput = error instanceof PagedeedError;
  process.stderr.write(`${isInput ? error.message : `pagedeed has a bug: ${(error as Error).stack}`}\n`);
  process.exitCode = isInput ? BAD_INPUT : BUG;
}
