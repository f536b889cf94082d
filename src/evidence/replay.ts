/**
 * Replay: a trace is believed because running it again, from its file alone, gives the same file. Only the
 * structured interpreter takes part; not the lowering, not generated code, not SMT.
 */
import { addressesFault } from '../lang/addresses.ts';
import { checkProgram } from '../lang/check.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { programHash } from './program-file.ts';
import { createRun, type Run } from './run.ts';
import type { Trace } from './trace.ts';
import { readTrace, type TraceSource, writeTrace } from './trace-file.ts';

/**
 * The trace in the text of a file; `file` is its name, for errors. Errors: PD0401, it is no trace; PD0402,
 * it is one, but not of what its program does.
 */
export function replay(text: string, file: string): Trace {
  const { json, source } = readTrace(text, file);
  const refuse = (at: string, message: string) =>
    new PagedeedError({ code: 'PD0402', message, place: `${file}: ${at}` });
  const { program, addresses, shown } = source;
  if (programHash(program) !== source.hash)
    throw refuse('#meta.pagedeed.program', 'the program is not the one that the hash belongs to');
  const [illFormed] = checkProgram(program);
  if (illFormed) throw refuse('#meta.pagedeed.program', illFormed.message);
  const misplaced = addressesFault(program, addresses);
  if (misplaced !== null) throw refuse('#meta.pagedeed.addresses', misplaced);

  const run = rerun(source, refuse);
  const says = run.shows(shown);
  if (says === null) throw refuse('states', `the last step does not show ${shown.property}`);
  const trace = run.trace(shown, says);
  const difference = firstDifference(json, JSON.parse(writeTrace(trace)));
  if (difference) throw refuse(difference.at, difference.says);
  return trace;
}

function rerun(source: TraceSource, refuse: (at: string, message: string) => PagedeedError): Run {
  let at = 'states[0]';
  try {
    const run = createRun(source.program, source.addresses);
    source.moves.forEach(({ cpu, started, choice }, i) => {
      at = `states[${i + 1}]`;
      if (run.steps.at(-1)?.ended === 'oops' && !run.goesOnAfterOops)
        throw new Error('the trace goes on after an oops');
      if (started === null) run.step(cpu, choice);
      else run.start(cpu, started);
    });
    return run;
  } catch (error) {
    throw refuse(at, `it cannot be executed: ${error instanceof Error ? error.message : error}`);
  }
}

/** Where two JSON values differ first, and how. `found` is the file's. */
function firstDifference(
  found: unknown,
  expected: unknown,
  at = '',
): { readonly at: string; readonly says: string } | null {
  const isObject = (v: unknown): v is Readonly<Record<string, unknown>> =>
    typeof v === 'object' && v !== null;
  if (!isObject(found) || !isObject(expected) || Array.isArray(found) !== Array.isArray(expected))
    return found === expected
      ? null
      : { at, says: `it has ${JSON.stringify(found)} where replay gives ${JSON.stringify(expected)}` };
  for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const path = Array.isArray(expected) ? `${at}[${key}]` : at === '' ? key : `${at}.${key}`;
    const difference = firstDifference(found[key], expected[key], path);
    if (difference) return difference;
  }
  return null;
}
