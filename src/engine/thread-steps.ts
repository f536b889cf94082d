/**
 * Steps of one CPU while the others may do to memory what they like (thread-memory.ts). A step is run again and
 * again, once for each combination of choices: what words hold, what is chosen, and tests of what could be anything.
 */

import { storageKey } from '../lang/fields.ts';
import type { Effect, ExprNode, Place } from '../lang/nodes.ts';
import { boundValue, structNamed } from '../lang/program.ts';
import { LIVE } from '../lang/structs.ts';
import { bitsOf } from '../lang/types.ts';
import { instancesOf, storageOf, wordName } from '../lang/words.ts';
import type { Setting } from '../semantics/setting.ts';
import type { GraphNode, NodeId } from '../system/graph.ts';
import { createCombinations } from './combinations.ts';
import { ANYTHING, createTermValues, type TermValues, type ValueId } from './term-values.ts';
import {
  type Beforehand,
  type Cell,
  createThreadMemory,
  type ThreadMemory,
  type View,
} from './thread-memory.ts';

export interface ThreadSteps {
  readonly values: TermValues;
  readonly memory: ThreadMemory;
  /** What locals hold; set before a step, those that are live after it read afterwards. */
  readonly frame: ValueId[];
  readonly localNumber: (name: string) => number;
  /**
   * Runs all combinations of choices from a node for a CPU with that view; `set` puts the frame back, `end` gets
   * where each run ends (at a control point, or, with 0, idle) and the view that the CPU then has.
   */
  run(from: NodeId, view: View, set: () => void, end: (point: number, view: View) => void): void;
  /** Properties, `reach:` targets among them, that some run so far may have violated, or got to. */
  readonly found: ReadonlySet<string>;
}

/** The path ends here: an oops, a wait, or a test that fails. */
const NOWHERE: NodeId = -1;
/** The operation returned. */
const IDLE: NodeId = -2;

type Get = () => ValueId;
type Go = () => NodeId;

/** Once `expired` says so, runs end early: what is known is then too little. */
export function createThreadSteps(setting: Setting, before: Beforehand, expired: () => boolean): ThreadSteps {
  const { graph, terms, pointAt } = setting;
  const { program } = graph;
  const values = createTermValues(terms);
  const { true_, false_ } = values;
  const numbers = new Map([...graph.locals.keys()].map((name, i) => [name, i]));
  const frame: ValueId[] = new Array(numbers.size).fill(ANYTHING);
  const combinations = createCombinations(expired);
  const { choose, exhaust } = combinations;
  const memory = createThreadMemory(setting, values, combinations, frame, before);
  const { cellOf, put } = memory;
  const found = new Set<string>();
  const null_ = values.of(terms.constant(64, 0n));
  const marks = new Set(program.marks.map((m) => values.of(terms.constant(64, m.value))));
  const localNumber = (name: string): number => numbers.get(name) as number;
  const cpu = values.of(terms.constant(8, 0n));
  /** The run cannot go on: a dereference went wrong, or no value fits. */
  let failed = false;

  function look(cell: Cell): ValueId {
    const value = memory.look(cell);
    if (value === null) failed = true;
    return value ?? ANYTHING;
  }
  const decide = (value: ValueId): boolean => (value === ANYTHING ? choose(2) === 0 : value === true_);
  function fail(...properties: readonly string[]): null {
    failed = true;
    for (const property of properties) found.add(property);
    return null;
  }
  /** A dereference of something that is no live object of that type. */
  function failAt(pointer: ValueId): null {
    if (pointer === ANYTHING) return fail('no-sentinel-deref', 'no-null-deref', 'no-stale-deref');

    if (marks.has(pointer)) return fail('no-sentinel-deref');
    return fail(pointer === null_ ? 'no-null-deref' : 'no-stale-deref');
  }

  /** Finds the word of a place; null after a failure, and where there is none to read. */
  function locate(place: Place, looking: boolean): (stores: boolean) => Cell | null {
    const struct = structNamed(program, place.struct);
    const storage = storageOf(struct, place.field);
    const key = storageKey(program, place);
    const length = storage.length === undefined ? null : boundValue(program.bounds, storage.length);
    const mustLive = struct.mortal && place.field !== LIVE && !looking;
    const bits = bitsOf(storage.type);
    const objects = Array.from({ length: instancesOf(program, struct) }, (_, instance) => ({
      address: values.of(setting.address(struct.name, instance)),
      live: mustLive
        ? cellOf(wordName({ struct: struct.name, instance, field: LIVE }), 1, `${struct.name}.${LIVE}`)
        : null,
      words: Array.from({ length: length ?? 1 }, (_, index) =>
        cellOf(
          wordName({ struct: struct.name, instance, field: storage.name, ...(length !== null && { index }) }),
          bits,
          key,
        ),
      ),
    }));
    const indices = new Map(
      place.index
        ? Array.from({ length: length ?? 0 }, (_, i) => [
            values.of(terms.constant(bitsOf((place.index as ExprNode).type), BigInt(i))),
            i,
          ])
        : [],
    );
    const pointer = compile(place.pointer, looking);
    const index = place.index ? compile(place.index, looking) : null;
    return (stores) => {
      const at = pointer();
      const of = index ? index() : ANYTHING;
      if (failed) return null;
      const number =
        at === ANYTHING ? choose(objects.length + 1) : objects.findIndex((o) => o.address === at);
      const object = objects[number];
      if (!object || (object.live && !decide(look(object.live)))) return looking ? null : failAt(at);
      if (!index) return object.words[0] as Cell;
      const position = of === ANYTHING ? choose((length ?? 0) + 1) : (indices.get(of) ?? -1);
      const word = object.words[position];
      if (!word && !looking && (stores || !storage.sparse)) return fail('out-of-model');
      return word ?? null;
    };
  }

  function compileLoad(place: Place, looking: boolean): Get {
    const find = locate(place, looking);
    const storage = storageOf(structNamed(program, place.struct), place.field);
    const narrow = values.convert('trunc', bitsOf(place.type));
    const zero = values.of(terms.constant(bitsOf(storage.type), 0n));
    const isBool = bitsOf(place.type) === 1;
    return () => {
      const cell = find(false);
      if (failed) return ANYTHING;
      const value = narrow(cell ? look(cell) : zero);
      return isBool && value === ANYTHING ? (choose(2) === 0 ? true_ : false_) : value;
    };
  }

  /** The value of an expression, evaluated as far as C does; `failed` is set where it makes a bad access. */
  function compile(node: ExprNode, looking: boolean): Get {
    switch (node.kind) {
      case 'const': {
        const id = values.of(terms.constant(bitsOf(node.type), node.value));
        return () => id;
      }
      case 'address': {
        const id = values.of(setting.address(node.struct, node.instance));
        return () => id;
      }
      case 'local': {
        const number = localNumber(node.name);
        return () => frame[number] as ValueId;
      }
      case 'cpu':
        return () => cpu;
      case 'unary': {
        const [apply, operand] = [values.unary(node.op), compile(node.operand, looking)];
        return () => apply(operand());
      }
      case 'convert': {
        const [apply, operand] = [
          values.convert(node.how, bitsOf(node.type)),
          compile(node.operand, looking),
        ];
        return () => apply(operand());
      }
      case 'conditional': {
        const [test, then, otherwise] = [node.test, node.then, node.otherwise].map((n) =>
          compile(n, looking),
        ) as [Get, Get, Get];
        return () => (decide(test()) ? then() : otherwise());
      }
      case 'binary': {
        const [left, right] = [compile(node.left, looking), compile(node.right, looking)];
        if (node.op === 'land') return () => (decide(left()) ? right() : false_);
        if (node.op === 'lor') return () => (decide(left()) ? true_ : right());
        const apply = values.binary(node.op);
        return () => apply(left(), right());
      }
      case 'load':
        return compileLoad(node.place, looking);
      case 'call':
        throw new Error('calls are inlined');
    }
  }

  /** Finds where to store, and what, before anything is stored. */
  function compileStore({ place, value }: Effect, looking: boolean): () => () => void {
    if (graph.unread.has(storageKey(program, place))) return () => () => undefined;
    const [find, get] = [locate(place, looking), compile(value, looking)];
    const storage = storageOf(structNamed(program, place.struct), place.field);
    const whole = bitsOf(place.type) === bitsOf(storage.type);
    return () => {
      const stored = get();
      const cell = find(true);
      return () => {
        if (cell) put(cell, whole ? stored : ANYTHING);
      };
    };
  }

  function compileNode(node: GraphNode): Go {
    switch (node.op) {
      case 'assign': {
        const [number, get] = [localNumber(node.local), compile(node.value, false)];
        return () => {
          frame[number] = get();
          return node.next;
        };
      }
      case 'load': {
        const [number, get] = [localNumber(node.local), compileLoad(node.place, false)];
        return () => {
          frame[number] = get();
          return node.next;
        };
      }
      case 'store': {
        const store = compileStore(node, false);
        return () => {
          const does = store();
          if (!failed) does();
          return node.next;
        };
      }
      case 'primitive': {
        const until = node.until ? compile(node.until, false) : null;
        const demands = node.demands.map((d) => ({ ...d, get: compile(d.holds, false) }));
        const stores = node.effects.map((e) => compileStore(e, false));
        if (node.lock?.does === 'acquire') found.add('lock-order');
        if (until) found.add('deadlock-free');
        return () => {
          if (until && !decide(until())) return NOWHERE;
          for (const { property, get } of demands) if (!decide(get())) found.add(property);
          const all = stores.map((store) => store());
          if (!failed) for (const does of all) does();
          return node.next;
        };
      }
      case 'observe':
        return compileObservation(node);
      case 'branch': {
        const test = compile(node.test, false);
        return () => (decide(test()) ? node.then : node.otherwise);
      }
      case 'choose': {
        const [number, options] = [localNumber(node.local), node.values.map((v) => compile(v, false))];
        return () => {
          frame[number] = (options[choose(options.length)] as Get)();
          return node.next;
        };
      }
      case 'assume': {
        const test = compile(node.test, false);
        return () => (decide(test()) ? node.next : NOWHERE);
      }
      case 'finding': {
        const test = compile(node.test, false);
        return () => {
          if (!decide(test())) return node.next;
          found.add(node.property);
          return node.fatal ? NOWHERE : node.next;
        };
      }
      case 'judge':
        found.add(node.property);
        return () => node.next;
      case 'reach':
        return () => {
          found.add(`reach:${node.target}`);
          return node.next;
        };
      case 'end':
        for (const { id, judged } of program.properties) if (judged.when === 'idle') found.add(id);
        return () => IDLE;
      default:
        return () => node.next;
    }
  }

  /** Each effect by itself: together they read too many words. */
  function compileObservation(node: Extract<GraphNode, { op: 'observe' }>): Go {
    const when = node.when ? compile(node.when, true) : null;
    const stores = node.effects.map((e) => compileStore(e, true));
    return () => {
      if (when && !decide(when())) return node.next;
      memory.aside(() => {
        for (const store of stores) exhaust(() => memory.aside(() => store()()));
      });
      return node.next;
    };
  }

  const code: (Go | undefined)[] = [];
  function execute(from: NodeId): NodeId {
    let id = from;
    do {
      const node = graph.nodes[id] as GraphNode;

      const go = code[id] ?? compileNode(node);
      code[id] = go;
      id = go();
      if (failed) return NOWHERE;
    } while (id >= 0 && !pointAt.has(id));
    return id;
  }

  return {
    values,
    memory,
    frame,
    localNumber,
    found,
    run(from, view, set, end) {
      exhaust(() => {
        memory.enter(view);
        failed = false;
        set();
        const stopped = execute(from);
        if (stopped !== NOWHERE) end(pointAt.get(stopped) ?? 0, memory.leave());
      });
      memory.settle();
    },
  };
}
