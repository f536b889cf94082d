/**
 * The structured interpreter: runs a program's functions statement by statement, as written. It is the
 * last word on a trace, so it shares nothing with the lowering, the generated code or the SMT encoding.
 *
 * A CPU pauses before each access to shared memory, each primitive and each choice; one step is what
 * happens from one pause to the next. Ghost memory is read and written within the step.
 */

import type { Addresses } from '../lang/addresses.ts';
import { fieldsRead, lockWords } from '../lang/fields.ts';
import { buried } from '../lang/locks.ts';
import type { Effect, ExprNode, FunctionNode, LockUse, Place, StmtNode } from '../lang/nodes.ts';
import { statementLines } from '../lang/print.ts';
import { boundValue, functionNamed, type Program, structNamed } from '../lang/program.ts';
import { LIVE } from '../lang/structs.ts';
import { bitsOf } from '../lang/types.ts';
import { storesOf } from '../lang/walk.ts';
import { instancesOf, storageOf } from '../lang/words.ts';
import { assert } from '../support/assert.ts';
import { binaryValue, convertValue, unaryValue } from './arithmetic.ts';
import { type Change, createMemory, type Memory, type Read } from './memory.ts';

/** Where a CPU stands: the functions it is in, outermost first, and the statement it will execute. */
export interface Site {
  readonly calls: readonly string[];
  /** A number for each of `calls` that no other call of this CPU has. */
  readonly serials: readonly number[];
  readonly stmt: StmtNode;
}

/** A lock was taken by a CPU that held another; both are words. */
export interface LockEdge {
  readonly held: string;
  readonly taken: string;
}

/** A property failed. `fatal`: the task died in an oops. */
export interface Finding {
  readonly property: string;
  readonly says: string;
  readonly fatal: boolean;
}

/** A finding of a step, which may go on into other functions than it began in. */
export interface FindingIn extends Finding {
  readonly in: string;
}

export type Pause =
  | {
      readonly kind: 'access';
      readonly site: Site;
      readonly place: Place;
      readonly store: boolean;
      /** The word to be accessed; null where there is none, as the pointer names no object. */
      readonly word: () => string | null;
    }
  | {
      readonly kind: 'primitive';
      readonly site: Site;
      readonly ready: () => boolean;
      /** The lock that it takes or drops, as a word; null for other primitives. */
      readonly lock: () => string | null;
    }
  | { readonly kind: 'choose'; readonly site: Site; readonly count: number };

/** What one step did. */
export interface Executed {
  readonly site: Site;
  /** Loads of kernel memory outside primitives. */
  readonly reads: readonly Read[];
  /** Stores, ghost memory included, in their order. */
  readonly changes: readonly Change[];
  readonly findings: readonly FindingIn[];
  /** Functions entered (`NAME`) and branches taken (`NAME:LINE:then`, `NAME:LINE:else`). */
  readonly reached: readonly string[];
  readonly locked: readonly LockEdge[];
  /** The operation ended: it returned, its assumption was false, or its task died. */
  readonly ended: 'no' | 'returned' | 'not-enabled' | 'oops';
}

export interface Machine {
  readonly memory: Memory;
  /** What CPU `cpu` will do next; null when it is idle. */
  pauseOf(cpu: number): Pause | null;
  /** Whether a predicate over the state holds now. */
  holds(predicate: ExprNode): boolean;
  /** An idle CPU enters an operation and stops at its first pause. Gives what happened on the way. */
  start(cpu: number, operation: string): Executed;
  /** Executes one step; `choice` answers a choose. Errors: the CPU is idle or must wait, or the choice does not exist. */
  step(cpu: number, choice?: number): Executed;
}

class Oops extends Error {}
class NotEnabled extends Error {}

type Flow =
  | { readonly kind: 'next' | 'break' | 'continue' }
  | { readonly kind: 'return'; readonly value: bigint };
const next: Flow = { kind: 'next' };

interface Frame {
  readonly fn: FunctionNode;
  readonly serial: number;
  readonly locals: Map<string, bigint>;
}

type Run<T> = Generator<Pause, T, number>;

/** The property of a finding that says the model's bounds were left: never a verdict about the kernel. */
export const OUT_OF_MODEL = 'out-of-model';

export function createMachine(program: Program, addresses: Addresses): Machine {
  const memory = createMemory(program, addresses);
  const running: (Run<void> | null)[] = Array.from({ length: program.bounds.cpus }, () => null);
  const pauses: (Pause | null)[] = running.map(() => null);
  const frames: Frame[][] = running.map(() => []);
  const calls = running.map(() => 0);
  let reads: Read[] = [];
  let changes: Change[] = [];
  let findings: FindingIn[] = [];
  let stepping = 0;
  let reached: string[] = [];
  let locked: LockEdge[] = [];
  const ghosts = new Set(program.structs.filter((s) => s.ghost).map((s) => s.name));
  const functions = new Map(program.functions.map((fn) => [fn.name, fn]));
  const locks = lockWords(program);
  const read = new Map(program.properties.map((p) => [p.id, fieldsRead(program, p.holds)]));

  for (const effect of program.initial) settle(effect);
  changes = [];

  /** Sets an initial value: no access, so the object need not live. */
  function settle({ place, value }: Effect): void {
    assert(place.pointer.kind === 'address', 'an initial value belongs to a known object');
    memory.store(place, place.pointer.instance, place.index && pure(place.index, 0), pure(value, 0));
  }

  function find(property: string, says: string, fatal: boolean): void {
    findings.push({ property, says, fatal, in: frames[stepping]?.at(-1)?.fn.name ?? '' });
  }

  function resolve(place: Place, address: bigint): number {
    const object = memory.resolve(place, address);
    if (typeof object === 'number') return object;
    find(object.property, object.says, true);
    throw new Oops();
  }

  /** What properties and observations read is no access: where there is nothing to read, they read 0. */
  let looking = false;
  function look(node: ExprNode, cpu: number): bigint {
    looking = true;
    const value = pure(node, cpu);
    looking = false;
    return value;
  }

  function seen(place: Place, address: bigint, index: bigint | undefined): bigint {
    const object = memory.resolve({ struct: place.struct, field: LIVE }, address);
    if (typeof object !== 'number') return 0n;
    return memory.load(place, object, index)?.value ?? 0n;
  }

  function loadFrom(place: Place, address: bigint, index: bigint | undefined): Read {
    const value = memory.load(place, resolve(place, address), index);
    if (value) return value;
    find(OUT_OF_MODEL, `${place.struct}.${place.field} is read past its end`, true);
    throw new Oops();
  }

  function storeTo(place: Place, address: bigint, index: bigint | undefined, value: bigint): void {
    const change = memory.store(place, resolve(place, address), index, value);
    if (change) {
      changes.push(change);
      return;
    }
    find(OUT_OF_MODEL, `${place.struct}.${place.field} is stored to past its end`, true);
    throw new Oops();
  }

  function frameOf(cpu: number): Frame | undefined {
    return frames[cpu]?.at(-1);
  }

  /** Evaluates without pausing: what primitives, observations and properties read. */
  function pure(node: ExprNode, cpu: number): bigint {
    const run = evaluate(node, cpu, null);
    const result = run.next();
    if (!result.done) throw new Error('an atomic expression may not pause');
    return result.value;
  }

  function* evaluate(node: ExprNode, cpu: number, stmt: StmtNode | null): Run<bigint> {
    switch (node.kind) {
      case 'const':
        return node.value;
      case 'address':
        return memory.addressOf(node.struct, node.instance);
      case 'cpu':
        return BigInt(cpu);
      case 'local': {
        const value = frameOf(cpu)?.locals.get(node.name);
        if (value === undefined) throw new Error(`no variable ${node.name}`);
        return value;
      }
      case 'unary':
        return unaryValue(node.op, bitsOf(node.operand.type), yield* evaluate(node.operand, cpu, stmt));
      case 'convert':
        return convertValue(
          node.how,
          bitsOf(node.operand.type),
          bitsOf(node.type),
          yield* evaluate(node.operand, cpu, stmt),
        );
      case 'conditional':
        return yield* evaluate(
          (yield* evaluate(node.test, cpu, stmt)) ? node.then : node.otherwise,
          cpu,
          stmt,
        );
      case 'binary': {
        const left = yield* evaluate(node.left, cpu, stmt);
        if (node.op === 'land') return left ? yield* evaluate(node.right, cpu, stmt) : 0n;
        if (node.op === 'lor') return left ? 1n : yield* evaluate(node.right, cpu, stmt);
        return binaryValue(node.op, bitsOf(node.left.type), left, yield* evaluate(node.right, cpu, stmt));
      }
      case 'load': {
        const address = yield* evaluate(node.place.pointer, cpu, stmt);
        const index = node.place.index && (yield* evaluate(node.place.index, cpu, stmt));
        if (looking) return seen(node.place, address, index);
        const paused = stmt !== null && !ghosts.has(node.place.struct);
        if (paused) yield access(cpu, stmt, node.place, false, address, index);
        const value = loadFrom(node.place, address, index);
        if (paused) reads.push(value);
        return value.value;
      }
      case 'call': {
        const args: bigint[] = [];
        for (const arg of node.args) args.push(yield* evaluate(arg, cpu, stmt));
        return yield* callFunction(functionNamed(program, node.name), args, cpu);
      }
    }
  }

  function access(
    cpu: number,
    stmt: StmtNode,
    place: Place,
    store: boolean,
    address: bigint,
    index: bigint | undefined,
  ): Pause {
    const word = () => {
      const object = memory.resolve(place, address);
      return typeof object === 'number' ? (memory.load(place, object, index)?.word ?? null) : null;
    };
    return { kind: 'access', site: site(cpu, stmt), place, store, word };
  }

  function site(cpu: number, stmt: StmtNode): Site {
    const stack = frames[cpu] ?? [];
    return { calls: stack.map((f) => f.fn.name), serials: stack.map((f) => f.serial), stmt };
  }

  function nextSerial(cpu: number): number {
    const serial = calls[cpu] ?? 0;
    calls[cpu] = serial + 1;
    return serial;
  }

  function* callFunction(fn: FunctionNode, args: readonly bigint[], cpu: number): Run<bigint> {
    const locals = new Map<string, bigint>();
    for (const v of fn.locals) locals.set(v.name, 0n);
    for (const [i, v] of fn.params.entries()) locals.set(v.name, args[i] ?? 0n);
    frames[cpu]?.push({ fn, locals, serial: nextSerial(cpu) });
    reached.push(fn.name);
    const observers = program.observers.filter((o) => o.function === fn.name);
    for (const o of observers) yield* block(o.enter, cpu);
    const flow = yield* block(fn.body, cpu);
    for (const o of observers) yield* block(o.exit, cpu);
    frames[cpu]?.pop();
    for (const p of program.properties) {
      if (p.judged.when === 'after' && p.judged.function === fn.name) judge(p.id, cpu);
      if (p.judged.when === 'outside' && p.judged.functions.includes(fn.name)) judgeOutside(p.id, cpu);
    }
    return flow.kind === 'return' ? flow.value : 0n;
  }

  function judge(id: string, cpu: number): void {
    for (const p of program.properties) if (p.id === id && !look(p.holds, cpu)) find(p.id, p.says, false);
  }

  function judgeOutside(id: string, cpu: number): void {
    const property = program.properties.find((p) => p.id === id);
    const judged = property?.judged;
    if (judged?.when !== 'outside') return;
    const inside = frames.some((stack) => stack.some((f) => judged.functions.includes(f.fn.name)));
    if (!inside) judge(id, cpu);
  }

  /** After a statement that stores: the predicates that read the word are judged, unless some CPU is inside. */
  function judgeStore(stmt: StmtNode, cpu: number): void {
    for (const place of storesOf(stmt)) {
      const word = `${place.struct}.${storageOf(structNamed(program, place.struct), place.field).name}`;
      for (const p of program.properties)
        if (p.judged.when === 'outside' && read.get(p.id)?.has(word)) judgeOutside(p.id, cpu);
    }
  }

  function setLocal(cpu: number, name: string, value: bigint): void {
    frameOf(cpu)?.locals.set(name, value);
  }

  function* block(statements: readonly StmtNode[], cpu: number): Run<Flow> {
    for (const stmt of statements) {
      const flow = yield* execute(stmt, cpu);
      if (flow.kind !== 'next') return flow;
    }
    return next;
  }

  /** A loop's body once; true: leave the loop with `flow`. */
  function* iteration(statements: readonly StmtNode[], cpu: number): Run<{ leave: boolean; flow: Flow }> {
    const flow = yield* block(statements, cpu);
    if (flow.kind === 'return') return { leave: true, flow };
    return { leave: flow.kind === 'break', flow: next };
  }

  function* execute(stmt: StmtNode, cpu: number): Run<Flow> {
    switch (stmt.kind) {
      case 'set': {
        if (stmt.target.kind === 'local') {
          setLocal(cpu, stmt.target.name, yield* evaluate(stmt.value, cpu, stmt));
          return next;
        }
        const { place } = stmt.target;
        const address = yield* evaluate(place.pointer, cpu, stmt);
        const index = place.index && (yield* evaluate(place.index, cpu, stmt));
        const value = yield* evaluate(stmt.value, cpu, stmt);
        if (!ghosts.has(place.struct)) yield access(cpu, stmt, place, true, address, index);
        storeTo(place, address, index, value);
        judgeStore(stmt, cpu);
        return next;
      }
      case 'if': {
        const taken = (yield* evaluate(stmt.test, cpu, stmt)) ? 'then' : 'else';
        const fn = frameOf(cpu)?.fn.name ?? '';
        reached.push(`${fn}:${statementLines(functions.get(fn)).get(stmt)}:${taken}`);
        return yield* block(taken === 'then' ? stmt.then : stmt.otherwise, cpu);
      }
      case 'while':
        while (yield* evaluate(stmt.test, cpu, stmt)) {
          const { leave, flow } = yield* iteration(stmt.body, cpu);
          if (leave) return flow;
        }
        return next;
      case 'for-each': {
        const count = instancesOf(program, structNamed(program, stmt.struct));
        for (let i = 0; i < count; i++) {
          setLocal(cpu, stmt.variable, memory.addressOf(stmt.struct, i));
          const { leave, flow } = yield* iteration(stmt.body, cpu);
          if (leave) return flow;
        }
        return next;
      }
      case 'for-index': {
        const count = boundValue(program.bounds, stmt.count);
        for (let i = 0; i < count; i++) {
          setLocal(cpu, stmt.variable, BigInt(i));
          const { leave, flow } = yield* iteration(stmt.body, cpu);
          if (leave) return flow;
        }
        return next;
      }
      case 'break':
      case 'continue':
        return { kind: stmt.kind };
      case 'return':
        return { kind: 'return', value: stmt.value ? yield* evaluate(stmt.value, cpu, stmt) : 0n };
      case 'evaluate':
        yield* evaluate(stmt.value, cpu, stmt);
        return next;
      case 'choose': {
        const count =
          'struct' in stmt.among
            ? instancesOf(program, structNamed(program, stmt.among.struct))
            : boundValue(program.bounds, stmt.among.count);
        const choice = yield { kind: 'choose', site: site(cpu, stmt), count };
        setLocal(
          cpu,
          stmt.variable,
          'struct' in stmt.among ? memory.addressOf(stmt.among.struct, choice) : BigInt(choice),
        );
        return next;
      }
      case 'assume':
        if (!(yield* evaluate(stmt.test, cpu, stmt))) throw new NotEnabled();
        return next;
      case 'primitive': {
        const taken = stmt.lock;
        yield {
          kind: 'primitive',
          site: site(cpu, stmt),
          ready: () => isReady(stmt.until, cpu),
          lock: () => (taken ? ahead(() => lockWord(taken.place, cpu), null) : null),
        };
        if (stmt.until && !pure(stmt.until, cpu)) throw new Error(`${stmt.name} went on without waiting`);
        if (taken?.does === 'acquire') noteOrder(taken, cpu);
        for (const d of stmt.demands) if (!pure(d.holds, cpu)) find(d.property, d.says, false);
        applyEffects(stmt.effects, cpu, pure);
        judgeStore(stmt, cpu);
        return next;
      }
      case 'bug':
        if (yield* evaluate(stmt.test, cpu, stmt)) {
          find('no-bug', 'the BUG_ON fires', true);
          throw new Oops();
        }
        return next;
      case 'warn':
        if (yield* evaluate(stmt.test, cpu, stmt)) find('no-warn', 'the WARN_ON fires', false);
        return next;
      case 'observe':
        if (!stmt.when || look(stmt.when, cpu)) applyEffects(stmt.effects, cpu, look);
        judgeStore(stmt, cpu);
        return next;
    }
  }

  /** Only after the lock could be read: its pointer names an object. */
  function lockWord(place: Place, cpu: number): string | null {
    const object = resolve(place, pure(place.pointer, cpu));
    return memory.load(place, object, place.index && pure(place.index, cpu))?.word ?? null;
  }

  /** Taking again what is held already orders nothing. */
  function noteOrder(lock: LockUse, cpu: number): void {
    const taken = lockWord(lock.place, cpu);
    const dropped = lock.dropped && lockWord(lock.dropped, cpu);
    const isHeld = (word: string) => ((memory.words.get(word) ?? 0n) & (0x11n << BigInt(cpu))) !== 0n;
    if (!taken || isHeld(taken)) return;
    for (const { name: held } of locks) if (held !== dropped && isHeld(held)) locked.push({ held, taken });
  }

  /** A wait through a pointer that is no object goes on, into its oops. */
  const isReady = (until: ExprNode | undefined, cpu: number): boolean =>
    !until || ahead(() => pure(until, cpu) === 1n, true);

  /** What is looked at before a step is taken; `otherwise`: where the step will end in an oops there. */
  function ahead<T>(look: () => T, otherwise: T): T {
    const before = findings;
    findings = [];
    try {
      return look();
    } catch (error) {
      if (error instanceof Oops) return otherwise;
      throw error;
    } finally {
      findings = before;
    }
  }

  /** All values are read before the first is stored. */
  function applyEffects(effects: readonly Effect[], cpu: number, read: typeof pure): void {
    const stores = effects.map((e) => ({
      place: e.place,
      address: read(e.place.pointer, cpu),
      index: e.place.index && read(e.place.index, cpu),
      value: read(e.value, cpu),
    }));
    for (const s of stores) storeTo(s.place, s.address, s.index, s.value);
  }

  /** What a death leaves behind, where runs go on after it. */
  function bury(cpu: number): void {
    for (const lock of locks) {
      const before = memory.words.get(lock.name) ?? 0n;
      const after = BigInt(buried(Number(before), cpu));
      if (after !== before) changes.push(memory.assign(lock.name, after));
    }
    applyEffects(program.afterOops ?? [], cpu, pure);
  }

  function resume(cpu: number, at: Site, answer: number): Executed {
    stepping = cpu;
    reads = [];
    changes = [];
    findings = [];
    reached = [];
    locked = [];
    let ended: Executed['ended'] = 'no';
    let goesOn = true;
    try {
      const result = running[cpu]?.next(answer);
      if (result && !result.done) pauses[cpu] = result.value;
      else ended = 'returned';
    } catch (error) {
      if (error instanceof Oops) {
        ended = 'oops';
        goesOn = program.afterOops !== undefined && findings.at(-1)?.property !== OUT_OF_MODEL;
        if (goesOn) bury(cpu);
      } else if (error instanceof NotEnabled) ended = 'not-enabled';
      else throw error;
    }
    if (ended !== 'no') {
      running[cpu] = null;
      pauses[cpu] = null;
      frames[cpu] = [];
      if (goesOn && ended !== 'not-enabled' && running.every((r) => r === null))
        for (const p of program.properties) if (p.judged.when === 'idle') judge(p.id, cpu);
    }
    return { site: at, reads, changes, findings, reached, locked, ended };
  }

  return {
    memory,
    pauseOf: (cpu) => pauses[cpu] ?? null,
    holds: (predicate) => look(predicate, 0) !== 0n,
    start(cpu, operation) {
      if (running[cpu]) throw new Error(`CPU ${cpu} is not idle`);
      if (!program.operations.includes(operation)) throw new Error(`no operation ${operation}`);
      const fn = functionNamed(program, operation);
      const body: Run<void> = (function* () {
        yield* callFunction(fn, [], cpu);
      })();
      running[cpu] = body;
      const stmt = fn.body[0] ?? { kind: 'return' };
      return resume(cpu, { calls: [operation], serials: [calls[cpu] ?? 0], stmt }, 0);
    },
    step(cpu, choice) {
      const pause = pauses[cpu];
      if (!pause) throw new Error(`CPU ${cpu} is idle`);
      if (pause.kind === 'primitive' && !pause.ready())
        throw new Error(`CPU ${cpu} must wait at ${pause.site.calls.at(-1)}`);
      if (pause.kind === 'choose' && (choice === undefined || choice < 0 || choice >= pause.count))
        throw new Error(`CPU ${cpu}: choice ${choice} is not among ${pause.count}`);
      return resume(cpu, pause.site, choice ?? 0);
    },
  };
}
