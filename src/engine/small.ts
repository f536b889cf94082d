/** Programs of the size of the reference systems. */
import type { Program } from '../lang/program.ts';

const MOST_FUNCTIONS = 20;

/** Such a program is searched at once or not at all, and a solver may take all of its steps together. */
export const isSmall = ({ functions }: Program): boolean => functions.length <= MOST_FUNCTIONS;
