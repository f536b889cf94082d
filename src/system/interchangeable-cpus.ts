/**
 * Whether the CPUs of a program cannot be told apart but by where they stand and what they hold: runs stay runs when
 * they are exchanged. A CPU's number only says which bits of a lock word are its own (src/lang/locks.ts), and which
 * element of an array. One thing is allowed beyond that to two CPUs: to wait for each in turn, as synchronize_rcu()
 * does. For itself a CPU does not have to wait; so each waits for the other, then or later.
 */
import { lockFields, storageKey } from '../lang/fields.ts';
import type { Effect, ExprNode, FieldNode, Place, StructNode } from '../lang/nodes.ts';
import { isInvariant } from '../lang/normal-form.ts';
import { predicatesOf } from '../lang/program.ts';
import { bitsOf } from '../lang/types.ts';
import { subexpressions } from '../lang/walk.ts';
import { type Graph, type GraphNode, type NodeId, runningCpus } from './graph.ts';
import { initialValues, isSameValue, valuesOf } from './initial-values.ts';
import { expressionsIn, postorder } from './points.ts';
import { findTurns, type Turns } from './turns.ts';

export interface CpuSort {
  readonly count: number;
  /** `struct.field` of words that have bits for each CPU. */
  readonly masks: ReadonlySet<string>;
  /** `struct.field` of arrays with an element for each CPU. */
  readonly own: ReadonlySet<string>;
  readonly turns: Turns | null;
}

/** What a value says of CPUs: nothing, which one runs, or which ones. */
type Kind = 'plain' | 'cpu' | 'mask';

/** null: they can be told apart, or there is one. */
export function interchangeableCpus(graph: Graph): CpuSort | null {
  const { program, points } = graph;
  const count = runningCpus(graph);
  if (count === 1 || program.afterOops) return null;
  const reachable = postorder(
    graph.nodes,
    graph.entries.map((e) => e.node),
  );
  const turns = findTurns(graph, count);
  if (turns === 'other') return null;
  const isTurn = new Set(turns?.points.flat().map((point) => points[point - 1]?.node));

  const masks = masksOf(graph, reachable);
  const own = new Set(
    program.structs.flatMap((s) =>
      s.fields.filter((f) => f.length === 'cpus').map((f) => `${s.name}.${f.name}`),
    ),
  );
  const isWide = (f: FieldNode) => f.lock === true && bitsOf(f.type) !== 8;
  if (program.structs.some((s) => s.instances === 'cpus' || s.fields.some(isWide))) return null;
  const locals = new Map<string, Kind>();
  const initial = initialValues(program);
  let uneven = false;
  let judging = false;

  /** Both nibbles have the bits of all CPUs or of none. */
  function isForAll(value: bigint): boolean {
    const all = 2n ** BigInt(count) - 1n;
    return [value & all, (value >> 4n) & all].every((bits) => bits === 0n || bits === all);
  }
  const isMaskLike = (node: ExprNode, kind: Kind) =>
    kind === 'mask' || (node.kind === 'const' && isForAll(node.value));
  const fail = (): Kind => {
    uneven = true;
    return 'plain';
  };

  function kindOf(node: ExprNode): Kind {
    switch (node.kind) {
      case 'cpu':
        return 'cpu';
      case 'local':
        return locals.get(node.name) ?? 'plain';
      case 'load':
        return kindAt(node.place);
      case 'convert': {
        const kind = kindOf(node.operand);
        return kind === 'mask' || (kind === 'cpu' && node.how !== 'zext') ? fail() : kind;
      }
      case 'unary': {
        const kind = kindOf(node.operand);
        return kind === 'plain' || (kind === 'mask' && node.op === 'bnot') ? kind : fail();
      }
      case 'binary':
        return kindOfBinary(node);
      case 'conditional': {
        if (kindOf(node.test) !== 'plain') return fail();
        return common(node.then, node.otherwise);
      }
      case 'call':
        return fail();
      default:
        return 'plain';
    }
  }
  /** Of two values either of which it may be. */
  function common(a: ExprNode, b: ExprNode): Kind {
    const kinds = [kindOf(a), kindOf(b)] as const;
    if (!kinds.includes('mask')) return kinds.includes('cpu') ? fail() : 'plain';
    return isMaskLike(a, kinds[0]) && isMaskLike(b, kinds[1]) ? 'mask' : fail();
  }
  function kindOfBinary(node: Extract<ExprNode, { kind: 'binary' }>): Kind {
    const { op, left, right } = node;
    const isBit = left.kind === 'const' && (left.value === 0x01n || left.value === 0x10n);
    if (op === 'shl' && isBit && kindOf(right) === 'cpu') return 'mask';
    const kind = common(left, right);
    if (kind === 'plain' || op === 'band' || op === 'bor' || op === 'bxor') return kind;
    return op === 'eq' || op === 'ne' ? 'plain' : fail();
  }
  function kindAt(place: Place): Kind {
    const key = storageKey(program, place);
    if (kindOf(place.pointer) !== 'plain') return fail();
    const isOwn = own.has(key) && !(judging && place.index?.kind === 'const');
    if (place.index && kindOf(place.index) !== (isOwn ? 'cpu' : 'plain')) return fail();
    return masks.has(key) ? 'mask' : 'plain';
  }
  function note(place: Place, value: ExprNode): void {
    const kind = kindOf(value);
    const of = kindAt(place);
    if (of === 'mask' ? !isMaskLike(value, kind) : kind !== 'plain') fail();
  }
  function noteNode(node: GraphNode): void {
    switch (node.op) {
      case 'assign':
      case 'load': {
        const kind = node.op === 'assign' ? kindOf(node.value) : kindAt(node.place);
        const before = locals.get(node.local) ?? kind;
        const isForAnyCpu = node.op === 'assign' && before === 'mask' && isMaskLike(node.value, kind);
        if (before !== kind && !isForAnyCpu) fail();
        if (kind !== 'plain') locals.set(node.local, kind);
        return;
      }
      case 'choose':
        if (locals.has(node.local)) fail();
        return;
      case 'store':
        note(node.place, node.value);
        return;
      case 'branch':
      case 'assume':
      case 'finding':
        if (kindOf(node.test) !== 'plain') fail();
        return;
      case 'primitive':
      case 'observe':
        for (const root of expressionsIn(node)) kindOf(root);
        for (const { place, value } of node.effects) note(place, value);
        return;
      default:
        return;
    }
  }

  // What is found out of one node may say something of another.
  for (let before = -1; before !== locals.size; ) {
    before = locals.size;
    uneven = false;
    for (const id of reachable) if (!isTurn.has(id)) noteNode(graph.nodes[id] as GraphNode);
  }
  const isKept = points.some((p) => p.live.some((name) => locals.has(name)));
  /** A predicate may ask for each CPU's element, if it asks the same of all. */
  function isEvenPredicate(root: ExprNode): boolean {
    judging = true;
    const kind = kindOf(root);
    judging = false;
    const renamed = (n: ExprNode, exchange: (i: number) => number): ExprNode => {
      if (n.kind !== 'load' || !own.has(storageKey(program, n.place))) return n;
      if (n.place.index?.kind !== 'const') return n;
      const index = { ...n.place.index, value: BigInt(exchange(Number(n.place.index.value))) };
      return { ...n, place: { ...n.place, index } };
    };
    return kind === 'plain' && isInvariant(root, count, renamed);
  }
  const isEven =
    program.structs.every((s) => s.fields.every((f) => startsEven(s, f))) &&
    predicatesOf(program).every(isEvenPredicate) &&
    (!turns || masks.has(storageKey(program, turns.of))) &&
    !isKept;
  return isEven && !uneven ? { count, masks, own, turns } : null;

  function startsEven(struct: StructNode, field: FieldNode): boolean {
    if (field.aliasOf !== undefined) return !masks.has(`${struct.name}.${field.aliasOf}`);
    const key = `${struct.name}.${field.name}`;
    const rows = valuesOf(initial, program, struct, field);
    if (masks.has(key)) return rows.flat().every((v) => v.kind === 'const' && isForAll(v.value));
    return !own.has(key) || rows.every((row) => row.every((v) => isSameValue(v, row[0])));
  }
}

/** `struct.field` of locks, and of bytes to which values are stored that are made of the number of a CPU. */
function masksOf({ program, nodes }: Graph, reachable: readonly NodeId[]): ReadonlySet<string> {
  const stored = reachable.flatMap((id) => {
    const node = nodes[id] as GraphNode;
    if (node.op !== 'primitive' && node.op !== 'observe') return [];
    const isMask = ({ value }: Effect) => bitsOf(value.type) === 8 && hasNumber(value);
    return node.effects.filter(isMask).map((e) => storageKey(program, e.place));
  });
  return new Set([...lockFields(program.structs), ...stored]);
}

const hasNumber = (node: ExprNode): boolean =>
  node.kind === 'cpu' || (node.kind !== 'load' && subexpressions(node).some(hasNumber));
