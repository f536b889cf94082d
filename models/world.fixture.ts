/** Plays operations one after the other, or interleaved as a test says, from a scenario's initial state. */
import { createMachine, type Executed } from '../src/evidence/interpreter.ts';
import { defaultAddresses } from '../src/lang/addresses.ts';
import { printStmt } from '../src/lang/print.ts';
import { type Program, program } from '../src/lang/public.ts';
import { stateWords } from '../src/lang/words.ts';
import { eras } from './eras.ts';
import { buildScenario, defaultBounds, type Policy, type ScenarioBounds } from './scenario.ts';
import { stackNamed } from './stacks.ts';

export function scenarioProgram(
  stackId: string,
  policy: Partial<Policy> = {},
  bounds: Partial<ScenarioBounds> = {},
): Program {
  const [era] = eras;
  const stack = stackNamed(stackId);
  if (!era || !stack) throw new Error(`no stack ${stackId}`);
  return program(
    buildScenario({
      era,
      stack,
      bounds: { ...defaultBounds, ...bounds },
      policy: { earlyKill: 'none', source: null, ...policy },
    }),
  );
}

/** The two choices of `mmap` that tests use most: task, file, and whether the mapping is shared. */
export const mapShared = (task: number, file: number) => [task, file, 1] as const;
export const mapPrivate = (task: number, file: number) => [task, file, 0] as const;

export function play(program: Program) {
  const machine = createMachine(program, defaultAddresses(program));
  const found: string[] = [];
  const isLock = new Set(
    program.structs.flatMap((s) => s.fields.filter((f) => f.lock).map((f) => `${s.name}.${f.name}`)),
  );
  const queues = new Map<number, number[]>();

  const note = (done: Executed) => {
    found.push(...done.findings.map((f) => f.property));
    return done.ended;
  };
  function step(cpu: number): Executed['ended'] {
    const pause = machine.pauseOf(cpu);
    return note(machine.step(cpu, pause?.kind === 'choose' ? (queues.get(cpu)?.shift() ?? 0) : undefined));
  }
  function waits(cpu: number): boolean {
    const pause = machine.pauseOf(cpu);
    return pause?.kind === 'primitive' && !pause.ready();
  }
  function start(cpu: number, operation: string, choices: readonly number[] = []): void {
    queues.set(cpu, [...choices]);
    note(machine.start(cpu, operation));
  }
  /** To the operation's end, or to where it must wait for another CPU. */
  function finish(cpu: number): Executed['ended'] | 'waits' {
    for (let i = 0; i < 5000; i++) {
      if (!machine.pauseOf(cpu)) return 'returned';
      if (waits(cpu)) return 'waits';
      const ended = step(cpu);
      if (ended !== 'no') return ended;
    }
    throw new Error('the operation does not end');
  }
  /** Up to the statement of a function that prints so, which is not executed. */
  function until(cpu: number, fn: string, statement: string): void {
    for (let i = 0; i < 5000; i++) {
      const site = machine.pauseOf(cpu)?.site;
      if (!site) throw new Error(`CPU ${cpu} never came to ${fn}: ${statement}`);
      if (site.calls.at(-1) === fn && printStmt(site.stmt) === statement) return;
      if (waits(cpu)) throw new Error(`CPU ${cpu} waits at ${site.calls.at(-1)}: ${printStmt(site.stmt)}`);
      step(cpu);
    }
  }
  return {
    found,
    start,
    step,
    finish,
    until,
    /** One operation on CPU 0, to its end. */
    run(operation: string, ...choices: readonly number[]) {
      start(0, operation, choices);
      return finish(0);
    },
    word: (name: string): bigint | undefined => machine.memory.words.get(name),
    addressOf: machine.memory.addressOf,
    /** Lock words that somebody holds. */
    held: () =>
      stateWords(program)
        .filter((w) => isLock.has(`${w.struct}.${w.field}`) && machine.memory.words.get(w.name))
        .map((w) => w.name),
  };
}

export type Play = ReturnType<typeof play>;

/** Entry and page table words of block `b`. */
export const entryOf = (b: number): bigint => (BigInt(0x100 + b) << 5n) | 1n;
export const zeroEntry = (0x10n << 5n) | (4n << 1n) | 1n;
export const pteOf = (b: number): bigint => (BigInt(0x100 + b) << 12n) | (1n << 58n) | 1n;
export const zeroPte = (0x10n << 12n) | (1n << 9n) | 1n;
export const anonPte = (0x20n << 12n) | 1n;
export const SHARED = 1n;
