/** The explicit search of a program whose loops are unrolled as often as they turn out to go round. */
import type { Program } from '../lang/program.ts';
import type { Graph } from '../system/graph.ts';
import { lower } from '../system/lower.ts';
import type { SearchOptions, SearchResult } from './explicit.ts';
import { MoreRounds } from './heard.ts';
import { addRound } from './rounds.ts';
import { search } from './search.ts';

export type UnrolledSearch =
  | {
      readonly kind: 'searched';
      readonly graph: Graph;
      readonly rounds: ReadonlyMap<string, number>;
      readonly result: SearchResult;
    }
  | { readonly kind: 'endless'; readonly reason: string };

export function searchUnrolled(program: Program, options: SearchOptions = {}): UnrolledSearch {
  const rounds = new Map(Object.entries(options.rounds ?? {}));
  const { reduce = ['slice'] } = options;
  for (;;) {
    const graph = lower(program, { rounds, whole: options.whole ?? false, slice: reduce.includes('slice') });
    try {
      return { kind: 'searched', graph, rounds, result: search(graph, options) };
    } catch (error) {
      if (!(error instanceof MoreRounds)) throw error;
      const reason = addRound(rounds, error.loop);
      if (reason !== null) return { kind: 'endless', reason };
    }
  }
}
