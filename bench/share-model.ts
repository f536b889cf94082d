/** The share system as a model for `--model`: `--blocks` gives the pages, `--files` the files. */
import { shareProgram } from '../specs/reference/share.ts';
import type { Bounds, Program } from '../src/lang/public.ts';

export const program = ({ blocks = 1, files = 2 }: Bounds): Program => shareProgram(blocks, files, true);
