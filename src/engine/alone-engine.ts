/**
 * What one CPU comes to alone, while the others idle: most of what is wrong needs no race, and is found in a
 * moment. It finds runs of the fewest operations, and decides nothing where it finds none.
 */
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import type { Verdict } from '../evidence/verdict.ts';
import { TooManyValues } from '../semantics/values.ts';
import type { Engine } from './engine.ts';
import { shown } from './evidence.ts';
import { searchOptions } from './explicit-engine.ts';
import { gatherEvidence } from './sightings.ts';
import { isSmall } from './small.ts';
import { searchUnrolled } from './unrolled-search.ts';

/** Seconds, and a share of the time that there is. */
const MOST_SECONDS = 30;
const SHARE = 0.25;

export const aloneEngine: Engine = {
  id: 'alone',
  applies: ({ program }, { depth }) => program.bounds.cpus > 1 && depth === null && !isSmall(program),
  async check(task, limits, progress) {
    const seconds = Math.min(MOST_SECONDS, limits.seconds * SHARE);
    const started = performance.now();
    const { states, evidenceFor } = searchAlone();
    return task.properties.map((property) => ({
      property,
      verdict: judge(property),
      engine: 'alone',
      solver: null,
      depth: null,
      states,
      seconds: (performance.now() - started) / 1000,
    }));

    function searchAlone() {
      try {
        const options = searchOptions(task, { ...limits, seconds }, progress);
        const searched = searchUnrolled(task.program, { ...options, whole: true });
        if (searched.kind === 'searched')
          return { states: searched.result.states, evidenceFor: gatherEvidence(task, searched.result) };
      } catch (error) {
        if (!(error instanceof TooManyValues)) throw error;
      }
      return { states: null, evidenceFor: () => [] };
    }

    function judge(property: string): Verdict {
      const evidence = property === OUT_OF_MODEL ? [] : evidenceFor(property);
      if (evidence.length > 0) return shown(property.startsWith('reach:') ? 'reached' : 'violated', evidence);
      return { verdict: 'unknown', reason: 'no run of one CPU alone shows it' };
    }
  },
};
