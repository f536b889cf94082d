/**
 * Runs a program twice, by the structured interpreter and by generated code, with the same decisions, and says
 * where the two come apart.
 */
import { createMachine, type Executed, type Machine, OUT_OF_MODEL } from '../evidence/interpreter.ts';
import { defaultAddresses } from '../lang/addresses.ts';
import { type Decisions, type Draw, drawFrom } from '../lang/arbitrary-world.fixture.ts';
import { functionLines } from '../lang/print.ts';
import { boundValue, type Program, structNamed } from '../lang/program.ts';
import { bitsOf, type Type, u64 } from '../lang/types.ts';
import { stateWords, storageOf } from '../lang/words.ts';
import { compile } from '../semantics/compile.ts';
import { BLOCKED, CHANGED, type Compiled, NO_SUCCESSOR, SUCCESSOR } from '../semantics/compiled.ts';
import { fieldSlot } from '../semantics/layout.ts';
import { TooManyValues } from '../semantics/values.ts';
import { assert } from '../support/assert.ts';
import type { Graph } from '../system/graph.ts';
import { lower } from '../system/lower.ts';
import { propertyOfFinding } from './heard.ts';

/** One step of generated code with all that the interpreter must show too. */
export interface Step {
  readonly outcome: number;
  readonly findings: readonly string[];
  readonly choices: readonly number[];
  readonly pauses: number;
}

export interface Generated {
  readonly compiled: Compiled;
  readonly graph: Graph;
  run(cpu: number, operation: number | null, draw: Draw): Step;
  /** The control point of a CPU; 0 is idle. */
  point(cpu: number): number;
  /** What a CPU remembers of a local; 0 where it remembers nothing. */
  local(cpu: number, name: string): bigint;
}

/** Rounds that every loop is unrolled to: more than random loops have. */
const ROUNDS = 3;
const MOST_STEPS = 300;

/** The graph with every loop unrolled far enough. */
export function lowerAll(program: Program): Graph {
  const rounds = program.functions.flatMap((fn) =>
    functionLines(fn).flatMap((line, i) =>
      line.stmt?.kind === 'while' ? [[`${fn.name}:${i + 1}`, ROUNDS] as const] : [],
    ),
  );
  return lower(program, { rounds: new Map(rounds) });
}

export function generate(program: Program, idBits: 8 | 16): Generated {
  const graph = lowerAll(program);
  let findings: string[] = [];
  const compiled: Compiled = compile(
    graph,
    {
      finding: (node, cause) => findings.push(propertyOfFinding(graph, compiled.values, node, cause)),
      judged: (property) => findings.push(program.properties[property]?.id ?? ''),
      reached: () => undefined,
      ordered: () => undefined,
    },
    { idBits, trackLocks: false },
  );
  const { choices, layout, state } = compiled;
  state.set(compiled.initial);
  const point = (cpu: number): number => {
    const bit = layout.pc.base + cpu * layout.pc.stride;
    return ((state[bit >>> 5] as number) >>> (bit & 31)) & (2 ** layout.pc.width - 1);
  };
  /** The way in which an operation starts, apart from the others, does the same. */
  function requireSameWay(operation: number, cpu: number, before: Int32Array, step: Step): void {
    const after = state.slice();
    const way = compiled.ways.find(
      (w) => w.operation === operation && w.choices.every((answer, i) => answer === (step.choices[i] ?? 0)),
    );
    assert(way, 'no way to start');
    const saved = choices.path.slice();
    const { length } = choices;
    state.set(before);
    choices.path.set(step.choices.slice(way.choices.length));
    choices.length = Math.max(0, step.choices.length - way.choices.length);
    choices.rewind();
    findings = [];
    const outcome = way.run(cpu) & ~CHANGED;
    const pauses = outcome === SUCCESSOR ? compiled.pauses.count : step.pauses;
    const same = { ...step, outcome, findings, pauses };
    assert(JSON.stringify(same) === JSON.stringify(step), 'a way to start is not what the operation does');
    if (outcome === SUCCESSOR)
      assert(
        state.every((cell, i) => cell === after[i]),
        'a way changes other words',
      );
    state.set(after);
    choices.path.set(saved);
    choices.length = length;
    choices.rewind();
    for (let i = 0; i < length; i++) choices.take(0);
  }

  return {
    compiled,
    graph,
    point,
    local(cpu, name) {
      const slot = layout.registers[layout.registerOf.get(name) ?? -1];
      if (!slot || !graph.points[point(cpu) - 1]?.live.includes(name)) return 0n;
      return decode(compiled, slot.base + cpu * slot.stride, slot.width, graph.locals.get(name) ?? u64);
    },
    run(cpu, operation, draw) {
      const run = operation === null ? compiled.resumes[point(cpu)] : compiled.starts[operation];
      const before = state.slice();
      choices.reset();
      for (let skip = draw.below(6); ; skip--) {
        state.set(before);
        choices.rewind();
        findings = [];
        const ended = run?.(cpu) ?? -1;
        const outcome = ended & ~CHANGED;
        if (ended === NO_SUCCESSOR || ended === BLOCKED)
          assert(
            state.every((cell, i) => cell === before[i]),
            'a step that changed nothing changed the state',
          );
        const answers = [...choices.path.slice(0, choices.length)];
        const step = { outcome, findings, choices: answers, pauses: compiled.pauses.count };
        if (operation !== null) requireSameWay(operation, cpu, before, step);
        if (skip === 0 || !choices.next()) {
          if (outcome !== SUCCESSOR) state.set(before);
          return step;
        }
      }
    },
  };
}

function decode(compiled: Compiled, bit: number, width: number, type: Type): bigint {
  const packed = ((compiled.state[bit >>> 5] as number) >>> (bit & 31)) & (2 ** width - 1);
  return bitsOf(type) >= 32 ? compiled.values.valueOf(packed) : BigInt(packed);
}

/** The state's words that generated code has, as numbers. */
export function wordsOf(program: Program, { compiled }: Generated): ReadonlyMap<string, bigint> {
  const words = new Map<string, bigint>();
  for (const word of stateWords(program)) {
    const slot = fieldSlot(compiled.layout, word.struct, word.field);
    if (!slot) continue;
    const storage = storageOf(structNamed(program, word.struct), word.field);
    const length = storage.length === undefined ? 1 : boundValue(program.bounds, storage.length);
    const bit = slot.base + (word.instance * length + (word.index ?? 0)) * slot.width;
    words.set(word.name, decode(compiled, bit, slot.width, word.type));
  }
  return words;
}

/** What the interpreter does during one step of generated code. */
interface Interpreted {
  readonly findings: readonly string[];
  readonly ended: Executed['ended'];
  /** It stands before a primitive that waits. */
  readonly waits: boolean;
}

function interpret(
  machine: Machine,
  program: Program,
  cpu: number,
  operation: number | null,
  step: Step,
): Interpreted {
  const answers = [...step.choices];
  const findings: string[] = [];
  let ended: Executed['ended'] = 'no';
  const note = (did: Executed): void => {
    findings.push(...did.findings.map((f) => f.property));
    ended = did.ended;
  };
  if (operation !== null) note(machine.start(cpu, program.operations[operation] as string));
  const limit = step.outcome === SUCCESSOR ? step.pauses : MOST_STEPS;
  for (let i = 0; i < limit && ended === 'no'; i++) {
    const pause = machine.pauseOf(cpu);
    if (pause?.kind === 'primitive' && !pause.ready()) return { findings, ended, waits: true };
    note(machine.step(cpu, pause?.kind === 'choose' ? answers.shift() : undefined));
  }
  return { findings, ended, waits: false };
}

/** Runs both for some steps; null where they agree, else what differs. */
export function disagreement(
  interpreted: Program,
  generated: Program,
  decisions: Decisions,
  steps: number,
): string | null {
  return withIds((bits) =>
    compare(interpreted, generate(generated, bits), generated, drawFrom(decisions), steps),
  );
}

/** Tries 8-bit ids of values, then 16-bit ones. */
export function withIds<T>(attempt: (idBits: 8 | 16) => T): T {
  try {
    return attempt(8);
  } catch (error) {
    if (!(error instanceof TooManyValues)) throw error;
    return attempt(16);
  }
}

function compare(
  interpreted: Program,
  code: Generated,
  generated: Program,
  draw: Draw,
  steps: number,
): string | null {
  const machine = createMachine(interpreted, defaultAddresses(interpreted));
  const { cpus } = interpreted.bounds;
  for (let i = 0; i < steps; i++) {
    const cpu = draw.below(cpus);
    const operation = code.point(cpu) === 0 ? draw.below(interpreted.operations.length) : null;
    const step = code.run(cpu, operation, draw);
    if (step.outcome === BLOCKED && operation === null) {
      const pause = machine.pauseOf(cpu);
      if (pause?.kind === 'primitive' && !pause.ready()) continue;
      return `step ${i}: generated code waits, the interpreter does not`;
    }
    const did = interpret(machine, interpreted, cpu, operation, step);
    const where = `step ${i} of CPU ${cpu}${operation === null ? '' : `, op${operation}`}`;
    const [a, b] = [did.findings.join(' '), step.findings.join(' ')];
    if (a !== b) return `${where}: the interpreter finds "${a}", generated code "${b}"`;
    const expected = outcomeOf(did, interpreted);
    const given = step.outcome === SUCCESSOR ? 'goes on' : step.outcome === BLOCKED ? 'waits' : 'stops';
    if (expected !== given) return `${where}: the interpreter ${expected}, generated code ${given}`;
    if (given !== 'goes on') return null;
    if ((did.ended !== 'no') !== (code.point(cpu) === 0)) return `${where}: one is idle`;
    const words = wordsOf(generated, code);
    for (const [name, value] of words) {
      const other = machine.memory.words.get(name);
      if (other !== value)
        return `${where}: ${name} is ${other} to the interpreter, ${value} to generated code`;
    }
  }
  return null;
}

function outcomeOf(
  { ended, waits, findings }: Interpreted,
  { afterOops }: Program,
): 'goes on' | 'waits' | 'stops' {
  if (waits) return 'waits';
  if (ended === 'oops' && afterOops && findings.at(-1) !== OUT_OF_MODEL) return 'goes on';
  return ended === 'oops' || ended === 'not-enabled' ? 'stops' : 'goes on';
}
