/**
 * Traces as files: the Informal Trace Format of Apalache (its ADR 015), so that tools for that format show
 * them. `vars` are the words that the trace stores to; what a step did stands in the `#meta` of the state
 * that it leads to, and the program and what is shown in the `#meta` of the file.
 */
import type { Program } from '../lang/program.ts';
import { stateWords } from '../lang/words.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import {
  type Codec,
  count,
  dictionary,
  digits,
  list,
  malformed,
  nullable,
  oneOf,
  optional,
  record,
  text,
} from './codec.ts';
import type { LockEdge } from './interpreter.ts';
import { programCodec, programHash } from './program-file.ts';
import type { Race, Shown, Trace, TraceStep } from './trace.ts';

const FORMAT_DESCRIPTION = 'https://apalache-mc.org/docs/adr/015adr-trace.html';

/** What a file says that does not follow from the program; all the rest is recomputed and compared. */
export interface TraceSource {
  readonly program: Program;
  /** As the file has it. */
  readonly hash: string;
  readonly addresses: ReadonlyMap<string, bigint>;
  readonly shown: Shown;
  readonly moves: readonly Pick<TraceStep, 'cpu' | 'started' | 'choice'>[];
}

interface Head {
  readonly version: 1;
  readonly property: string;
  readonly edge?: LockEdge;
  readonly race?: Race;
  readonly says: string;
  readonly hash: string;
  readonly addresses: Readonly<Record<string, bigint>>;
  readonly program: Program;
}

const head = record<Head>({
  version: oneOf(1),
  property: text,
  edge: optional(record<LockEdge>({ held: text, taken: text })),
  race: optional(record<Race>({ field: text, functions: list(text) })),
  says: text,
  hash: text,
  addresses: dictionary(digits),
  program: programCodec,
});

const move: Codec<Pick<TraceStep, 'cpu' | 'started' | 'choice'>> = record({
  cpu: count,
  started: nullable(text),
  choice: nullable(count),
});

type State = Readonly<Record<string, unknown>>;

/** ITF: numbers of up to 53 bits as they are. */
const itfNumber = (n: bigint) => (n <= Number.MAX_SAFE_INTEGER ? Number(n) : { '#bigint': String(n) });

function stepMeta(step: TraceStep, index: number) {
  const { cpu, started, choice, calls, kept, line, text: statement, access, findings, ended } = step;
  const reads = step.reads.map(({ word, value }) => ({ word, value: itfNumber(value) }));
  const changes = step.changes.map((c) => ({
    word: c.word,
    before: itfNumber(c.before),
    after: itfNumber(c.after),
  }));
  return {
    index,
    cpu,
    started,
    choice,
    calls,
    kept,
    line,
    text: statement,
    access,
    reads,
    changes,
    findings,
    ended,
  };
}

/** The states of the trace: before its first step, and after each. */
function statesOf(trace: Trace, vars: readonly string[]): readonly State[] {
  const values = new Map<string, bigint>();
  for (const { word, before } of trace.steps.flatMap((s) => s.changes))
    if (!values.has(word)) values.set(word, before);
  const valuation = () => vars.map((v) => [v, itfNumber(values.get(v) ?? 0n)] as const);
  return [
    { '#meta': { index: 0 }, ...Object.fromEntries(valuation()) },
    ...trace.steps.map((step, i) => {
      for (const { word, after } of step.changes) values.set(word, after);
      return { '#meta': stepMeta(step, i + 1), ...Object.fromEntries(valuation()) };
    }),
  ];
}

/** The text of a trace's file: one line for each function of the program and each state. */
export function writeTrace(trace: Trace): string {
  const { program, shown, says, waiting } = trace;
  const changed = new Set(trace.steps.flatMap((s) => s.changes.map((c) => c.word)));
  const vars = stateWords(program)
    .map((w) => w.name)
    .filter((name) => changed.has(name));
  const { program: tree, ...rest } = head.encode({
    version: 1,
    property: shown.property,
    ...(shown.edge && { edge: shown.edge }),
    ...(shown.race && { race: shown.race }),
    says,
    hash: programHash(program),
    addresses: Object.fromEntries(trace.addresses),
    program,
  }) as { program: Record<string, unknown> };
  const lines = (values: readonly unknown[]) => `[\n${values.map((v) => JSON.stringify(v)).join(',\n')}\n]`;
  const members = (values: object) =>
    Object.entries(values)
      .map(([k, v]) => `${JSON.stringify(k)}: ${Array.isArray(v) ? lines(v) : JSON.stringify(v)}`)
      .join(',\n');
  return `{
"#meta": {
"format": "ITF",
"format-description": ${JSON.stringify(FORMAT_DESCRIPTION)},
"description": ${JSON.stringify(`${program.name}: ${shown.property}: ${says}`)},
"waiting": ${lines(waiting)},
"pagedeed": {
${members(rest)},
"program": {
${members(tree)}
}
}
},
"vars": ${lines(vars)},
"states": ${lines(statesOf(trace, vars))}
}
`;
}

/** Errors: PD0401 where the text is not a trace; what the trace claims is not checked (see replay). */
export function readTrace(
  source: string,
  file: string,
): { readonly json: unknown; readonly source: TraceSource } {
  const json = parse(source, file);
  const top = member(json, '#meta', file);
  const read = head.decode(member(top, 'pagedeed', `${file}: #meta`), `${file}: #meta.pagedeed`);
  const states = member(json, 'states', file);
  if (!Array.isArray(states)) throw malformed(`${file}: states`, 'an array');
  const moves = states.slice(1).map((state, i) => {
    const at = `${file}: states[${i + 1}].#meta`;
    const meta = member(state, '#meta', at);
    const [cpu, started, choice] = ['cpu', 'started', 'choice'].map((key) => member(meta, key, at));
    return move.decode({ cpu, started, choice }, at);
  });
  const { program, hash, property, edge, race } = read;
  const shown = { property, ...(edge && { edge }), ...(race && { race }) };
  const addresses = new Map(Object.entries(read.addresses));
  return { json, source: { program, hash, addresses, shown, moves } };
}

function parse(source: string, file: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    throw new PagedeedError({
      code: 'PD0401',
      message: `the file is not JSON, or is cut short: ${(error as Error).message}`,
      place: file,
    });
  }
}

function member(json: unknown, key: string, at: string): unknown {
  if (typeof json !== 'object' || json === null || !(key in json)) throw malformed(at, `a member ${key}`);
  return (json as Readonly<Record<string, unknown>>)[key];
}
