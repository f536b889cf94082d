/** The share system with its seeded bug: the failure handler takes the mark for an owner. */
import { shareProgram } from '../specs/reference/share.ts';
import type { Bounds, Program } from '../src/lang/public.ts';

export const program = ({ blocks = 1, files = 2 }: Bounds): Program => shareProgram(blocks, files, false);
