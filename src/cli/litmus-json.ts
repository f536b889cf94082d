/** What `pagedeed litmus --json` prints: one object, see report/litmus.schema.json. */
import { printFormula } from '../litmus/print.ts';
import { observation, showOutcome } from '../litmus/show.ts';
import { abstractionsOf } from '../report/preamble.ts';
import type { LitmusRun } from './run-litmus.ts';

export function litmusJson(version: string, runs: readonly LitmusRun[]): string {
  return `${JSON.stringify({ pagedeed: version, schema: 1, results: runs.map(resultJson) }, null, 2)}\n`;
}

function resultJson({ result, program }: LitmusRun) {
  const { test, scenario, outcomes, judged, states, stopped } = result;
  return {
    test: test.name,
    scenario,
    order: test.order,
    bounds: program.bounds,
    policy: program.policy,
    complete: stopped === null,
    reason: stopped,
    states,
    outcomes: outcomes.map((outcome) => ({ line: showOutcome(test, outcome), ...outcome })),
    conditions: judged.map((j) => ({
      quantifier: j.condition.quantifier,
      formula: printFormula(j.condition.holds),
      holds: j.holds,
      observation: observation(j),
      positive: j.positive,
      negative: j.negative,
    })),
    abstractions: abstractionsOf(program, new Set(program.functions.map((fn) => fn.name))),
  };
}
