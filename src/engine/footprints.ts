/**
 * Which words a step may touch, and which a CPU may still touch until it is done: for telling steps that
 * commute with all that others can do. Worked out from the graph alone, so it covers every run.
 */
import type { Effect, ExprNode, Place } from '../lang/nodes.ts';
import { structNamed } from '../lang/program.ts';
import { LIVE } from '../lang/structs.ts';
import { eachExpression, placeExpressions, subexpressions } from '../lang/walk.ts';
import { stateWords, storageOf } from '../lang/words.ts';
import type { Graph, GraphNode, NodeId } from '../system/graph.ts';
import { createContents } from './contents.ts';
import { createLocksets, excludes, type Held, meet } from './locksets.ts';

/** Sets of words, as bits. */
export interface Footprint {
  readonly reads: Uint32Array;
  /** Changes that commute with one another: of a CPU's own bits of a word, or by a sum. */
  readonly updates: Uint32Array;
  readonly writes: Uint32Array;
}

export interface Footprints {
  /**
   * From a node to the next control points, as far as it can matter to a CPU that does these operations, given
   * by their entry nodes: what both touch under a lock that excludes the other is left out, and so is the word of
   * a lock that is given back.
   */
  step(from: NodeId, to: number): Footprint;
  /** From a node to the operation's end. */
  future(from: NodeId): Footprint;
  union(all: readonly Footprint[]): Footprint;
}

/** Whether the order of the two can matter. */
export function conflict(a: Footprint, b: Footprint): boolean {
  for (let i = 0; i < a.reads.length; i++) {
    const [ar, au, aw] = [a.reads[i] as number, a.updates[i] as number, a.writes[i] as number];
    const [br, bu, bw] = [b.reads[i] as number, b.updates[i] as number, b.writes[i] as number];
    if ((aw & (br | bu | bw)) | (bw & (ar | au)) | (au & br) | (ar & bu)) return true;
  }
  return false;
}

/** `cpus`: by CPU, the nodes where its operations begin. */
export function createFootprints(graph: Graph, cpus: readonly (readonly NodeId[])[]): Footprints {
  const { program } = graph;
  const contents = createContents(graph, cpus);
  const locksets = createLocksets(graph, contents);
  const words = new Map(stateWords(program).map((w, i) => [w.name, i]));
  const size = Math.ceil(words.size / 32);
  const empty = (): Footprint => ({
    reads: new Uint32Array(size),
    updates: new Uint32Array(size),
    writes: new Uint32Array(size),
  });
  /** The places of the node that is looked at. */
  let noted: Place[] = [];
  const places: (readonly Place[])[] = [];
  const isLockWord = stateWords(program).map(
    (w) => storageOf(structNamed(program, w.struct), w.field).lock === true,
  );
  const nothing = empty();
  const death = empty();
  stores(death, program.afterOops ?? [], false);
  const deathPlaces = noted;
  const nodes = graph.nodes.map((node, id) => {
    noted = [];
    places.push(noted);
    if (!contents.reached.has(id)) return nothing;
    const print = footprintOf(node);
    // Whatever is accessed may be no object, and then the task dies. That its locks stay taken matters to nobody
    // who could take them.
    if (node.pause || (node.op === 'finding' && node.fatal)) {
      merge(print, death);
      noted.push(...deathPlaces);
    }
    return print;
  });
  const points = new Set(graph.points.map((p) => p.node));
  const futures = allFutures();
  const steps = new Map<string, Footprint>();
  const guards = cpus.map((entries) => guardsOf(entries));

  /** A CPU's own element of an array that has one for each CPU is nobody else's business. */
  function isOwn({ index }: Place): boolean {
    return index !== undefined && [...eachExpression(index)].some((e) => e.kind === 'cpu');
  }

  function isConstant({ struct, field }: Place): boolean {
    return graph.constants.has(`${struct}.${storageOf(structNamed(program, struct), field).name}`);
  }

  function note(set: Uint32Array, place: Place): void {
    if (isOwn(place) || isConstant(place)) return;
    noted.push(place);
    for (const word of contents.wordsOf(place)) {
      const bit = words.get(word) as number;
      set[bit >>> 5] = (set[bit >>> 5] as number) | (1 << (bit & 31));
    }
  }

  function readIn(print: Footprint, expr: ExprNode): void {
    for (const node of eachExpression(expr)) if (node.kind === 'load') notePlaceRead(print, node.place);
  }
  function notePlaceRead(print: Footprint, place: Place): void {
    note(print.reads, place);
    noteLive(print, place);
  }
  /** An access asks whether its object lives. */
  function noteLive(print: Footprint, place: Place): void {
    const struct = structNamed(program, place.struct);
    if (struct.mortal && place.field !== LIVE) {
      const { index: _, ...rest } = place;
      note(print.reads, { ...rest, field: LIVE, type: { kind: 'word', bits: 1 } });
    }
  }
  function stores(print: Footprint, effects: readonly Effect[], waits: boolean): void {
    for (const { place, value } of effects) {
      for (const e of placeExpressions(place)) readIn(print, e);
      noteLive(print, place);
      if (!waits && isUpdate(place, value)) {
        note(print.updates, place);
        continue;
      }
      readIn(print, value);
      note(print.writes, place);
    }
  }

  function footprintOf(node: GraphNode): Footprint {
    const print = empty();
    switch (node.op) {
      case 'load':
        for (const e of placeExpressions(node.place)) readIn(print, e);
        notePlaceRead(print, node.place);
        break;
      case 'store':
        for (const e of [...placeExpressions(node.place), node.value]) readIn(print, e);
        noteLive(print, node.place);
        note(print.writes, node.place);
        break;
      case 'primitive': {
        const shared = node.lock?.mode === 'shared' ? node.lock.place : null;
        if (node.until && !shared) waitFor(print, node.until);
        for (const d of node.demands) readOthers(print, d.holds, node.effects);
        stores(print, node.effects, node.until !== null && !shared);
        break;
      }
      case 'observe':
        if (node.when) readIn(print, node.when);
        stores(print, node.effects, false);
        break;
      case 'assign':
        readIn(print, node.value);
        break;
      case 'branch':
      case 'assume':
      case 'finding':
        readIn(print, node.test);
        break;
      default:
    }
    return print;
  }
  /** What is waited for may be made true or false by an update: it counts as written. */
  function waitFor(print: Footprint, until: ExprNode): void {
    if (until.kind === 'load') {
      for (const e of placeExpressions(until.place)) readIn(print, e);
      note(print.writes, until.place);
      noteLive(print, until.place);
    } else for (const part of subexpressions(until)) waitFor(print, part);
  }
  /**
   * What a demand reads of a word that is updated in the same step is the CPU's own part of it. So is what it
   * masks with its own bits, which commutes with what updates do.
   */
  function readOthers(print: Footprint, holds: ExprNode, effects: readonly Effect[]): void {
    const own = new Set(effects.map((e) => `${e.place.struct}.${e.place.field}`));
    const visit = (node: ExprNode): void => {
      if (
        node.kind === 'binary' &&
        node.op === 'band' &&
        node.left.kind === 'load' &&
        isOwnBits(node.right)
      ) {
        for (const e of placeExpressions(node.left.place)) readIn(print, e);
        note(print.updates, node.left.place);
        return;
      }
      if (node.kind === 'load' && !own.has(`${node.place.struct}.${node.place.field}`))
        notePlaceRead(print, node.place);
      for (const part of subexpressions(node)) visit(part);
    };
    visit(holds);
  }

  function merge(into: Footprint, from: Footprint): boolean {
    let changed = false;
    for (const key of ['reads', 'updates', 'writes'] as const) {
      const [a, b] = [into[key], from[key]];
      for (let i = 0; i < size; i++) {
        const both = ((a[i] as number) | (b[i] as number)) >>> 0;
        if (both !== a[i]) {
          a[i] = both;
          changed = true;
        }
      }
    }
    return changed;
  }

  /** A node is emitted after those that follow it, but for loops: few rounds reach the fixed point. */
  function allFutures(): readonly Footprint[] {
    const all = nodes.map(({ reads, updates, writes }) => ({
      reads: reads.slice(),
      updates: updates.slice(),
      writes: writes.slice(),
    }));
    const following = [...contents.reached]
      .sort((a, b) => a - b)
      .map((id) => [id, contents.successors(id)] as const);
    for (let changed = true; changed; ) {
      changed = false;
      for (const [id, nexts] of following)
        for (const next of nexts) if (merge(all[id] as Footprint, all[next] as Footprint)) changed = true;
    }
    return all;
  }

  /** By word that the operations touch: the locks that are held whenever they do. */
  function guardsOf(entries: readonly NodeId[]): ReadonlyMap<number, Held> {
    const held = new Map<number, Held>();
    const seen = new Set(entries);
    for (const id of seen) {
      for (const next of contents.successors(id)) seen.add(next);
      for (const [bit, here] of locksOf(id)) {
        const before = held.get(bit);
        held.set(bit, before ? meet(before, here) : here);
      }
    }
    return held;
  }

  /** The words that a node touches, each with the locks that are held then. */
  function locksOf(id: NodeId): ReadonlyMap<number, Held> {
    const held = new Map<number, Held>();
    for (const place of places[id] as readonly Place[])
      for (const word of contents.wordsOf(place)) {
        const bit = words.get(word) as number;
        const here = locksets.at(id, place, word);
        const before = held.get(bit);
        held.set(bit, before ? meet(before, here) : here);
      }
    return held;
  }

  /** The footprint of a node without what locks keep apart from what a CPU does. */
  function apart(id: NodeId, to: number): Footprint {
    const print = empty();
    merge(print, nodes[id] as Footprint);
    const released = locksets.releases(id);
    for (const [bit, here] of locksOf(id)) {
      const guard = guards[to]?.get(bit);
      if (!(released && isLockWord[bit]) && !(guard && excludes(here, guard))) continue;
      for (const set of [print.reads, print.updates, print.writes])
        set[bit >>> 5] = ((set[bit >>> 5] as number) & ~(1 << (bit & 31))) >>> 0;
    }
    return print;
  }

  function step(from: NodeId, to: number): Footprint {
    const key = `${from} ${to}`;
    const known = steps.get(key);
    if (known) return known;
    const print = empty();
    const seen = new Set<NodeId>([from]);
    const open = [from];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      merge(print, apart(id, to));
      for (const next of contents.successors(id))
        if (!points.has(next) && !seen.has(next)) {
          seen.add(next);
          open.push(next);
        }
    }
    steps.set(key, print);
    return print;
  }

  return {
    step,
    future: (from) => futures[from] as Footprint,
    union(all) {
      const print = empty();
      for (const one of all) merge(print, one);
      return print;
    },
  };
}

/** `w = w | own bits`, `w = w & ~own bits`, `w = w + n`, `w = w - n`: others' changes of that form do not matter. */
function isUpdate(place: Place, value: ExprNode): boolean {
  if (value.kind !== 'binary' || !['bor', 'band', 'add', 'sub'].includes(value.op)) return false;
  const { left, right } = value;
  const same =
    left.kind === 'load' &&
    left.place.struct === place.struct &&
    left.place.field === place.field &&
    JSON.stringify(left.place.pointer, text) === JSON.stringify(place.pointer, text) &&
    JSON.stringify(left.place.index, text) === JSON.stringify(place.index, text);
  if (value.op === 'add' || value.op === 'sub') return same && right.kind === 'const';
  return same && isOwnBits(right);
}

/** A mask that is made of the CPU's number and constants. */
function isOwnBits(mask: ExprNode): boolean {
  const parts = [...eachExpression(mask)];
  return parts.some((e) => e.kind === 'cpu') && parts.every((e) => e.kind !== 'load' && e.kind !== 'local');
}

const text = (_: string, v: unknown): unknown => (typeof v === 'bigint' ? `${v}n` : v);
