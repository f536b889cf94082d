/**
 * Compiles a graph to JavaScript that works on packed states: one function for each operation's start and
 * each control point, all over one scratch state `S`. Nothing is allocated while they run.
 */
import { type Addresses, defaultAddresses } from '../lang/addresses.ts';
import { rewriteExpression } from '../lang/rewrite.ts';
import { fold } from '../system/fold.ts';
import { type Graph, runningCpus } from '../system/graph.ts';
import { knownLoads } from '../system/known-words.ts';
import { separateStarts } from '../system/starts.ts';
import { accessWriter } from './access-code.ts';
import { createChoices } from './choices.ts';
import { type CodeContext, createLocalNames } from './code-context.ts';
import { type Compiled, type Listener, NO_SUCCESSOR } from './compiled.ts';
import { createEnvironment, onFirstCall } from './environment.ts';
import { expressionWriter } from './expression-code.ts';
import { writeInitialState } from './initial-words.ts';
import { idleJudge } from './judgement-code.ts';
import { layOut } from './layout.ts';
import { orderRecorder } from './lock-order.ts';
import { lockTable, undertaker } from './lock-words.ts';
import { nodeWriter } from './node-code.ts';
import { plainAccess } from './plain-access.ts';
import { deathCode, segmentWriter } from './segment-code.ts';
import { driver, waysToStart } from './start-code.ts';
import { stepExits } from './step-exits.ts';
import { createValues, type SharedNumbers } from './values.ts';

export interface CompileOptions {
  readonly idBits: 8 | 16;
  readonly trackLocks: boolean;
  /** Where the objects lie, if it matters. */
  readonly addresses?: Addresses;
  /** The ids of another thread that runs the same code; none but these are used. */
  readonly numbers?: SharedNumbers;
}

/** Code for all steps of a graph. Most of it is written when it first runs. Errors: TooManyValues. */
export function compile(given: Graph, listener: Listener, options: CompileOptions): Compiled {
  const { graph, starts: separated, originOf } = separateStarts(given);
  const { program } = graph;
  const layout = layOut(graph, options.idBits);
  const state = new Int32Array(layout.cells);
  const choices = createChoices();
  const pauses = { count: 0 };
  const current = { way: -1 };
  const environment = createEnvironment({
    S: state,
    choose: choices.take,
    pauses,
    current,
    finding: listener.finding,
    judged: listener.judged,
    reached: listener.reached,
    covered: new Uint8Array(graph.nodes.length),
  });
  const context: CodeContext = {
    graph,
    cpus: runningCpus(graph),
    layout,
    values: createValues(options.idBits, options.numbers),
    addresses: options.addresses ?? defaultAddresses(program),
    environment,
    locals: createLocalNames(),
    pointNumber: new Map(graph.points.map((p, i) => [p.node, i + 1])),
    originOf,
  };
  const lockWords = lockTable(graph, layout);
  if (options.trackLocks) environment.set('holds', orderRecorder(lockWords, state, listener.ordered));

  const exits = stepExits(context);
  const expressions = expressionWriter(context);
  const accessing = accessWriter(context, expressions, exits);
  const nodes = nodeWriter(context, expressions, accessing, exits, lockWords, options.trackLocks);
  const segment = segmentWriter(context, expressions, nodes, exits);

  const known = knownLoads(program, graph.constants);
  const holds = program.properties.map((p) =>
    rewriteExpression(p.holds, (e) => (e.kind === 'load' ? known(e) : fold(e, program))),
  );
  const predicates = holds.map((expression, i) => {
    const predicate = environment.evaluate<() => boolean>(`() => ${expressions.look(expression)} !== 0`);
    environment.set(`predicate_${i}`, predicate);
    return predicate;
  });
  environment.set('judgeIdle', environment.evaluate(idleJudge(context, holds)));
  const { elsewhere } = program;
  if (program.afterOops) {
    environment.set('bury', undertaker(lockWords, state));
    const stores = accessing.effects(-1, program.afterOops, expressions.expr);
    environment.set('die', environment.evaluate(deathCode(context, stores)));
  }
  const starts = graph.entries.map((e) => onFirstCall(() => environment.evaluate(segment(e.node, []))));
  const ways = waysToStart(context, segment, separated, starts);
  const resumes = [null, ...graph.points].map((p) =>
    onFirstCall(() => environment.evaluate(p ? segment(p.node, p.live) : `() => ${NO_SUCCESSOR}`)),
  );
  const accesses = [null, ...graph.points.map((point) => plainAccess(context, expressions, point))];
  let runAll: Compiled['runWays'] | undefined;

  writeInitialState(context, state);
  return {
    layout,
    values: context.values,
    state,
    initial: state.slice(),
    starts,
    ways,
    current,
    runWays: (...args) => {
      runAll ??= environment.evaluate<Compiled['runWays']>(
        driver(context, segment, separated, { starts, ways }),
      );
      runAll(...args);
    },
    resumes,
    accesses,
    predicates,
    elsewhere: elsewhere
      ? environment.evaluate<() => boolean>(`() => ${expressions.look(elsewhere)} !== 0`)
      : () => false,
    choices,
    pauses,
    targets: nodes.targets,
    lockWords,
    addresses: context.addresses,
  };
}
