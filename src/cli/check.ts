/** `pagedeed check`: runs engines over scenarios and reports what they say. */
import { availableParallelism } from 'node:os';
import { styleText } from 'node:util';
import { engineNamed, engines } from '../engine/registry.ts';
import { runCells } from '../engine/run-cells.ts';
import type { Trace } from '../evidence/trace.ts';
import { type Outcome, stepsShowing } from '../evidence/verdict.ts';
import { abstractionsOf } from '../report/preamble.ts';
import { raceDiagram } from '../report/race-diagram.ts';
import { isOpen, isWrong, type Result, resultsJson } from '../report/result.ts';
import { verdictTable } from '../report/table.ts';
import { PagedeedError, renderDiagnostic } from '../support/diagnostics.ts';
import { didYouMean } from '../support/nearest.ts';
import { reductions } from '../system/reductions.ts';
import { cacheFolder, openCache } from './cache.ts';
import { askCache, type CachedCell } from './cached-cell.ts';
import { writeEvidence } from './evidence-files.ts';
import { requireWritable } from './files.ts';
import type { Command, Given, Option } from './options.ts';
import { type PlannedCell, planCheck } from './plan.ts';
import { createProgress } from './progress.ts';
import { version } from './version.ts';

const options: readonly Option[] = [
  {
    name: 'property',
    value: 'ID,...',
    says: 'properties to check (all); reach:FUNCTION for what is possible',
  },
  { name: 'claims', value: 'SET', says: 'check what specs/claims.ts claims: all, or start, reach, cpus' },
  { name: 'model', value: 'FILE.ts', says: 'check a model of your own; it exports `program`' },
  { name: 'engine', value: 'ID', says: `${engines.map((e) => e.id).join(', ')} (portfolio)` },
  { name: 'cpus', value: 'N', says: 'CPUs, 1 to 4 (2)' },
  { name: 'files', value: 'N', says: 'files (2)' },
  { name: 'blocks', value: 'N', says: 'blocks of the device (2)' },
  { name: 'offsets', value: 'N', says: 'offsets in a file (2)' },
  { name: 'tasks', value: 'N', says: 'processes (2)' },
  { name: 'early-kill', value: 'all|none', says: 'which tasks a failure kills at once (all)' },
  {
    name: 'source',
    value: 'task|pfn|none',
    says: 'who raises failures: a task, somebody by frame number, or nobody (task)',
  },
  {
    name: 'operations',
    value: 'usual|more',
    says: 'more: also write(2), punch, unshare, dedupe, fork, drop_caches, pin, unmount, mkfs and others (usual)',
  },
  { name: 'faults-fail', value: 'yes|no', says: 'whether a page fault may run out of memory (yes)' },
  { name: 'timeout', value: 'S', says: 'seconds for each scenario (300)' },
  { name: 'memory', value: 'MIB', says: 'memory for the states of each scenario (2048)' },
  { name: 'depth', value: 'N', says: 'go no deeper than N steps; with one CPU, N operations' },
  {
    name: 'reduce',
    value: 'ID,...|none',
    says: `what the explicit search may leave out: ${reductions.join(', ')} (all)`,
  },
  { name: 'shard', value: 'I/N', says: 'check the I-th of N shares of the scenarios and settings' },
  {
    name: 'jobs',
    value: 'N',
    says: 'scenarios at a time; those to spare help searches (one for each processor)',
  },
  { name: 'no-cache', value: null, says: 'decide everything anew, and keep nothing for later runs' },
  { name: 'out', value: 'DIR', says: 'write traces and certificates there' },
  { name: 'json', value: null, says: 'print results as JSON' },
];

export const checkCommand: Command = {
  name: 'check',
  operands: '[SCENARIO...]',
  says: 'Check properties of scenarios: names or patterns such as v6.12/xfs*, all if none is given.',
  options,
  run: check,
};

async function check(given: Given): Promise<number> {
  const engine = engineOf(given);
  const limits = {
    seconds: given.number('timeout', 1) ?? 300,
    memoryMiB: given.number('memory', 1) ?? 2048,
    depth: given.number('depth', 1) ?? null,
  };
  const reduce = given.someOf('reduce', reductions);
  const jobs = given.number('jobs', 1) ?? availableParallelism();
  const out = given.text('out');
  const plan = await planCheck(given);
  if ('diagnostics' in plan) {
    process.stderr.write(plan.diagnostics.map((d) => `${renderDiagnostic(d)}\n`).join(''));
    return 2;
  }
  if (out !== undefined) await requireWritable(out);

  const { part, parts } = given.share('shard');
  const cells = plan.cells.filter((_, i) => i % parts === part);
  const cache = given.has('no-cache') ? null : openCache(cacheFolder());
  const cached: CachedCell[] = [];
  for (const cell of cells)
    cached.push(await askCache(cache, cell, [engine, ...(reduce ?? ['all'])].join(' ')));
  const results: Result[][] = cells.map(() => []);
  const traces: Trace[] = [];
  /** Reports a cell with what the cache knew of it and what was decided now. */
  const report = async (cell: number, decided: readonly Outcome[]): Promise<void> => {
    const planned = cells[cell] as PlannedCell;
    const { known } = cached[cell] as CachedCell;
    const all = new Map([...known, ...decided].map((o) => [o.property, o]));
    const outcomes = planned.properties.flatMap((id) => {
      const outcome = all.get(id);
      return outcome ? [{ ...outcome, property: planned.prefix + id }] : [];
    });
    const before = new Set(known.map((o) => planned.prefix + o.property));
    results[cell] = resultsOf(planned, outcomes, before, new Map());
    for (const { verdict } of outcomes) if ('traces' in verdict) traces.push(...verdict.traces);
    if (out === undefined) return;
    const written = await writeEvidence(out, planned.program, outcomes);
    results[cell] = resultsOf(planned, outcomes, before, written);
  };
  const asked = [...cells.keys()].filter((cell) => cached[cell]?.open.length);
  const progress = createProgress(process.stderr);
  const name = (request: number) => cells[asked[request] ?? 0]?.scenario ?? '';
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt);
  try {
    for (const cell of cells.keys()) if (!asked.includes(cell)) await report(cell, []);
    await runCells(
      asked.map((cell) => {
        const { program, stored, rounds } = cells[cell] as PlannedCell;
        const properties = cached[cell]?.open ?? [];
        const known = { ...(stored && { stored }), ...(rounds && { rounds }) };
        return { program, properties, engine, limits, ...(reduce && { reduce }), ...known };
      }),
      jobs,
      {
        started: (request) => progress.show(name(request), 'starting'),
        progress: (request, text) => progress.show(name(request), text),
        async done(request, decided) {
          const cell = asked[request] as number;
          await report(cell, decided);
          await cached[cell]?.keep(decided);
          progress.show(name(request), '');
        },
      },
      interrupted.signal,
    );
    await cache?.sweep();
  } finally {
    process.off('SIGINT', interrupt);
    progress.clear();
    print(results.flat(), cells, plan.kernel, given.has('json'));
    // Who asks for one thing wants to see it.
    const alone = results.flat().length === 1 && !given.has('json');
    if (alone) process.stdout.write(traces.map((trace) => `\n${raceDiagram(trace)}`).join(''));
  }
  if (interrupted.signal.aborted) return 130;
  return statusOf(results.flat());
}

function engineOf(given: Given): string {
  const id = given.text('engine') ?? 'portfolio';
  if (engineNamed(id)) return id;
  const known = engines.map((e) => e.id);
  throw new PagedeedError({
    code: 'PD0104',
    message: `no engine is called ${id}`,
    hint: didYouMean(id, known) ?? `there are: ${known.join(', ')}`,
  });
}

function resultsOf(
  { scenario, program, claimed }: PlannedCell,
  outcomes: readonly Outcome[],
  cached: ReadonlySet<string>,
  written: ReadonlyMap<string, readonly string[]>,
): Result[] {
  const abstractions = abstractionsOf(program, new Set(program.functions.map((fn) => fn.name)));
  return outcomes.map(({ property, verdict, engine, solver, depth, states, seconds }) => ({
    scenario,
    bounds: program.bounds,
    policy: program.policy,
    property,
    verdict: verdict.verdict,
    claimed: claimed.get(property) ?? null,
    reason: 'reason' in verdict ? verdict.reason : null,
    engine,
    solver,
    depth,
    steps: 'traces' in verdict ? stepsShowing(property, verdict.traces) : null,
    states,
    seconds: Math.round(seconds * 1000) / 1000,
    cached: cached.has(property),
    evidence: written.get(property) ?? [],
    abstractions,
  }));
}

function print(
  results: readonly Result[],
  cells: readonly PlannedCell[],
  kernel: boolean,
  json: boolean,
): void {
  if (json) {
    process.stdout.write(resultsJson(version(), results));
    return;
  }
  const own = new Set(cells.flatMap(({ program }) => program.abstractions));
  const all = new Set(results.flatMap((r) => r.abstractions));
  const colour = process.stdout.isTTY;
  process.stdout.write(
    verdictTable(results, {
      width: process.stdout.columns ?? 100,
      paint: (text, result) => (colour ? styleText(colourOf(result), text) : text),
      kernel,
      abstractions: [...own],
      ofFunctions: all.size - own.size,
      missing: cells.reduce((sum, c) => sum + c.properties.length, 0) - results.length,
    }),
  );
}

function colourOf(result: Result): 'green' | 'red' | 'yellow' {
  if (isWrong(result)) return 'red';
  return result.verdict === 'bounded' || result.verdict === 'unknown' ? 'yellow' : 'green';
}

function statusOf(results: readonly Result[]): number {
  if (results.some(isWrong)) return 1;
  return results.some(isOpen) ? 3 : 0;
}
