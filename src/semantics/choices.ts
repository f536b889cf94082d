/** The answers to the choices that one step makes, combination after combination. */
import { assert } from '../support/assert.ts';

export interface Choices {
  readonly path: Int32Array;
  length: number;
  /** Forget the combination: the next step takes first answers. */
  reset(): void;
  /** To be called before a step runs. */
  rewind(): void;
  /** False: all combinations were taken. */
  next(): boolean;
  /** For the step: its next choice, one of `count`. */
  take(count: number): number;
}

const MAX_CHOICES = 64;

export function createChoices(): Choices {
  const path = new Int32Array(MAX_CHOICES);
  const arity = new Int32Array(MAX_CHOICES);
  let at = 0;
  const self = {
    path,
    length: 0,
    take(count: number): number {
      if (at === self.length) {
        assert(at < MAX_CHOICES, 'too many choices in one step');
        path[at] = 0;
        arity[at] = count;
        self.length++;
      }
      return path[at++] as number;
    },
    reset() {
      self.length = 0;
      at = 0;
    },
    rewind() {
      at = 0;
    },
    next() {
      self.length = at;
      while (self.length > 0) {
        const last = self.length - 1;
        if ((path[last] as number) + 1 < (arity[last] as number)) {
          path[last] = (path[last] as number) + 1;
          return true;
        }
        self.length = last;
      }
      return false;
    },
  };
  return self;
}
