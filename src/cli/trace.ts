/** `pagedeed trace FILE`: replays a trace and shows it. */
import { programHash } from '../evidence/program-file.ts';
import { replay } from '../evidence/replay.ts';
import type { Trace } from '../evidence/trace.ts';
import { writeTrace } from '../evidence/trace-file.ts';
import { raceDiagram } from '../report/race-diagram.ts';
import { traceJson } from '../report/trace-json.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { regenerate } from './catalogue.ts';
import { readText } from './files.ts';
import type { Command, Given } from './options.ts';

const formats = {
  lkml: raceDiagram,
  json: traceJson,
  itf: writeTrace,
} as const;

export const traceCommand: Command = {
  name: 'trace',
  operands: 'FILE',
  says: 'Replay a trace, from its file alone, and show it.',
  options: [{ name: 'format', value: 'lkml|json|itf', says: 'how to show it (lkml)' }],
  run: async (given: Given) => {
    const [file, ...others] = given.operands;
    if (file === undefined || others.length > 0)
      throw new PagedeedError({ code: 'PD0001', message: 'trace takes one file' });
    const format = given.oneOf('format', ['lkml', 'json', 'itf']) ?? 'lkml';
    const trace = replay(await readText(file), file);
    if (hasChanged(trace))
      process.stderr.write(
        `note: ${trace.program.name} has changed since; the trace is replayed on the program that it embeds\n`,
      );
    process.stdout.write(formats[format](trace));
    return 0;
  },
};

/** The scenario of that name is another program now. */
function hasChanged({ program }: Trace): boolean {
  const { name, bounds, policy, properties } = program;
  const current = regenerate({ name, bounds, policy, predicates: properties.map((p) => p.id) });
  return current !== undefined && programHash(current) !== programHash(program);
}
