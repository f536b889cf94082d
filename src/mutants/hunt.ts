/** Tries mutants on one program after the other until a verdict tells each from the original. */
import type { RuleName } from '../lang/mutate.ts';
import type { Program } from '../lang/program.ts';
import { InternalError } from '../support/assert.ts';
import { type Difference, differences } from './differences.ts';
import { identifiedMutants } from './identify.ts';
import { type Played, startingAfter } from './prelude.ts';
import { type Searched, sight } from './sightings.ts';

/** A program to try mutants of, and how much of it to search. */
export interface Arena {
  /** Scenario, bounds, policy and what follows here, for people. */
  readonly name: string;
  readonly program: Program;
  /** Operations that run first. */
  readonly prelude: readonly Played[];
  /** Those that CPUs may start after it. */
  readonly operations: readonly string[];
  /** Of a mutant. */
  readonly states: number;
}

/** A mutant searched in an arena without a difference. */
export interface Trial {
  readonly arena: string;
  /** Both searches came to their end. */
  readonly complete: boolean;
  /** As many states and transitions as the original: a hint that the mutant is the same program. */
  readonly sameSize: boolean;
}

/** What became of a mutant. */
export interface Fate {
  readonly id: string;
  readonly rule: RuleName;
  /** `FUNCTION:LINE` of the listing. */
  readonly place: string;
  /** null: it survived. */
  readonly caught: { readonly arena: string; readonly differences: readonly Difference[] } | null;
  /** Where nothing told it. None: no arena ever enters its function, so none can tell. */
  readonly trials: readonly Trial[];
}

/** Which mutants a hunt is for. */
export interface Share {
  /** Those whose number, in the order in which they are first met, leaves this remainder. */
  readonly part: number;
  readonly parts: number;
  /** Those whose name contains this. */
  readonly only?: string;
}

export interface Progress {
  /** Its number, from 1, of so many. */
  readonly arena: number;
  readonly arenas: number;
  /** Mutants of the arena that were tried, those to be tried, and those caught in all arenas so far. */
  readonly tried: number;
  readonly toTry: number;
  readonly caught: number;
}

/** Every mutant of the share that some arena has gets one fate. Errors: InternalError for an arena that is of no use. */
export function hunt(
  arenas: readonly Arena[],
  share: Share,
  progress: (p: Progress) => void,
): readonly Fate[] {
  const isMine = membership(share);
  const mutantsIn = rememberingLast((program: Program) => [...identifiedMutants(program)]);
  const fates = new Map<string, Fate>();
  let caught = 0;
  for (const [i, arena] of arenas.entries()) {
    const mutants = mutantsIn(arena.program).filter(({ id }) => isMine(id));
    const open = mutants.filter(({ id }) => !fates.get(id)?.caught);
    if (open.length === 0) continue;
    const original = searched(arena);
    for (const [tried, mutant] of open.entries()) {
      progress({ arena: i + 1, arenas: arenas.length, tried, toTry: open.length, caught });
      const { id, rule, place } = mutant;
      const fate = fates.get(id) ?? { id, rule, place, caught: null, trials: [] };
      const entered = original.sightings.seen.has(`reach:${mutant.changed}`);
      const after = entered ? tryOut(fate, arena, original, mutant.program) : fate;
      if (after.caught) caught++;
      fates.set(id, after);
    }
  }
  return [...fates.values()];
}

/** Arenas of one program follow each other. */
function rememberingLast<A, B>(give: (of: A) => B): (of: A) => B {
  let last: { readonly of: A; readonly result: B } | undefined;
  return (of) => {
    if (last?.of !== of) last = { of, result: give(of) };
    return last.result;
  };
}

/** The original is searched further than its mutants, so that what they show early it is known to lack. */
const FURTHER = 4;

/** Errors: InternalError. */
function searched(arena: Arena): Searched {
  const program = startedIn(arena, arena.program);
  if (!program) throw new InternalError(`the prelude of ${arena.name} does not end`);
  const sightings = sight(program, FURTHER * arena.states);
  if ('reason' in sightings) throw new InternalError(`${arena.name} cannot be searched: ${sightings.reason}`);
  return { program, sightings };
}

/** The prelude runs in the mutant itself, so that the state after it is one that the mutant reaches. */
function tryOut(fate: Fate, arena: Arena, original: Searched, mutant: Program): Fate {
  const program = startedIn(arena, mutant);
  if (!program) return fate;
  const before = original.sightings;
  const after = sight(program, arena.states, original);
  const found = differences(before, after);
  if (found.length > 0 || 'reason' in after)
    return { ...fate, caught: { arena: arena.name, differences: found } };
  const complete = Math.min(before.horizon, after.horizon) === Number.POSITIVE_INFINITY;
  const sameSize = after.states === before.states && after.transitions === before.transitions;
  return { ...fate, trials: [...fate.trials, { arena: arena.name, complete, sameSize }] };
}

function startedIn({ prelude, operations }: Arena, program: Program): Program | null {
  const started = prelude.length > 0 ? startingAfter(program, prelude) : program;
  return started && { ...started, operations };
}

/** Numbers mutants as they are met, also those of other shares: so that the shares fit together. */
function membership({ part, parts, only = '' }: Share): (id: string) => boolean {
  const numbers = new Map<string, number>();
  return (id) => {
    if (!id.includes(only)) return false;
    if (!numbers.has(id)) numbers.set(id, numbers.size);
    return (numbers.get(id) as number) % parts === part;
  };
}
