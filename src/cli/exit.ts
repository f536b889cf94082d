/** The exit status of a command that was started. */
import { PagedeedError } from '../support/diagnostics.ts';

export const BAD_INPUT = 2;
const BUG = 70;

/** Sets the exit status that a command gives; one that fails is reported on standard error. */
export async function exitWith(command: Promise<number>): Promise<void> {
  try {
    process.exitCode = await command;
  } catch (error) {
    const isInput = error instanceof PagedeedError;
    process.stderr.write(`${isInput ? error.message : `pagedeed has a bug: ${(error as Error).stack}`}\n`);
    process.exitCode = isInput ? BAD_INPUT : BUG;
  }
}
