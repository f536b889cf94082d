/** The one interface of all engines. */
import type { StoredInvariant } from '../evidence/certificate.ts';
import type { Outcome } from '../evidence/verdict.ts';
import type { Program } from '../lang/program.ts';
import type { Reduction } from '../system/reductions.ts';

/**
 * What engines that are at the same program tell one another: conjuncts that hold in all of its states, as far as one of
 * them found, as SMT-LIB text. Nothing is believed of them: who uses one makes it part of its own invariant.
 */
export interface Lemmas {
  /** Those that were told so far. */
  known(): readonly string[];
  tell(found: readonly string[]): void;
}

export interface Task {
  readonly program: Program;
  /** Property identifiers; one exploration and one invariant may serve them all. */
  readonly properties: readonly string[];
  /** An invariant that may prove some of them. */
  readonly stored?: StoredInvariant;
  /** How often loops go round at least, as far as is known: it saves finding that out. */
  readonly rounds?: Readonly<Record<string, number>>;
  /** Whether another engine has decided a property by now: then there is no need to go on for it. */
  readonly isSettled?: (property: string) => boolean;
  /** Is told what is decided as soon as it is, of what takes several engines one after the other. */
  readonly tell?: (decided: readonly Outcome[]) => void;
  readonly lemmas?: Lemmas;
  /** Of the explicit search; all, if not said. */
  readonly reduce?: readonly Reduction[];
}

export interface Limits {
  /** Wall time for the whole task, seconds. */
  readonly seconds: number;
  readonly memoryMiB: number;
  /** Steps; null: no bound. */
  readonly depth: number | null;
  /** Threads that may help a search; none, if not said. */
  readonly helpers?: number;
  readonly signal?: AbortSignal;
}

export interface Engine {
  readonly id: string;
  /** Whether a portfolio should ask it at all; always, if not said. */
  readonly applies?: (task: Task, limits: Limits) => boolean;
  /**
   * Tries to decide the properties. Every property asked for gets an outcome; one that could not be decided
   * is `bounded` or `unknown` with the reason. `violated` is replayed and `proved` re-checked in here.
   */
  check(task: Task, limits: Limits, progress: (text: string) => void): Promise<readonly Outcome[]>;
}
