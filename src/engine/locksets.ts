/**
 * Which locks are held at each node, whatever the run. A lock that is known only through a pointer
 * (`mapping->xa_lock`) is kept by that pointer: what is accessed through the same pointer lies under it.
 */
import type { Place } from '../lang/nodes.ts';
import { structNamed } from '../lang/program.ts';
import { storageOf, wordName } from '../lang/words.ts';
import type { Graph, GraphNode, NodeId } from '../system/graph.ts';
import type { Contents } from './contents.ts';

/** Bits of lock words, by their number among all locks: held exclusively, or shared. */
export interface Held {
  readonly exclusive: bigint;
  readonly shared: bigint;
}

const nothingHeld: Held = { exclusive: 0n, shared: 0n };

/** Held in both; exclusively only where it is so in both. */
export function meet(a: Held, b: Held): Held {
  const exclusive = a.exclusive & b.exclusive;
  return { exclusive, shared: (a.exclusive | a.shared) & (b.exclusive | b.shared) & ~exclusive };
}

/** Some lock is held in both that two cannot hold so at a time. */
export const excludes = (a: Held, b: Held): boolean =>
  ((a.exclusive & (b.exclusive | b.shared)) | (b.exclusive & a.shared)) !== 0n;

export interface Locksets {
  /** Locks held before a node, of which the word is accessed at this place. */
  at(node: NodeId, place: Place, word: string): Held;
  /** The node gives back a lock that its CPU holds: nobody else can touch the lock's word before. */
  releases(node: NodeId): boolean;
}

/** A lock by way of a local: `local` points to the object that has it. */
interface ThroughPointer {
  readonly local: string;
  readonly struct: string;
  readonly lock: string;
  readonly bit: bigint;
}

export function createLocksets(graph: Graph, contents: Contents): Locksets {
  const bits = new Map<string, bigint>();
  const through = new Map<string, ThroughPointer>();
  const aliases = aliasesIn(graph);
  const bitOf = (name: string): bigint => {
    const known = bits.get(name) ?? 1n << BigInt(bits.size);
    bits.set(name, known);
    return known;
  };
  const isLock = (place: Place): boolean =>
    storageOf(structNamed(graph.program, place.struct), place.field).lock === true;
  const without = ({ exclusive, shared }: Held, mask: bigint): Held => ({
    exclusive: exclusive & ~mask,
    shared: shared & ~mask,
  });

  /** The local, through calls, that a place's pointer is; null where it is none. */
  const pointerOf = ({ pointer }: Place): string | null =>
    pointer.kind === 'local' ? (aliases.get(pointer.name) ?? pointer.name) : null;

  /** The bits that stand for the lock at a place: its word, or the pointer to it. */
  function lockBits(place: Place): bigint {
    const words = contents.wordsOf(place);
    const exact = words.length === 1 ? bitOf(words[0] as string) : 0n;
    const local = pointerOf(place);
    if (local === null || place.index) return exact;
    const name = `${local}->${place.struct}.${place.field}`;
    const bit = bitOf(name);
    through.set(name, { local, struct: place.struct, lock: place.field, bit });
    return exact | bit;
  }

  /** All locks that a store to the place may take away. */
  function goneBits(place: Place): bigint {
    const words = contents.wordsOf(place).reduce((mask, w) => mask | bitOf(w), 0n);
    return [...through.values()].reduce(
      (mask, t) => (t.struct === place.struct && t.lock === place.field ? mask | t.bit : mask),
      words,
    );
  }

  /** Only a lock that is waited for counts: taking it then excludes others. */
  function after(node: GraphNode, held: Held): Held {
    if (node.op === 'assign' || node.op === 'load' || node.op === 'choose') {
      const { local } = node;
      const mask = [...through.values()].reduce((m, t) => (t.local === local ? m | t.bit : m), 0n);
      return mask === 0n ? held : without(held, mask);
    }
    if (node.op !== 'primitive') return held;
    const { lock, until } = node;
    if (lock?.does === 'acquire' && until) {
      const mask = lockBits(lock.place);
      const rest = without(held, mask);
      return lock.mode === 'exclusive'
        ? { ...rest, exclusive: rest.exclusive | mask }
        : { ...rest, shared: rest.shared | mask };
    }
    const gone = node.effects
      .filter((e) => isLock(e.place))
      .reduce((mask, e) => mask | goneBits(e.place), 0n);
    return without(held, gone);
  }

  const before = new Map<NodeId, Held>(graph.entries.map((e) => [e.node, nothingHeld]));
  const open = graph.entries.map((e) => e.node);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const held = after(graph.nodes[id] as GraphNode, before.get(id) as Held);
    for (const next of contents.successors(id)) {
      const known = before.get(next);
      const both = known ? meet(known, held) : held;
      if (known && both.exclusive === known.exclusive && both.shared === known.shared) continue;
      before.set(next, both);
      open.push(next);
    }
  }

  return {
    at(id, place, word) {
      const held = before.get(id) ?? nothingHeld;
      const local = pointerOf(place);
      let { exclusive, shared } = held;
      if (local === null) return held;
      const instance = Number(/\[(\d+)\]/.exec(word)?.[1]);
      for (const t of through.values()) {
        if (t.local !== local || t.struct !== place.struct) continue;
        const bit = bitOf(wordName({ struct: t.struct, instance, field: t.lock }));
        if (exclusive & t.bit) exclusive |= bit;
        if (shared & t.bit) shared |= bit;
      }
      return { exclusive, shared };
    },
    releases(id) {
      const node = graph.nodes[id];
      if (node?.op !== 'primitive' || node.lock?.does !== 'release') return false;
      const { exclusive, shared } = before.get(id) ?? nothingHeld;
      return ((exclusive | shared) & lockBits(node.lock.place)) !== 0n;
    },
  };
}

/** Parameters of inlined calls that are a local of the caller, by the local that they come from in the end. */
function aliasesIn(graph: Graph): ReadonlyMap<string, string> {
  const sources = new Map<string, string | null>();
  for (const node of graph.nodes) {
    if (node.op !== 'assign' && node.op !== 'load' && node.op !== 'choose') continue;
    const source = node.op === 'assign' && node.value.kind === 'local' ? node.value.name : null;
    sources.set(node.local, sources.has(node.local) ? null : source);
  }
  const origin = (local: string): string => {
    const source = sources.get(local);
    return source ? origin(source) : local;
  };
  return new Map([...sources.keys()].map((local) => [local, origin(local)]));
}
