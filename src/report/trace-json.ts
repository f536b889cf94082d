/** A trace as JSON for other programs: what was executed, without the program that it belongs to. */
import type { Trace } from '../evidence/trace.ts';
import { closing } from './race-diagram.ts';
import { valuePrinter } from './values.ts';

/** Values are text, as in the race diagram (`&page[0]`, `NULL`); ends with a newline. */
export function traceJson(trace: Trace): string {
  const { program, shown, steps, waiting } = trace;
  const show = valuePrinter(program, trace.addresses);
  const json = {
    scenario: program.name,
    bounds: program.bounds,
    policy: program.policy,
    property: shown.property,
    ...(shown.edge && { edge: shown.edge }),
    ...(shown.race && { race: shown.race }),
    says: closing(trace),
    steps: steps.map((step) => ({
      ...step,
      reads: step.reads.map(({ word, value }) => ({ word, value: show(word ?? '', value) })),
      changes: step.changes.map(({ word, before, after }) => ({
        word,
        before: show(word, before),
        after: show(word, after),
      })),
    })),
    waiting,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}
