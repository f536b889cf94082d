/**
 * Small systems whose verdicts and sizes are known from elsewhere: each engine must agree with them. A
 * change of a number below takes a sentence that says why it was wrong.
 */
import type { Program } from '../../src/lang/public.ts';

export interface Reference {
  readonly program: Program;
  /** By property, those that the language itself checks included. */
  readonly verdicts: Readonly<Record<string, 'proved' | 'violated'>>;
  /** Steps within which all that is violated must be found. */
  readonly violatedWithin?: number;
  /** What holds, but is not proved: no engine can yet, or only in more time than a test has. */
  readonly unproved?: readonly string[];
  /**
   * Reachable states, and steps between them. A CPU stands still when idle and before each access to memory
   * that is not constant; with one CPU, when idle only. What is wrong with a step ends neither the search
   * nor, unless it is an oops, the step.
   */
  readonly states: number;
  readonly transitions: number;
}
