/**
 * Compiles a graph to JavaScript that works on packed states: one function for each operation's start and
 * each control point, all over one scratch state `S`. Nothing is allocated while they run.
 */
import { type Addresses, defaultAddresses } from '../lang/addresses.ts';
import { buried } from '../lang/locks.ts';
import type { BinaryOperator, Effect, ExprNode, Place } from '../lang/nodes.ts';
import { boundValue, structNamed } from '../lang/program.ts';
import { LIVE } from '../lang/structs.ts';
import { bitsOf, type Type } from '../lang/types.ts';
import { placeExpressions, readsMemory, subexpressions } from '../lang/walk.ts';
import { instancesOf, storageOf } from '../lang/words.ts';
import { assert } from '../support/assert.ts';
import {
  type Graph,
  type GraphNode,
  type NodeId,
  type Point,
  runningCpus,
  successors,
} from '../system/graph.ts';
import { postorder } from '../system/points.ts';
import { separateStarts } from '../system/starts.ts';
import { type Choices, createChoices } from './choices.ts';
import { fieldSlot, type Layout, layOut, type Slot } from './layout.ts';
import { type LockWord, orderRecorder } from './lock-order.ts';
import { writeRegion } from './structure.ts';
import { createValues, type Values } from './values.ts';

/** How a step function ended; what is not SUCCESSOR may have CHANGED the state all the same. */
export const NO_SUCCESSOR = 0;
export const SUCCESSOR = 1;
export const BLOCKED = 2;
export const CHANGED = 4;

/** Causes of a finding: what the node itself states, an index past the end, and the node's first demand. */
export const STATED = -1;
export const PAST_END = -2;
export const DEMANDED = -3;

/** What the compiled code reports while it runs; each is told at most what it needs to find the place again. */
export interface Listener {
  /** A property failed at a node; `cause` is the id of the pointer that is no object, or one of the below. */
  finding(node: NodeId, cause: number): void;
  /** A judged predicate failed at a node, or (node -1) when all CPUs are idle. */
  judged(property: number, node: NodeId): void;
  reached(target: number): void;
  /** Lock `taken` is acquired while `held` is held. */
  ordered(held: number, taken: number, node: NodeId): void;
}

export interface Compiled {
  readonly layout: Layout;
  readonly values: Values;
  /** The scratch state that steps change in place. */
  readonly state: Int32Array;
  /** The packed initial state. */
  readonly initial: Int32Array;
  /** By operation, in the program's order. */
  readonly starts: readonly ((cpu: number) => number)[];
  /** The same steps, apart for what operations choose first. */
  readonly ways: readonly Way[];
  /**
   * Runs all ways in turn, noting in `current` which. `told(how it ended)` is called after each that did not
   * leave the state as it was, and has to restore it; `open(way)` instead of each that may come to choices.
   */
  readonly runWays: (cpu: number, told: (ended: number) => void, open: (way: number) => void) => void;
  readonly current: { way: number };
  /** By control point; index 0 (idle) is unused. */
  readonly resumes: readonly ((cpu: number) => number)[];
  /** By control point: the plain access that a CPU is about to make there, if it is about to make one. */
  readonly accesses: readonly (PlainAccess | null)[];
  readonly choices: Choices;
  /** Pauses of the last step that ran, as the interpreter counts them. */
  readonly pauses: { count: number };
  readonly targets: readonly string[];
  readonly lockWords: readonly LockWord[];
  /** Whether the predicate with this number holds in `state`. */
  readonly predicates: readonly (() => boolean)[];
  /** Addresses of the objects, as the values have them. */
  readonly addresses: Addresses;
}

/** A way to start an operation. */
export interface Way {
  readonly operation: number;
  /** The answers to its first choices. */
  readonly choices: readonly number[];
  readonly run: (cpu: number) => number;
  /** It may come to choices that are still open. */
  readonly chooses: boolean;
}

export interface PlainAccess {
  /** `STRUCT.FIELD` of the storage. */
  readonly field: string;
  readonly store: boolean;
  /** Where the word lies in `state`, in bits; -1 where the pointer names no object, or the index no element. */
  bit(cpu: number): number;
}

/** A step function that is compiled when it first runs: most control points are never reached. */
function onFirstCall(make: () => (cpu: number) => number): (cpu: number) => number {
  let made: ((cpu: number) => number) | undefined;
  return (cpu) => {
    made ??= make();
    return made(cpu);
  };
}

export function compile(
  given: Graph,
  listener: Listener,
  options: {
    readonly idBits: 8 | 16;
    readonly trackLocks: boolean;
    /** Where the objects lie, if it matters. */
    readonly addresses?: Addresses;
  },
): Compiled {
  const { graph, starts: separated, originOf } = separateStarts(given);
  const { program } = graph;
  const cpus = runningCpus(graph);
  const layout = layOut(graph, options.idBits);
  const values = createValues(options.idBits);
  const addresses = options.addresses ?? defaultAddresses(program);
  const state = new Int32Array(layout.cells);
  const choices = createChoices();
  const pauses = { count: 0 };
  const current = { way: -1 };
  const targets: string[] = [];
  const targetNumber = new Map<string, number>();
  /** What the generated code refers to by name. */
  const environment = new Map<string, unknown>([
    ['S', state],
    ['choose', choices.take],
    ['pauses', pauses],
    ['current', current],
    ['finding', listener.finding],
    ['judged', listener.judged],
    ['reached', listener.reached],
    ['covered', new Uint8Array(graph.nodes.length)],
  ]);
  const isWide = (type: Type) => bitsOf(type) >= 32;
  const pointNumber = new Map(graph.points.map((p, i) => [p.node, i + 1]));
  const localNames = new Map<string, string>();
  const constant = (type: Type, value: bigint): number => (isWide(type) ? values.idOf(value) : Number(value));

  function named(name: string, make: () => unknown): string {
    if (!environment.has(name)) environment.set(name, make());
    return name;
  }
  function jsLocal(local: string): string {
    const known = localNames.get(local);
    if (known) return known;
    const name = `v${localNames.size}`;
    localNames.set(local, name);
    return name;
  }

  // --- words of the state ---

  const read = (bit: string | number, width: number): string => {
    const mask = 2 ** width - 1;
    if (typeof bit === 'number')
      return width === 32 ? `S[${bit >>> 5}]` : `(S[${bit >>> 5}] >>> ${bit & 31} & ${mask})`;
    return `(S[${bit} >>> 5] >>> (${bit} & 31) & ${mask})`;
  };
  const write = (bit: string | number, width: number, value: string): string => {
    const mask = 2 ** width - 1;
    if (typeof bit === 'number')
      return `S[${bit >>> 5}] = S[${bit >>> 5}] & ${~(mask << (bit & 31))} | (${value}) << ${bit & 31};`;
    return `b = ${bit}; S[b >>> 5] = S[b >>> 5] & ~(${mask} << (b & 31)) | (${value}) << (b & 31);`;
  };
  const cpuBit = (slot: Slot): string | number =>
    cpus === 1 ? slot.base : `(${slot.base} + cpu * ${slot.stride})`;

  /** The number of the object that a pointer names, as code; a known address is a number. */
  function instanceOf(pointer: ExprNode, struct: string): string | number {
    if (pointer.kind === 'address' && pointer.struct === struct) return pointer.instance;
    const table = named(`object_${struct}`, () => {
      const t = new Int16Array(values.capacity).fill(-1);
      const count = instancesOf(program, structNamed(program, struct));
      for (let i = 0; i < count; i++) t[values.idOf(addresses.get(`${struct}[${i}]`) as bigint)] = i;
      return t;
    });
    return `${table}[${expr(pointer)}]`;
  }

  interface Located {
    readonly slot: Slot | undefined;
    readonly bit: string | number;
    /** Code of the element's position among all of its field, for tables of constants. */
    readonly position: string | number;
    readonly storage: { readonly name: string; readonly type: Type };
  }

  function locate(place: Place, instance: string | number, index: string | number | null): Located {
    const struct = structNamed(program, place.struct);
    const storage = storageOf(struct, place.field);
    const slot = fieldSlot(layout, place.struct, storage.name);
    const length = storage.length === undefined ? 1 : boundValue(program.bounds, storage.length);
    const dynamic = typeof instance === 'string' || typeof index === 'string';
    const position = dynamic ? `(${instance} * ${length} + ${index ?? 0})` : instance * length + (index ?? 0);
    const bit = !slot
      ? 0
      : typeof position === 'number'
        ? slot.base + position * slot.width
        : `(${slot.base} + ${position} * ${slot.width})`;
    return { slot, bit, position, storage };
  }

  function readLocated(place: Place, at: Located): string {
    const whole = at.slot ? read(at.bit, at.slot.width) : constantElement(place, at);
    return bitsOf(place.type) === bitsOf(at.storage.type)
      ? whole
      : convert('trunc', at.storage.type, place.type, whole);
  }

  function constantElement(place: Place, at: Located): string {
    const table = constantTable(place.struct, at.storage.name, at.storage.type);
    return typeof at.position === 'number'
      ? String(table[at.position])
      : `${named(`constant_${place.struct}_${at.storage.name}`, () => table)}[${at.position}]`;
  }

  function constantTable(struct: string, field: string, type: Type): Int32Array {
    const node = structNamed(program, struct);
    const storage = storageOf(node, field);
    const length = storage.length === undefined ? 1 : boundValue(program.bounds, storage.length);
    const table = new Int32Array(instancesOf(program, node) * length);
    for (const { place, value } of program.initial) {
      if (place.struct !== struct || storageOf(node, place.field).name !== field) continue;
      assert(place.pointer.kind === 'address', 'an initial value belongs to a known object');
      const index = place.index?.kind === 'const' ? Number(place.index.value) : 0;
      table[place.pointer.instance * length + index] = initialWord(value, type);
    }
    return table;
  }

  function initialWord(value: ExprNode, type: Type): number {
    if (value.kind === 'address')
      return values.idOf(addresses.get(`${value.struct}[${value.instance}]`) as bigint);
    assert(value.kind === 'const', 'an initial value is a constant or an address');
    return constant(type, value.value);
  }

  function writeLocated(place: Place, at: Located, value: string): string {
    if (!at.slot) return '';
    if (bitsOf(place.type) === bitsOf(at.storage.type)) return write(at.bit, at.slot.width, value);
    return write(
      at.bit,
      at.slot.width,
      insert(place.type, at.storage.type, read(at.bit, at.slot.width), value),
    );
  }

  /** The storage's word with its low bits replaced: what a store to a narrower union member does. */
  function insert(part: Type, whole: Type, old: string, value: string): string {
    const mask = (1n << BigInt(bitsOf(part))) - 1n;
    const kept = operate(
      'band',
      whole,
      old,
      String(constant(whole, ~mask & ((1n << BigInt(bitsOf(whole))) - 1n))),
    );
    return operate('bor', whole, kept, convert('zext', part, whole, value));
  }

  // --- expressions ---

  function convert(how: 'zext' | 'sext' | 'trunc' | 'cast', from: Type, to: Type, code: string): string {
    const [a, b] = [bitsOf(from), bitsOf(to)];
    if (a === b) return code;
    return `${named(`${how}_${a}_${b}`, () => values.convert(how, a, b))}(${code})`;
  }

  function operate(op: BinaryOperator, type: Type, a: string, b: string): string {
    if (op === 'land') return `(${a} && ${b})`;
    if (op === 'lor') return `(${a} || ${b})`;
    const bits = bitsOf(type);
    if (op === 'eq') return `(${a} === ${b} ? 1 : 0)`;
    if (op === 'ne') return `(${a} !== ${b} ? 1 : 0)`;
    if (!isWide(type)) {
      const mask = bits === 1 ? 1 : 255;
      const simple: Partial<Record<BinaryOperator, string>> = {
        add: `(${a} + ${b} & ${mask})`,
        sub: `(${a} - ${b} & ${mask})`,
        band: `(${a} & ${b})`,
        bor: `(${a} | ${b})`,
        bxor: `(${a} ^ ${b})`,
        ult: `(${a} < ${b} ? 1 : 0)`,
        ule: `(${a} <= ${b} ? 1 : 0)`,
      };
      const code = simple[op];
      if (code) return code;
    }
    return `${named(`${op}_${bits}`, () => values.binary(op, bits))}(${a}, ${b})`;
  }

  function expr(node: ExprNode): string {
    switch (node.kind) {
      case 'const':
        return String(constant(node.type, node.value));
      case 'address':
        return String(values.idOf(addresses.get(`${node.struct}[${node.instance}]`) as bigint));
      case 'local':
        return jsLocal(node.name);
      case 'cpu':
        return cpus === 1 ? '0' : 'cpu';
      case 'unary': {
        const { op, type, operand } = node;
        if (op === 'lnot') return `(${expr(operand)} ? 0 : 1)`;
        return `${named(`${op}_${bitsOf(type)}`, () => values.unary(op, bitsOf(type)))}(${expr(operand)})`;
      }
      case 'binary':
        return operate(node.op, node.left.type, expr(node.left), expr(node.right));
      case 'conditional':
        return `(${expr(node.test)} ? ${expr(node.then)} : ${expr(node.otherwise)})`;
      case 'convert':
        return convert(node.how, node.operand.type, node.type, expr(node.operand));
      case 'load':
        return loadCode(node.place);
      case 'call':
        throw new Error('calls are inlined');
    }
  }

  /**
   * What properties and observations read is no access: where there is nothing to read, they read 0. What the
   * kernel reads was guarded before, except that a sparse array gives 0 past its end.
   */
  let looking = false;
  function look(node: ExprNode): string {
    looking = true;
    const code = expr(node);
    looking = false;
    return code;
  }

  function loadCode(place: Place): string {
    const instance = instanceOf(place.pointer, place.struct);
    const index = indexOf(place);
    if (index === -1) return '0';
    const { sparse } = storageOf(structNamed(program, place.struct), place.field);
    const missing = [
      ...(looking && typeof instance === 'string' ? [`${instance} < 0`] : []),
      ...((looking || sparse) && typeof index === 'string' ? [`${index} < 0`] : []),
    ];
    const code = readLocated(place, locate(place, instance, index));
    return missing.length > 0 ? `(${missing.join(' || ')} ? 0 : ${code})` : code;
  }

  /** The element's number, as code; null for a scalar. Ids become plain numbers, -1 past the end. */
  function indexOf(place: Place): string | number | null {
    if (!place.index) return null;
    const storage = storageOf(structNamed(program, place.struct), place.field);
    const length = boundValue(program.bounds, storage.length ?? 1);
    if (place.index.kind === 'const')
      return place.index.value < BigInt(length) ? Number(place.index.value) : -1;
    const wide = isWide(place.index.type);
    const table = named(`index_${wide ? '' : 'narrow_'}${length}`, () => {
      const t = new Int16Array(wide ? values.capacity : 256).fill(-1);
      for (let i = 0; i < Math.min(length, t.length); i++) t[wide ? values.idOf(BigInt(i)) : i] = i;
      return t;
    });
    return `${table}[${expr(place.index)}]`;
  }

  // --- nodes ---

  /** What the code of a step does where its task dies. */
  const oops = (id: NodeId): string => (program.afterOops ? 'return die(cpu, n);' : leave(id, NO_SUCCESSOR));

  /** The nodes of the segment being written that come after a store; `leave` tells by them what to return. */
  let stored: ReadonlySet<NodeId> = new Set();
  const leave = (id: NodeId, ended: number): string => `return ${stored.has(id) ? ended | CHANGED : ended};`;

  /** Code before an access: finds the object and the element, or ends in the finding. */
  function guard(
    id: NodeId,
    place: Place,
    forStore: boolean,
  ): { code: string; at: Located; past: string | null } {
    let code = '';
    let instance = instanceOf(place.pointer, place.struct);
    const struct = structNamed(program, place.struct);
    const mustLive = struct.mortal && place.field !== LIVE;
    if (typeof instance === 'string') {
      const bad = `{ finding(${originOf(id)}, ${expr(place.pointer)}); ${oops(id)} }`;
      code += `o = ${instance}; if (o < 0) ${bad}\n`;
      instance = 'o';
      if (mustLive) code += `if (!${readLive(struct.name, instance)}) ${bad}\n`;
    } else if (mustLive)
      code += `if (!${readLive(struct.name, instance)}) { finding(${originOf(id)}, ${expr(place.pointer)}); ${oops(id)} }\n`;
    let index = indexOf(place);
    let past: string | null = null;
    if (index !== null && (typeof index === 'string' || index < 0)) {
      if (typeof index === 'string') {
        code += `i = ${index};\n`;
        index = 'i';
        past = 'i < 0';
      } else {
        past = 'true';
        index = 0;
      }
      const storage = storageOf(struct, place.field);
      if (forStore || !storage.sparse) {
        code += `if (${past}) { finding(${originOf(id)}, ${PAST_END}); ${leave(id, NO_SUCCESSOR)} }\n`;
        past = null;
      }
    }
    return { code, at: locate(place, instance, index), past };
  }

  function readLive(struct: string, instance: string | number): string {
    const place: Place = {
      struct,
      field: LIVE,
      type: { kind: 'word', bits: 1 },
      pointer: { kind: 'address', type: { kind: 'pointer', struct }, struct, instance: 0 },
      access: 'marked',
    };
    return readLocated(place, locate(place, instance, null));
  }

  /** Stores; what they store, and where, is all read before the first of them. */
  function effects(id: NodeId, list: readonly Effect[], read: (node: ExprNode) => string): string {
    const before: string[] = [];
    const settle = (node: ExprNode, name: string): ExprNode => {
      if (!readsMemory(node)) return node;
      before.push(`${jsLocal(name)} = ${read(node)};`);
      return { kind: 'local', type: node.type, name };
    };
    const stores = list.map(({ place, value }, k) => {
      const pointer = settle(place.pointer, `effect ${id} ${k} pointer`);
      const index = place.index && settle(place.index, `effect ${id} ${k} index`);
      const stored = settle(value, `effect ${id} ${k} value`);
      return { place: { ...place, pointer, ...(index && { index }) }, stored };
    });
    const after = stores.map(({ place, stored }) => {
      const { code, at } = guard(id, place, true);
      return code + writeLocated(place, at, expr(stored));
    });
    return [...before, ...after].join('\n');
  }

  /** Guards of what an indivisible expression reads, in the order in which it is evaluated. */
  function guardReads(id: NodeId, node: ExprNode): string {
    const within = (n: ExprNode) => guardReads(id, n);
    if (node.kind === 'load')
      return placeExpressions(node.place).map(within).join('') + guard(id, node.place, false).code;
    if (node.kind === 'conditional') {
      const [then, otherwise] = [within(node.then), within(node.otherwise)];
      const sides = then || otherwise ? `if (${expr(node.test)}) {\n${then}} else {\n${otherwise}}\n` : '';
      return within(node.test) + sides;
    }
    if (node.kind === 'binary' && (node.op === 'land' || node.op === 'lor')) {
      const right = within(node.right);
      const test = node.op === 'land' ? expr(node.left) : `!${expr(node.left)}`;
      return within(node.left) + (right ? `if (${test}) {\n${right}}\n` : '');
    }
    return subexpressions(node).map(within).join('');
  }

  function guardEffects(id: NodeId, list: readonly Effect[]): string {
    const roots = list.flatMap((e) => [...placeExpressions(e.place), e.value]);
    return roots.map((root) => guardReads(id, root)).join('');
  }

  const lockNumbers = lockTable(graph);
  if (options.trackLocks) environment.set('holds', orderRecorder(lockNumbers, state, listener.ordered));

  /** The locks of a CPU whose task died become those of the dead. */
  function bury(cpu: number): void {
    for (const { bit } of lockNumbers) {
      const [cell, shift] = [bit >>> 5, bit & 31];
      const all = state[cell] as number;
      const word = (all >>> shift) & 0xff;
      state[cell] = (all & ~(0xff << shift)) | (buried(word, cpu) << shift);
    }
  }

  function lockTable(g: Graph): LockWord[] {
    const list: LockWord[] = [];
    for (const struct of g.program.structs)
      for (const field of struct.fields) {
        const slot = fieldSlot(layout, struct.name, field.name);
        if (!field.lock || !slot) continue;
        const length = field.length === undefined ? 1 : boundValue(g.program.bounds, field.length);
        for (let i = 0; i < slot.count; i++)
          list.push({
            number: list.length,
            name: `${struct.name}[${Math.floor(i / length)}].${field.name}${field.length === undefined ? '' : `[${i % length}]`}`,
            bit: slot.base + i * slot.width,
          });
      }
    return list;
  }

  function acquire(id: NodeId, node: Extract<GraphNode, { op: 'primitive' }>): string {
    const { lock } = node;
    if (!options.trackLocks || lock?.does !== 'acquire') return '';
    const taken = lockNumber(id, lock.place);
    const dropped = lock.dropped && lockNumber(id, lock.dropped);
    const cpu = cpus === 1 ? '0' : 'cpu';
    return `${dropped ? `${dropped.code}d = ${dropped.number};\n` : 'd = -1;\n'}${taken.code}holds(${cpu}, ${originOf(id)}, ${taken.number}, d);\n`;
  }

  /** The number of the lock at a place, as code, after code that finds it. */
  function lockNumber(id: NodeId, place: Place): { code: string; number: string } {
    const storage = storageOf(structNamed(program, place.struct), place.field);
    const slot = fieldSlot(layout, place.struct, storage.name);
    const first = lockNumbers.findIndex((l) => l.bit === slot?.base);
    const { code, at } = guard(id, place, true);
    return { code, number: `${first} + ${at.position}` };
  }

  /** The node where the segment being written begins; as a region's node it is called ENTRY. */
  let entry: NodeId = 0;
  const ENTRY: NodeId = -1;
  const nodeAt = (id: NodeId) => graph.nodes[id === ENTRY ? entry : id] as GraphNode;

  function straight(id: NodeId): { code: string; next: NodeId } | null {
    const node = nodeAt(id);
    if (node.op === 'branch' || node.op === 'end' || pointNumber.has(id)) return null;
    const count = node.pause ? 'n++; ' : '';
    return { code: count + plain(id === ENTRY ? entry : id, node), next: node.next };
  }

  function plain(id: NodeId, node: Exclude<GraphNode, { op: 'branch' | 'end' }>): string {
    switch (node.op) {
      case 'skip':
        return '';
      case 'assign':
        return `${jsLocal(node.local)} = ${expr(node.value)};`;
      case 'load': {
        const { code, at, past } = guard(id, node.place, false);
        const value = readLocated(node.place, at);
        return `${code}${jsLocal(node.local)} = ${past ? `${past} ? 0 : ${value}` : value};`;
      }
      case 'store': {
        const { code, at } = guard(id, node.place, true);
        return code + writeLocated(node.place, at, expr(node.value));
      }
      case 'primitive':
        return primitive(id, node);
      case 'observe': {
        const body = effects(id, node.effects, look);
        return node.when ? `if (${look(node.when)}) {\n${body}\n}` : body;
      }
      case 'choose': {
        const table = node.values.map((v) => Number(expr(v)));
        const index = `choose(${table.length})`;
        const plainNumbers = table.every((v, i) => v === i);
        return `${jsLocal(node.local)} = ${plainNumbers ? index : `${named(`domain_${id}`, () => Int32Array.from(table))}[${index}]`};`;
      }
      case 'assume':
        return `if (!${expr(node.test)}) ${leave(id, NO_SUCCESSOR)}`;
      case 'finding': {
        const end = graph.cuts.has(id) ? leave(id, NO_SUCCESSOR) : oops(id);
        return `if (${expr(node.test)}) { finding(${originOf(id)}, ${STATED}); ${node.fatal ? end : ''} }`;
      }
      case 'judge': {
        const number = program.properties.findIndex((p) => p.id === node.property);
        return `if (!predicate_${number}()${othersOutside(number)}) judged(${number}, ${originOf(id)});`;
      }
      case 'reach': {
        let number = targetNumber.get(node.target);
        if (number === undefined) {
          number = targets.push(node.target) - 1;
          targetNumber.set(node.target, number);
        }
        return `if (!covered[${number}]) { covered[${number}] = 1; reached(${number}); }`;
      }
    }
  }

  function primitive(id: NodeId, node: Extract<GraphNode, { op: 'primitive' }>): string {
    const { until } = node;
    const wait = until ? `${guardReads(id, until)}if (!${expr(until)}) ${leave(id, BLOCKED)}\n` : '';
    const demands = node.demands.map(
      ({ holds }, k) =>
        `${guardReads(id, holds)}if (!${expr(holds)}) finding(${originOf(id)}, ${DEMANDED - k});\n`,
    );
    const done = guardEffects(id, node.effects) + effects(id, node.effects, expr);
    return wait + acquire(id, node) + demands.join('') + done;
  }

  /** A condition that no other CPU stands inside the functions of a predicate. */
  function othersOutside(property: number): string {
    const judged = program.properties[property]?.judged;
    if (cpus === 1 || judged?.when !== 'outside') return '';
    const inside = named(`inside_${property}`, () =>
      Uint8Array.from([
        0,
        ...graph.points.map((p) =>
          (graph.nodes[p.node] as GraphNode).site.calls.some((c) => judged.functions.includes(c)) ? 1 : 0,
        ),
      ]),
    );
    const others = Array.from(
      { length: cpus },
      (_, c) =>
        `(cpu === ${c} || !${inside}[${read(layout.pc.base + c * layout.pc.stride, layout.pc.width)}])`,
    );
    return ` && ${others.join(' && ')}`;
  }

  /** Where a CPU stops: remembers its point and live locals, and clears what it no longer needs. */
  function stop(number: number, live: readonly string[]): string {
    const used = new Map(live.map((l) => [layout.registerOf.get(l) as number, l]));
    const registers = layout.registers.map((slot, r) => {
      const local = used.get(r);
      return write(cpuBit(slot), slot.width, local === undefined ? '0' : jsLocal(local));
    });
    return [
      write(cpuBit(layout.pc), layout.pc.width, String(number)),
      ...registers,
      `pauses.count = n;`,
    ].join('\n');
  }

  function branching(id: NodeId, go: (next: NodeId) => string): string {
    const node = nodeAt(id);
    const number = pointNumber.get(id);
    if (number !== undefined)
      return `${stop(number, graph.points[number - 1]?.live ?? [])}\nreturn ${SUCCESSOR};`;
    if (node.op === 'end') return `${stop(0, [])}\n${idleJudgements()}return ${SUCCESSOR};`;
    assert(node.op === 'branch', 'a node with several ways out is a branch');
    return `if (${expr(node.test)}) {\n${go(node.then)}\n} else {\n${go(node.otherwise)}\n}`;
  }

  function idleJudgements(): string {
    const due = program.properties.flatMap((p, i) =>
      p.judged.when === 'idle' ? [`if (!predicate_${i}()) judged(${i}, -1);`] : [],
    );
    if (due.length === 0) return '';
    const idle = Array.from(
      { length: cpus },
      (_, c) => `${read(layout.pc.base + c * layout.pc.stride, layout.pc.width)} === 0`,
    );
    return `if (${idle.join(' && ')}) { ${due.join(' ')} }\n`;
  }

  function segment(from: NodeId, live: readonly string[]): string {
    entry = from;
    stored = afterStores(from);
    localNames.clear();
    const loads = registersOf(live).map((load) => `${load};`);
    const body = writeRegion({
      entry: ENTRY,
      successors: (id) => (pointNumber.has(id) ? [] : successors(nodeAt(id))),
      straight,
      code: branching,
    });
    const declared = [...localNames.values()].map((v) => `${v} = 0`);
    return `function step_${from}(cpu) {\nlet n = 0, o = 0, i = 0, b = 0, d = 0${declared.length ? `, ${declared.join(', ')}` : ''};\n${loads.join('\n')}\n${body}\n}`;
  }

  /** A node with several stores counts as after one: its own findings may come between them. */
  function afterStores(from: NodeId): ReadonlySet<NodeId> {
    const after = new Set<NodeId>();
    const order = postorder(graph.nodes, [from], (id) => pointNumber.has(id));
    for (const id of [...order].reverse()) {
      const node = graph.nodes[id] as GraphNode;
      const several = (node.op === 'primitive' || node.op === 'observe') && node.effects.length > 0;
      if (several) after.add(id);
      if (several || node.op === 'store' || after.has(id))
        for (const next of successors(node)) after.add(next);
    }
    return after;
  }

  function registersOf(live: readonly string[]): readonly string[] {
    return live.map((l) => {
      const slot = layout.registers[layout.registerOf.get(l) as number] as Slot;
      return `${jsLocal(l)} = ${read(cpuBit(slot), slot.width)}`;
    });
  }

  /** The plain access to a word of the state that a control point stands before. */
  function plainAccess({ node, live }: Point): PlainAccess | null {
    const action = graph.nodes[node] as GraphNode;
    if ((action.op !== 'load' && action.op !== 'store') || action.place.access !== 'plain') return null;
    const { place } = action;
    const storage = storageOf(structNamed(program, place.struct), place.field);
    if (!fieldSlot(layout, place.struct, storage.name)) return null;
    const code = () => {
      localNames.clear();
      const registers = registersOf(live);
      const [instance, index] = [instanceOf(place.pointer, place.struct), indexOf(place)];
      const { bit } = locate(place, 'o', index === null ? null : 'i');
      return `(cpu) => {
${registers.length > 0 ? `const ${registers.join(', ')};` : ''}
const o = ${instance}, i = ${index ?? 0};
return o < 0 || i < 0 ? -1 : ${bit};
}`;
    };
    return {
      field: `${place.struct}.${storage.name}`,
      store: action.op === 'store',
      bit: onFirstCall(() => evaluateCode(code())),
    };
  }

  /** All ways in one function, so that what they have in common is done once and calls cost nothing. */
  function driver(): string {
    const bodies: string[] = [];
    const calls = separated.map(({ node }, number) => {
      const way = ways[number] as Way;
      if (way.chooses) return `open(${number});`;
      const separate = way.run !== starts[way.operation];
      if (separate) bodies.push(segment(node, []));
      const name = separate ? `step_${node}` : named(`start_${way.operation}`, () => way.run);
      return `current.way = ${number};\nr = ${name}(cpu);\nif (r !== ${NO_SUCCESSOR}) told(r);`;
    });
    return `(() => {\n${bodies.join('\n')}\nreturn (cpu, told, open) => {\nlet r = 0;\n${calls.join('\n')}\n};\n})()`;
  }

  function evaluateCode<T>(code: string): T {
    const names = [...environment.keys()];
    return new Function(...names, `'use strict'; return ${code};`)(
      ...names.map((n) => environment.get(n)),
    ) as T;
  }
  const predicates = program.properties.map((p, i) => {
    const predicate = evaluateCode<() => boolean>(`() => ${look(p.holds)} !== 0`);
    environment.set(`predicate_${i}`, predicate);
    return predicate;
  });
  if (program.afterOops) {
    environment.set('bury', bury);
    const stores = effects(-1, program.afterOops, expr);
    const declared = [...localNames.values()].map((v) => `, ${v} = 0`).join('');
    const die = `function die(cpu, n) {\nlet b = 0, o = 0, i = 0${declared};\nbury(cpu);\n${stores}\n${stop(0, [])}\n${idleJudgements()}return ${SUCCESSOR};\n}`;
    environment.set('die', evaluateCode(die));
  }
  const starts = graph.entries.map((e) => onFirstCall(() => evaluateCode(segment(e.node, []))));
  const ways = separated.map(({ operation, choices: answers, node }): Way => {
    const own = graph.entries[operation]?.node === node;
    return {
      operation,
      choices: answers,
      run: own ? (starts[operation] as Way['run']) : onFirstCall(() => evaluateCode(segment(node, []))),
      chooses: postorder(graph.nodes, [node], (id) => pointNumber.has(id)).some(
        (id) => !pointNumber.has(id) && graph.nodes[id]?.op === 'choose',
      ),
    };
  });
  const resumes = [null, ...graph.points].map((p) =>
    onFirstCall(() => evaluateCode(p ? segment(p.node, p.live) : `() => ${NO_SUCCESSOR}`)),
  );

  let runAll: Compiled['runWays'] | undefined;
  const accesses = [null, ...graph.points.map(plainAccess)];

  state.fill(0);
  for (const { place, value } of program.initial) {
    assert(place.pointer.kind === 'address', 'an initial value belongs to a known object');
    const storage = storageOf(structNamed(program, place.struct), place.field);
    const slot = fieldSlot(layout, place.struct, storage.name);
    if (!slot) continue;
    const length = storage.length === undefined ? 1 : boundValue(program.bounds, storage.length);
    const index = place.index?.kind === 'const' ? Number(place.index.value) : 0;
    const bit = slot.base + (place.pointer.instance * length + index) * slot.width;
    const mask = 2 ** slot.width - 1;
    state[bit >>> 5] =
      ((state[bit >>> 5] as number) & ~(mask << (bit & 31))) |
      (initialWord(value, storage.type) << (bit & 31));
  }
  return {
    layout,
    values,
    state,
    initial: state.slice(),
    starts,
    ways,
    current,
    runWays: (...args) => {
      runAll ??= evaluateCode<Compiled['runWays']>(driver());
      runAll(...args);
    },
    resumes,
    accesses,
    predicates,
    choices,
    pauses,
    targets,
    lockWords: lockNumbers,
    addresses,
  };
}
