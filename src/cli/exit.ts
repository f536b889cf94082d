/** The exit status of a command that was started. */
import { PagedeedError } from '../support/diagnostics.ts';

export const BAD_INPUT = 2;
const BUG = 70;
/** What a shell gives for SIGPIPE. */
const NOBODY_READS = 141;

/**
 * Sets the exit status that a command gives; one that fails is reported on standard error. Where nobody reads what it
 * prints (`| head`), it ends.
 */
export async function exitWith(command: Promise<number>): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(NOBODY_READS);
    process.stderr.write(`${new PagedeedError({ code: 'PD0004', message: error.message }).message}\n`);
    process.exit(BAD_INPUT);
  });
  try {
    process.exitCode = await command;
  } catch (error) {
    const isInput = error instanceof PagedeedError;
    process.stderr.write(`${isInput ? error.message : `pagedeed has a bug: ${(error as Error).stack}`}\n`);
    process.exitCode = isInput ? BAD_INPUT : BUG;
  }
}
