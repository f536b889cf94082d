/** What expressions are worth and which words places are, as SMT terms, in one step of one CPU. */
import { storageKey } from '../lang/fields.ts';
import type { ExprNode, Place } from '../lang/nodes.ts';
import { boundValue, structNamed } from '../lang/program.ts';
import { LIVE } from '../lang/structs.ts';
import { type Bits, bitsOf } from '../lang/types.ts';
import { instancesOf, storageOf, wordName } from '../lang/words.ts';
import type { Setting } from './setting.ts';
import type { Term } from './terms.ts';

/** Words and locals at some place of a step; words that never change are not among them. */
export interface Contents {
  readonly words: Map<string, Term>;
  readonly locals: Map<string, Term>;
}

/** A place whose pointer and index are evaluated. */
export interface Spot {
  readonly place: Place;
  readonly pointer: Term;
  readonly index: Term | undefined;
}

export interface Target {
  readonly condition: Term;
  readonly word: string;
  readonly bits: Bits;
}

export interface Targets {
  readonly list: readonly Target[];
  /** The pointer is the address of a live object of that type. */
  readonly valid: Term;
  /** The index is within the array. */
  readonly inside: Term;
}

/** `looking`, throughout: for a property or an observation, whose reads are no accesses. */
export interface Memory {
  evaluate(node: ExprNode, at: Contents, looking?: boolean): Term;
  spotOf(place: Place, at: Contents, looking?: boolean): Spot;
  /** The words that a place may be, each under its condition, and when it is none. */
  targets(spot: Spot, at: Contents, looking?: boolean): Targets;
  wordTerm(at: Contents, name: string, bits: Bits): Term;
  read(place: Place, at: Contents, looking?: boolean): Term;
  write(spot: Spot, value: Term, at: Contents): void;
}

export function createMemory(setting: Setting, cpu: number): Memory {
  const { graph, terms } = setting;
  const { program } = graph;
  const { and, or, eq, ite, true_, false_ } = terms;

  function spotOf(place: Place, at: Contents, looking = false): Spot {
    const index = place.index && evaluate(place.index, at, looking);
    return { place, pointer: evaluate(place.pointer, at, looking), index };
  }

  function targets({ place, pointer, index }: Spot, at: Contents, looking = false): Targets {
    const struct = structNamed(program, place.struct);
    const storage = storageOf(struct, place.field);
    const mustLive = struct.mortal && place.field !== LIVE && !looking;
    const length = storage.length === undefined ? 1 : boundValue(program.bounds, storage.length);
    const bits = bitsOf(storage.type);
    const list: Target[] = [];
    const valid: Term[] = [];
    for (let instance = 0; instance < instancesOf(program, struct); instance++) {
      const is = eq(pointer, setting.address(struct.name, instance));
      const live = mustLive
        ? wordTerm(at, wordName({ struct: struct.name, instance, field: LIVE }), 1)
        : true_;
      const condition = and(is, live);
      if (condition === false_) continue;
      valid.push(condition);
      if (index === undefined)
        list.push({
          condition,
          word: wordName({ struct: struct.name, instance, field: storage.name }),
          bits,
        });
      else
        for (let i = 0; i < Math.min(length, 2 ** index.bits); i++) {
          const at = eq(index, terms.constant(index.bits, BigInt(i)));
          list.push({
            condition: and(condition, at),
            word: wordName({ struct: struct.name, instance, field: storage.name, index: i }),
            bits,
          });
        }
    }
    const inside =
      index === undefined || length >= 2 ** index.bits
        ? true_
        : terms.binary('ult', index, terms.constant(index.bits, BigInt(length)));
    return { list: list.filter((t) => t.condition !== false_), valid: or(...valid), inside };
  }

  function wordTerm(at: Contents, name: string, bits: Bits): Term {
    return at.words.get(name) ?? setting.initial(name, bits);
  }

  function read(place: Place, at: Contents, looking = false): Term {
    const { list } = targets(spotOf(place, at, looking), at, looking);
    const storage = storageOf(structNamed(program, place.struct), place.field);
    const bits = bitsOf(storage.type);
    // Outside of all targets the guard has ended the path, except for sparse arrays, which read as 0, and for
    // properties and observations, which read 0 where there is nothing to read.
    const start: Term | null = storage.sparse || looking ? terms.constant(bits, 0n) : null;
    const value = list.reduceRight<Term | null>((otherwise, t) => {
      const word = wordTerm(at, t.word, t.bits);
      return otherwise ? ite(t.condition, word, otherwise) : word;
    }, start);
    return terms.convert('trunc', bitsOf(place.type), value ?? terms.constant(bits, 0n));
  }

  function write(spot: Spot, value: Term, at: Contents): void {
    if (graph.unread.has(storageKey(program, spot.place))) return;
    for (const t of targets(spot, at).list) {
      const old = wordTerm(at, t.word, t.bits);
      const part = bitsOf(spot.place.type);
      const stored = part === t.bits ? value : insert(old, value, t.bits, part);
      at.words.set(t.word, ite(t.condition, stored, old));
    }
  }

  function insert(old: Term, value: Term, bits: Bits, part: Bits): Term {
    const kept = terms.constant(bits, ~((1n << BigInt(part)) - 1n));
    return terms.binary('bor', terms.binary('band', old, kept), terms.convert('zext', bits, value));
  }

  function evaluate(node: ExprNode, at: Contents, looking = false): Term {
    const value = (n: ExprNode) => evaluate(n, at, looking);
    switch (node.kind) {
      case 'const':
        return terms.constant(bitsOf(node.type), node.value);
      case 'address':
        return setting.address(node.struct, node.instance);
      case 'local':
        return at.locals.get(node.name) ?? terms.constant(bitsOf(node.type), 0n);
      case 'cpu':
        return terms.constant(8, BigInt(cpu));
      case 'unary':
        return terms.unary(node.op, value(node.operand));
      case 'binary':
        return terms.binary(node.op, value(node.left), value(node.right));
      case 'conditional':
        return ite(value(node.test), value(node.then), value(node.otherwise));
      case 'convert':
        return terms.convert(node.how, bitsOf(node.type), value(node.operand));
      case 'load':
        return read(node.place, at, looking);
      case 'call':
        throw new Error('calls are inlined');
    }
  }

  return { evaluate, spotOf, targets, wordTerm, read, write };
}
