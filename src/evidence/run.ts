/** A run under way: drives the interpreter and writes down each step. Recording and replay both go this way. */
import type { Addresses } from '../lang/addresses.ts';
import { DEAD, holdersBits } from '../lang/locks.ts';
import { printPlace, printStmt, statementLines } from '../lang/print.ts';
import { type Program, structNamed } from '../lang/program.ts';
import { fieldsOfRace, isDataRace } from '../lang/races.ts';
import { storageOf } from '../lang/words.ts';
import {
  createMachine,
  type Executed,
  type FindingIn,
  type LockEdge,
  type Pause,
  type Site,
} from './interpreter.ts';
import type { Race, Shown, Trace, TraceStep, Waiting } from './trace.ts';

export interface Run {
  readonly steps: readonly TraceStep[];
  /** All that was found, and in which function. */
  readonly found: readonly (FindingIn & { readonly cpu: number })[];
  /** Another task may run where one died in an oops. */
  readonly goesOnAfterOops: boolean;
  /** What the CPU will do next; null if it is idle. */
  pauseOf(cpu: number): Pause | null;
  /** The CPU runs and cannot go on. */
  waits(cpu: number): boolean;
  /** Errors: those of the interpreter. */
  start(cpu: number, operation: string): TraceStep;
  step(cpu: number, choice: number | null): TraceStep;
  /** A word of memory; 0 where the program has no such word. */
  word(name: string): bigint;
  /** The CPUs that stand before something that they wait for. */
  waiting(): readonly Waiting[];
  /** The sentence about what the run has come to, if that is what was to be shown; null if it is not. */
  shows(shown: Shown): string | null;
  /** `says` is what `shows` gave. */
  trace(shown: Shown, says: string): Trace;
}

/** What a trace shows that ends where no CPU that runs goes on: no property, but an outcome. */
export const FINAL_STATE = 'final-state';

/** Runs come to the same statements again and again, and printing takes longer than doing them. */
function printedOnce<T extends object>(print: (node: T) => string): (node: T) => string {
  const texts = new WeakMap<T, string>();
  return (node) => {
    const known = texts.get(node) ?? print(node);
    texts.set(node, known);
    return known;
  };
}
const textOf = printedOnce(printStmt);
const placeText = printedOnce(printPlace);

/** Errors: those of the interpreter, where initial values name no object. */
export function createRun(program: Program, addresses: Addresses): Run {
  const machine = createMachine(program, addresses);
  const functions = new Map(program.functions.map((fn) => [fn.name, fn]));
  const cpus = Array.from({ length: program.bounds.cpus }, (_, cpu) => cpu);
  const steps: TraceStep[] = [];
  const found: (FindingIn & { readonly cpu: number })[] = [];
  /** Serials of each CPU's calls at its last step. */
  const serials: (readonly number[])[] = cpus.map(() => []);
  /** In which function each CPU last took or dropped a lock, by word. */
  const takenIn = cpus.map(() => new Map<string, string>());
  let last: Executed | null = null;

  const kept = (cpu: number, site: Site): number => {
    const before = serials[cpu] ?? [];
    const differs = site.serials.findIndex((serial, i) => serial !== before[i]);
    return differs < 0 ? site.serials.length : differs;
  };
  const position = (cpu: number, site: Site) => ({
    calls: site.calls,
    kept: kept(cpu, site),
    line: statementLines(functions.get(site.calls.at(-1) ?? '')).get(site.stmt) ?? 1,
    text: textOf(site.stmt),
  });
  const waits = (cpu: number): boolean => {
    const pause = machine.pauseOf(cpu);
    return pause?.kind === 'primitive' && !pause.ready();
  };

  function note(cpu: number, did: Executed, step: Partial<TraceStep>): TraceStep {
    const noted: TraceStep = {
      cpu,
      started: null,
      choice: null,
      ...position(cpu, did.site),
      access: null,
      reads: did.reads,
      changes: did.changes,
      findings: did.findings.map(({ property, says, fatal }) => ({ property, says, fatal })),
      ended: did.ended,
      ...step,
    };
    serials[cpu] = did.ended === 'no' ? did.site.serials : [];
    last = did;
    steps.push(noted);
    found.push(...did.findings.map((f) => ({ ...f, cpu })));
    return noted;
  }

  function waiting(): readonly Waiting[] {
    return cpus.filter(waits).map((cpu) => {
      const pause = machine.pauseOf(cpu) as Extract<Pause, { kind: 'primitive' }>;
      return { cpu, ...position(cpu, pause.site), lock: pause.lock(), racing: null };
    });
  }

  function saysOrder({ held, taken }: LockEdge): string {
    const cpu = steps.at(-1)?.cpu ?? 0;
    const where = (lock: string) => `${takenIn[cpu]?.get(lock)}()`;
    return `${taken} is taken in ${where(taken)} while ${held} is held, which was taken in ${where(held)}`;
  }

  /** The plain access that a CPU is about to make, and to which word; null if it is about to do something else. */
  function accessOf(cpu: number) {
    const pause = machine.pauseOf(cpu);
    if (pause?.kind !== 'access' || pause.place.access !== 'plain') return null;
    const word = pause.word();
    return word === null ? null : { cpu, word, site: pause.site, place: pause.place, store: pause.store };
  }
  type Accessing = NonNullable<ReturnType<typeof accessOf>>;

  const fieldOf = ({ place }: Accessing): string =>
    `${place.struct}.${storageOf(structNamed(program, place.struct), place.field).name}`;

  /** Two CPUs that are in this race now, one in each of its functions. */
  function racing(race: Race): readonly Accessing[] | null {
    const accesses = cpus.flatMap((cpu) => accessOf(cpu) ?? []);
    for (const a of accesses)
      for (const b of accesses) {
        const conflict = a.cpu !== b.cpu && a.word === b.word && (a.store || b.store);
        const functions = [a, b].map(({ site }) => site.calls.at(-1));
        if (conflict && fieldOf(a) === race.field && functions.every((f, i) => f === race.functions[i]))
          return [a, b].sort((one, other) => one.cpu - other.cpu);
      }
    return null;
  }

  const toRace = ({ cpu, site, word, store }: Accessing): Waiting => ({
    cpu,
    ...position(cpu, site),
    lock: null,
    racing: { word, store },
  });

  function saysRacing(accesses: readonly Accessing[]): string {
    const [first, second] = accesses.map(
      ({ cpu, store, site }) => `${store ? 'stored to' : 'read'} by CPU ${cpu} in ${site.calls.at(-1)}()`,
    );
    return `${accesses[0]?.word} may be ${first} while it is ${second}: nothing orders the two`;
  }

  /** What CPUs are about to do, where that is what is shown. */
  function pending({ property, race }: Shown): readonly Waiting[] {
    if (property === 'deadlock-free' || property === FINAL_STATE) return waiting();
    return race ? (racing(race) ?? []).map(toRace) : [];
  }

  const rests = (cpu: number): boolean => !machine.pauseOf(cpu) || waits(cpu);

  /** All that run wait, and something runs; nobody else could let go of what they wait for. */
  function stuck(): boolean {
    if (program.elsewhere && machine.holds(program.elsewhere)) return false;
    const busy = cpus.filter((cpu) => machine.pauseOf(cpu));
    return busy.length > 0 && busy.every(waits);
  }

  function saysWaiting({ cpu, text, lock }: Waiting): string {
    const statement = text.replace(/;$/, '');
    if (lock === null) return `CPU ${cpu} waits for ever in ${statement}`;
    const value = machine.memory.words.get(lock) ?? 0n;
    const holds = (cpu: number) => (value & BigInt(holdersBits(cpu))) !== 0n;
    const dead = program.afterOops && holds(DEAD) ? ['a task that died'] : [];
    const holders = [...cpus.filter(holds).map((c) => `CPU ${c}`), ...dead];
    return `CPU ${cpu} waits for ever in ${statement}: ${lock} is held by ${holders.join(' and ')}`;
  }

  return {
    steps,
    found,
    goesOnAfterOops: program.afterOops !== undefined,
    pauseOf: machine.pauseOf,
    word: (name) => machine.memory.words.get(name) ?? 0n,
    waiting,
    waits,
    start(cpu, operation) {
      return note(cpu, machine.start(cpu, operation), { started: operation, line: 1, text: operation });
    },
    step(cpu, choice) {
      const pause = machine.pauseOf(cpu);
      if (choice !== null && pause?.kind !== 'choose') throw new Error(`CPU ${cpu} has nothing to choose`);
      const access = pause?.kind === 'access' ? placeText(pause.place) : null;
      const lock = pause?.kind === 'primitive' ? pause.lock() : null;
      if (lock !== null) takenIn[cpu]?.set(lock, pause?.site.calls.at(-1) ?? '');
      return note(cpu, machine.step(cpu, choice ?? undefined), { choice, access });
    },
    shows({ property, edge, race }) {
      if (property === FINAL_STATE) return cpus.every(rests) ? 'nothing goes on' : null;
      if (property === 'deadlock-free') return stuck() ? waiting().map(saysWaiting).join('; ') : null;
      if (isDataRace(property)) {
        const accesses = race && fieldsOfRace(program, property).has(race.field) ? racing(race) : null;
        return accesses && saysRacing(accesses);
      }
      if (property === 'lock-order') {
        const shown = last?.locked.some((e) => e.held === edge?.held && e.taken === edge.taken);
        return edge && shown ? saysOrder(edge) : null;
      }
      if (property.startsWith('reach:')) {
        const target = property.slice('reach:'.length);
        return last?.reached.includes(target) ? `${target} is reached` : null;
      }
      return last?.findings.find((f) => f.property === property)?.says ?? null;
    },
    trace: (shown, says) => ({
      program,
      addresses,
      shown,
      steps,
      waiting: pending(shown),
      says,
    }),
  };
}
