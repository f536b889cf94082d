/** One litmus test on one era and stack: its final states, each shown by the interpreter too. */
import type { Era } from '../../models/eras.ts';
import { decodeOutcome, type Ended, overwhelmed } from '../../models/litmus/decode.ts';
import { type LitmusProgram, litmusProgram } from '../../models/litmus/program.ts';
import { MOST_SIGNALS } from '../../models/litmus/record.ts';
import type { Stack } from '../../models/stacks.ts';
import { isFatal } from '../engine/event-sets.ts';
import type { SearchLimits } from '../engine/explicit.ts';
import { type FinalState, type FinalStates, findFinalStates, type Schedule } from '../engine/final-states.ts';
import { TaskDied } from '../engine/task-steps.ts';
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import { follow } from '../evidence/record.ts';
import { FINAL_STATE, type Run } from '../evidence/run.ts';
import type { Trace } from '../evidence/trace.ts';
import type { Addresses } from '../lang/addresses.ts';
import { boundValue, type Program, structNamed } from '../lang/program.ts';
import { bitsOf } from '../lang/types.ts';
import { storageOf } from '../lang/words.ts';
import { holdsIn } from '../litmus/evaluate.ts';
import type { Outcome } from '../litmus/outcome.ts';
import { type Judged, type LitmusResult, showOutcome } from '../litmus/show.ts';
import type { LitmusTest } from '../litmus/test.ts';
import type { Compiled } from '../semantics/compiled.ts';
import { fieldSlot } from '../semantics/layout.ts';
import { TooManyValues } from '../semantics/values.ts';
import { assert } from '../support/assert.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import type { Graph } from '../system/graph.ts';
import { lower } from '../system/lower.ts';

/** Errors: InternalError where the interpreter disagrees with generated code; PD0504 for too many signals. */
export function runLitmus(
  test: LitmusTest,
  era: Era,
  stack: Stack,
  limits: SearchLimits & { readonly unreduced?: boolean },
): LitmusRun {
  const made = litmusProgram(test, era, stack);
  const { program, blocks } = made;
  const { graph, search } = searchAll(test, made, limits);
  const byLine = new Map<string, { readonly final: FinalState; readonly outcome: Outcome }>();
  for (const final of search.finals) {
    const ended = endedIn(search, graph, final);
    const many = overwhelmed(test, ended);
    if (many !== undefined)
      throw new PagedeedError({
        code: 'PD0504',
        message: `${test.name}: ${many} gets more than ${MOST_SIGNALS} signals, and the models keep no more`,
      });
    const outcome = decodeOutcome(test, blocks, ended);
    const line = showOutcome(test, outcome);
    if (!byLine.has(line)) byLine.set(line, { final, outcome });
  }
  const { addresses } = search.compiled;
  const traces: (() => Trace)[] = [];
  const outcomes = [...byLine]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([line, { final }]) => {
      const run = follow(program, addresses, final.moves());
      const outcome = decodeOutcome(test, blocks, endedOf(run, addresses));
      const shown = showOutcome(test, outcome);
      assert(shown === line, `the interpreter comes to ${shown}, generated code to ${line}`);
      traces.push(() => run.trace({ property: FINAL_STATE }, 'nothing goes on'));
      return outcome;
    });
  const judged = test.conditions.map((condition): Judged => {
    const positive = outcomes.filter((o) => holdsIn(condition.holds, o, blocks)).length;
    const negative = outcomes.length - positive;
    const seen = { exists: positive > 0, forall: negative === 0, never: positive === 0 }[
      condition.quantifier
    ];
    // A state decides for good that there is one, or that there is one too many.
    const decided = search.stopped === null || seen === (condition.quantifier === 'exists');
    const holds = decided ? seen : null;
    return { condition, holds, positive, negative };
  });
  const { states, stopped } = search;
  return {
    program,
    result: { test, blocks, scenario: `${era.id}/${stack.id}`, outcomes, judged, states, stopped },
    trace: (n) => traces[n]?.(),
  };
}

export interface LitmusRun {
  readonly result: LitmusResult;
  readonly program: Program;
  /** How the n-th outcome comes about, from 0. */
  trace(n: number): Trace | undefined;
}

interface Searched {
  readonly graph: Graph;
  readonly search: FinalStates;
}

function searchAll(
  test: LitmusTest,
  { program, undying }: LitmusProgram,
  limits: SearchLimits & { readonly unreduced?: boolean },
): Searched {
  const searched = (of: Program): Searched => {
    const graph = lower(of, { prune: true });
    const schedule = { ...scheduleOf(test, of), unreduced: limits.unreduced ?? false };
    return { graph, search: searchGraph(graph, schedule, limits) };
  };
  if (test.order !== 'steps') return searched(program);
  try {
    return searched(undying);
  } catch (error) {
    if (!(error instanceof TaskDied)) throw error;
    return searched(program);
  }
}

function searchGraph(graph: Graph, schedule: Schedule, limits: SearchLimits): FinalStates {
  try {
    return findFinalStates(graph, schedule, limits, 8);
  } catch (error) {
    if (!(error instanceof TooManyValues)) throw error;
    return findFinalStates(graph, schedule, limits, 16);
  }
}

function scheduleOf(test: LitmusTest, { operations }: Program): Schedule {
  const cpuOf = (task: string) => test.tasks.findIndex((t) => t.name === task);
  const count = test.operations.length;
  return {
    order: test.order,
    operations: test.operations.map(({ task }, i) => ({ operation: i, cpu: cpuOf(task) })),
    before: test.operations.filter((o) => o.before).length,
    late: test.operations.flatMap(({ action }) => (action.does === 'fork' ? [cpuOf(action.child)] : [])),
    deaths: operations.slice(count).map((_, t) => count + t),
  };
}

const objects = (addresses: Addresses) => {
  const names = new Map([...addresses].map(([object, address]) => [address, object]));
  return (address: bigint) => names.get(address);
};

/** A final state as generated code has it. */
function endedIn({ compiled }: FinalStates, graph: Graph, { state, events, waits }: FinalState): Ended {
  const placeOf = (node: number) => graph.nodes[node]?.site.calls.at(-1) ?? '';
  const fatal = events.filter((e) => isFatal(graph, e));
  assert(!events.some((e) => e.property === OUT_OF_MODEL), 'a run leaves the model');
  return {
    word: wordReader(graph.program, compiled, state),
    objectAt: objects(compiled.addresses),
    oopses: fatal.map((e) => ({ cpu: e.cpu, in: placeOf(e.node), says: e.property })),
    hangs: waits.flatMap((node, cpu) => (node === null ? [] : [{ cpu, in: placeOf(node), for: '' }])),
    warnings: events.filter((e) => e.property === 'no-warn').map((e) => placeOf(e.node)),
  };
}

/** The words of a packed state by name; those that never change have their initial values. */
function wordReader(program: Program, compiled: Compiled, state: Int32Array): (name: string) => bigint {
  const initial = new Map<string, bigint>(
    program.initial.flatMap(({ place, value }) => {
      if (place.pointer.kind !== 'address') return [];
      const storage = storageOf(structNamed(program, place.struct), place.field).name;
      const index = place.index?.kind === 'const' ? `[${place.index.value}]` : '';
      const word =
        value.kind === 'address'
          ? (compiled.addresses.get(`${value.struct}[${value.instance}]`) ?? 0n)
          : value.kind === 'const'
            ? value.value
            : 0n;
      return [[`${place.struct}[${place.pointer.instance}].${storage}${index}`, word] as const];
    }),
  );
  return (name) => {
    const [, struct = '', instance = '0', field = '', index = '0'] =
      /^(\w+)\[(\d+)\]\.(\w+)(?:\[(\d+)\])?$/.exec(name) ?? [];
    const node = program.structs.find((s) => s.name === struct);
    const storage = node && storageOf(node, field);
    const slot = storage && fieldSlot(compiled.layout, struct, storage.name);
    if (!storage || !slot) return initial.get(name) ?? 0n;
    const length = storage.length === undefined ? 1 : boundValue(program.bounds, storage.length);
    const bit = slot.base + (Number(instance) * length + Number(index)) * slot.stride;
    const packed = ((state[bit >>> 5] as number) >>> (bit & 31)) & (2 ** slot.width - 1);
    return bitsOf(storage.type) >= 32 ? compiled.values.valueOf(packed) : BigInt(packed);
  };
}

/** A final state as the interpreter has it. */
function endedOf(run: Run, addresses: Addresses): Ended {
  return {
    word: run.word,
    objectAt: objects(addresses),
    oopses: run.found.filter((f) => f.fatal).map(({ cpu, in: where, says }) => ({ cpu, in: where, says })),
    hangs: run.waiting().map(({ cpu, calls, text }) => ({ cpu, in: calls.at(-1) ?? '', for: text })),
    warnings: run.found.filter((f) => f.property === 'no-warn').map((f) => f.in),
  };
}
