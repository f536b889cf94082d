/** What a search sees of a program: everything by which verdicts of two programs can differ. */
import type { SearchResult } from '../engine/explicit.ts';
import { lockCycle } from '../engine/lock-cycle.ts';
import { searchUnrolled } from '../engine/unrolled-search.ts';
import type { Program } from '../lang/program.ts';
import { raceOn } from '../lang/races.ts';
import { statementSites } from '../lang/sites.ts';
import { TooManyValues } from '../semantics/values.ts';

export interface Sightings {
  /**
   * Violated properties (of data races with the functions that race), and reached targets as `reach:TARGET`: in
   * which step of the search each was first seen.
   */
  readonly seen: ReadonlyMap<string, number>;
  /** All that can be seen in so many steps was; Infinity where the search came to its end. */
  readonly horizon: number;
  readonly states: number;
  readonly transitions: number;
  /** How often loops were unrolled. */
  readonly rounds: ReadonlyMap<string, number>;
}

/** The program cannot be searched: a loop of it does not end, or its words take ever new values. */
export interface Unsearchable {
  readonly reason: string;
}

/** A program with what was seen of it. */
export interface Searched {
  readonly program: Program;
  readonly sightings: Sightings;
}

/** Searches up to a number of states. The branches of a mutant are named by the lines of the original. */
export function sight(program: Program, states: number, original?: Searched): Sightings | Unsearchable {
  try {
    const search = searchUnrolled(program, {
      limits: { states },
      trackLocks: true,
      trackRaces: program.bounds.cpus > 1,
      ...(original && { rounds: Object.fromEntries(original.sightings.rounds) }),
    });
    if (search.kind === 'endless') return { reason: search.reason };
    const { result, rounds } = search;
    return {
      seen: seenIn(result, original ? originalTarget(original.program, program) : (target) => target),
      horizon: result.complete ? Number.POSITIVE_INFINITY : result.depth,
      states: result.states,
      transitions: result.transitions,
      rounds,
    };
  } catch (error) {
    if (error instanceof TooManyValues) return { reason: error.message };
    throw error;
  }
}

function seenIn(result: SearchResult, nameOf: (target: string) => string): ReadonlyMap<string, number> {
  const seen = new Map<string, number>();
  for (const [property, { depth }] of result.found) seen.set(property, depth);
  for (const [target, { depth }] of result.reached) seen.set(`reach:${nameOf(target)}`, depth);
  for (const { race, found } of result.races)
    seen.set(`${raceOn(race.field)} ${race.functions.join(' and ')}`, found.depth);
  const cycle = firstLockCycle(result);
  if (cycle !== null) seen.set('lock-order', cycle);
  return seen;
}

/** The step in which the locks taken so far first make a circle; null: they never do. */
function firstLockCycle({ order }: SearchResult): number | null {
  const edges = [...order].map(([key, { depth }]) => {
    const [held = '', taken = ''] = key.split(' -> ');
    return { held, taken, depth };
  });
  const steps = [...new Set(edges.map((e) => e.depth))].sort((a, b) => a - b);
  return steps.find((step) => lockCycle(edges.filter((e) => e.depth <= step))) ?? null;
}

/** Mutants keep all `if`s of a function, in their order, but may move them to other lines. */
function originalTarget(original: Program, mutant: Program): (target: string) => string {
  const lines = new Map<string, string>();
  for (const [i, fn] of mutant.functions.entries()) {
    const before = original.functions[i];
    if (!before || before === fn) continue;
    const was = branchLines(before);
    for (const [k, line] of branchLines(fn).entries())
      lines.set(`${fn.name}:${line}`, `${fn.name}:${was[k]}`);
  }
  return (target) => target.replace(/^.*:\d+(?=:)/, (branch) => lines.get(branch) ?? branch);
}

const branchLines = (fn: Program['functions'][number]): readonly number[] =>
  [...statementSites(fn)].filter((site) => site.stmt.kind === 'if').map((site) => site.line);
