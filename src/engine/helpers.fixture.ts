/** Searches with help and without. */
import { expect } from 'vitest';
import type { Program } from '../lang/program.ts';
import { lower } from '../system/lower.ts';
import type { SearchOptions, SearchResult } from './explicit.ts';
import { type HelpOptions, helpOf } from './helpers.ts';
import { search } from './search.ts';

/** Help from the first states on, in small jobs. */
export async function earlyHelp(count: number, own: Partial<HelpOptions> = {}): Promise<HelpOptions> {
  const { help } = await helpOf(count);
  return { ...(help as HelpOptions), fromStates: 0, inJob: 8, wait: 20_000, ...own };
}

function statesOf({ visited, compiled }: SearchResult): Int32Array {
  const { cells } = compiled.layout;
  const all = new Int32Array(visited.size * cells);
  for (let n = 0; n < visited.size; n++) visited.read(n, all.subarray(n * cells));
  return all;
}

/** All that may not depend on help. */
function seenIn(result: SearchResult) {
  const { states, transitions, depth, stopped, found, reached, order, races } = result;
  const shown = [...found.values(), ...reached.values(), ...order.values(), ...races.map((r) => r.found)];
  const moves = [...result.moves(shown).values()];
  return { states, transitions, depth, stopped, found, reached, order, races, moves };
}

/** Fails where a search has not the same result with help; gives it. */
export async function requireSame(
  program: Program,
  help: HelpOptions,
  options: SearchOptions = {},
): Promise<SearchResult> {
  const [alone, helped] = [{}, { help }].map((own) =>
    search(lower(program), { trackLocks: true, trackRaces: true, ...options, ...own }),
  ) as [SearchResult, SearchResult];
  expect(seenIn(helped)).toEqual(seenIn(alone));
  expect(Buffer.compare(Buffer.from(statesOf(helped).buffer), Buffer.from(statesOf(alone).buffer))).toBe(0);
  return helped;
}
