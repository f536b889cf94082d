/** `pagedeed litmus`: what litmus tests come to. */
import { setImmediate } from 'node:timers/promises';
import { eraNamed, eras } from '../../models/eras.ts';
import { lacks } from '../../models/litmus/actions.ts';
import { litmusProgram } from '../../models/litmus/program.ts';
import { stackNamed, stacks } from '../../models/stacks.ts';
import { parseLitmus } from '../litmus/parse.ts';
import { functionsIn } from '../litmus/parse-condition.ts';
import { showResult } from '../litmus/show.ts';
import type { At, LitmusTest } from '../litmus/test.ts';
import { abstractionsOf, KCONFIG, MEMORY_MODEL } from '../report/preamble.ts';
import { raceDiagram } from '../report/race-diagram.ts';
import { wrap } from '../report/wrap.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { didYouMean } from '../support/nearest.ts';
import { readText } from './files.ts';
import { litmusJson } from './litmus-json.ts';
import type { Command, Given } from './options.ts';
import { type LitmusRun, runLitmus } from './run-litmus.ts';
import { version } from './version.ts';

export const litmusCommand: Command = {
  name: 'litmus',
  operands: 'FILE...',
  says: 'Print all that can come of litmus tests, and whether their conditions hold.',
  options: [
    { name: 'era', value: 'ERA,...', says: `kernels, instead of those of the file (${eras[0]?.id})` },
    { name: 'stack', value: 'STACK,...', says: 'filesystems, instead of those of the file (all that fit)' },
    { name: 'trace', value: 'N', says: 'show how the N-th state comes about, from 1' },
    { name: 'timeout', value: 'S', says: 'seconds for each test and stack (300)' },
    { name: 'memory', value: 'MIB', says: 'memory for the states of each (2048)' },
    { name: 'not-modelled', value: null, says: 'list what the models leave out, instead of a count' },
    { name: 'json', value: null, says: 'print as JSON' },
  ],
  run: litmus,
};

const known = { eras: eras.map((e) => e.id), stacks: stacks.map((s) => s.id) };

async function litmus(given: Given): Promise<number> {
  if (given.operands.length === 0)
    throw new PagedeedError({ code: 'PD0001', message: 'litmus takes at least one file' });
  const shown = given.number('trace', 1);
  const limits = { seconds: given.number('timeout', 1) ?? 300, memoryMiB: given.number('memory', 1) ?? 2048 };
  const tests: Located[] = [];
  for (const file of given.operands)
    tests.push({ file, test: parseLitmus(await readText(file), file, known) });
  const cells = tests.flatMap((located) => cellsOf(located, given));
  const json = given.has('json');
  if (json && shown !== undefined)
    throw new PagedeedError({ code: 'PD0001', message: 'JSON has no traces: give --trace or --json' });
  const runs: LitmusRun[] = [];
  for (const { test, era, stack } of cells) {
    const run = runLitmus(test, era, stack, limits);
    runs.push(run);
    if (json) continue;
    // That nobody reads any more is noticed between two tests.
    await setImmediate();
    process.stdout.write(`${runs.length > 1 ? '\n' : ''}${showResult(run.result)}`);
    if (shown !== undefined) process.stdout.write(traceOf(run, shown));
  }
  process.stdout.write(json ? litmusJson(version(), runs) : closing(runs, given.has('not-modelled')));
  if (runs.some(({ result }) => result.judged.some((j) => j.holds === false))) return 1;
  return runs.some(({ result }) => result.stopped !== null) ? 3 : 0;
}

/** What holds of all results; `listed`: each thing that is not modelled. */
function closing(runs: readonly LitmusRun[], listed: boolean): string {
  const sentences = new Set(
    runs.flatMap(({ program }) => abstractionsOf(program, new Set(program.functions.map((fn) => fn.name)))),
  );
  const lines = [
    ...wrap(
      'States are final states of the unreduced system: what commutes was taken in one order, which leaves none out.',
      '',
      '',
    ),
    `memory model: ${MEMORY_MODEL}`,
    ...wrap(KCONFIG, 'Kconfig: ', '  '),
    ...(listed
      ? ['not modelled:', ...[...sentences].flatMap((a) => wrap(a, '- ', '  '))]
      : [`not modelled: ${sentences.size} things, which --not-modelled lists`]),
  ];
  return `\n${lines.join('\n')}\n`;
}

interface Located {
  readonly file: string;
  readonly test: LitmusTest;
}

interface LitmusCell {
  readonly test: LitmusTest;
  readonly era: (typeof eras)[number];
  readonly stack: (typeof stacks)[number];
}

/** What a test is to be run on: as the command line says, or the file, or wherever it can be. */
export function cellsOf(located: Located, given: Pick<Given, 'text'>): readonly LitmusCell[] {
  const { test } = located;
  const asked = (name: string, said: readonly string[]) => given.text(name)?.split(',') ?? said;
  const eraNames = asked('era', test.eras);
  const stackNames = asked('stack', test.stacks);
  const chosenEras =
    eraNames.length === 0 ? eras : eraNames.map((id) => found('era', id, eras, eraNamed(id)));
  const named = stackNames.map((id) => found('stack', id, stacks, stackNamed(id)));
  const fit = stacks.filter((stack) => named.length === 0 && missing(test, stack) === null);
  // Where none fits, the last says why: it has the most.
  const chosenStacks =
    fit.length > 0
      ? fit
      : (named.length > 0 ? named : stacks.slice(-1)).map((stack) => fitting(located, stack));
  const cells = chosenEras.flatMap((era) => chosenStacks.map((stack) => ({ test, era, stack })));
  requireFunctions(located, cells);
  return cells;
}

/** Errors: PD0502 where a condition asks for a function that no program of the test has. */
function requireFunctions({ file, test }: Located, cells: readonly LitmusCell[]): void {
  const asked = test.conditions.flatMap(({ holds }) => functionsIn(holds));
  if (asked.length === 0) return;
  const programs = cells.map(({ era, stack }) => litmusProgram(test, era, stack).program);
  const names = new Set(programs.flatMap(({ functions }) => functions.map((fn) => fn.name)));
  const unknown = asked.find((place) => !names.has(place.function));
  if (unknown)
    throw new PagedeedError({
      code: 'PD0502',
      message: `nothing that the test does calls ${unknown.function}`,
      place: { file, ...unknown.at },
      hint: didYouMean(unknown.function, names) ?? 'pagedeed list functions prints those of the models',
    });
}

function found<T>(what: string, id: string, all: readonly { readonly id: string }[], one: T | undefined): T {
  if (one !== undefined) return one;
  const ids = all.map((s) => s.id);
  throw new PagedeedError({
    code: 'PD0502',
    message: `no ${what} is called ${id}`,
    hint: didYouMean(id, ids) ?? `there are: ${ids.join(', ')}`,
  });
}

type Stack = (typeof stacks)[number];

interface Missing {
  readonly what: string;
  readonly why: string;
  readonly at: At;
}

/** The first thing of a test that a stack does not have. */
function missing({ device, shared, operations }: LitmusTest, stack: Stack): Missing | null {
  const asked = [
    ...shared.map(({ at }) => ({ does: 'share' as const, what: 'shared blocks', at })),
    ...operations.map(({ action: { does }, at }) => ({ does, what: does, at })),
  ];
  for (const { does, what, at } of asked) {
    const why = lacks(stack, device, does);
    if (why !== null) return { what, why, at };
  }
  return null;
}

/** Errors: PD0503 where the stack does not have an operation of the test. */
function fitting({ file, test }: Located, stack: Stack): Stack {
  const lack = missing(test, stack);
  if (lack === null) return stack;
  const fit = stacks.filter((s) => missing(test, s) === null).map((s) => s.id);
  throw new PagedeedError({
    code: 'PD0503',
    message: `${stack.id} has no ${lack.what}: ${lack.why}`,
    place: { file, ...lack.at },
    hint: fit.length > 0 ? `there is one on: ${fit.join(', ')}` : 'no stack has all that the test asks for',
  });
}

function traceOf(run: LitmusRun, n: number): string {
  const trace = run.trace(n - 1);
  if (trace) return `\n${raceDiagram(trace)}`;
  const count = run.result.outcomes.length;
  throw new PagedeedError({
    code: 'PD0002',
    message: `there ${count === 1 ? 'is 1 state' : `are ${count} states`} of ${run.result.scenario}, not ${n}`,
    place: '--trace',
  });
}
