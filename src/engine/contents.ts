/**
 * What pointers may name: for each local and each word, the objects whose addresses it may hold. Flow does not
 * count, so it holds at every moment of every run.
 */
import { defaultAddresses } from '../lang/addresses.ts';
import type { ExprNode, Place } from '../lang/nodes.ts';
import { boundValue, structNamed } from '../lang/program.ts';
import { instancesOf, storageOf, wordName } from '../lang/words.ts';
import { fold } from '../system/fold.ts';
import { type Graph, type GraphNode, type NodeId, successors } from '../system/graph.ts';

export interface Contents {
  /** The nodes that can follow, as far as is known of constants. */
  successors(id: NodeId): readonly NodeId[];
  /** Nodes that can be reached. */
  readonly reached: ReadonlySet<NodeId>;
  /** The words that a place may be, by name. */
  wordsOf(place: Place): readonly string[];
}

/** Of more constants than these it is not kept which a local may be. */
const FEW = 12;

/** Objects, as `struct[instance]`. */
type Objects = ReadonlySet<string>;
const nothing: Objects = new Set();

/** `cpus`: by CPU, the nodes where operations begin that it alone does. */
export function createContents(graph: Graph, cpus: readonly (readonly NodeId[])[] = []): Contents {
  const { program } = graph;
  const locals = new Map<string, Set<string>>();
  const words = new Map<string, Set<string>>();
  /** Constants that a local may be; null: anything. */
  const values = new Map<string, ReadonlySet<bigint> | null>();
  const initial = new Map<string, bigint>();
  const reached = new Set<NodeId>(graph.entries.map((e) => e.node));
  /** Calls are inlined: a node belongs to one operation, and so to the CPU that does it. */
  const cpuAt = new Map<NodeId, number>(
    cpus.flatMap((entries, cpu) => entries.map((id) => [id, cpu] as const)),
  );
  /** Some address of its own for each object: that they differ, and are not NULL, is all that counts. */
  const addresses = defaultAddresses(program);
  const addressOf = (node: Extract<ExprNode, { kind: 'address' }>) =>
    addresses.get(`${node.struct}[${node.instance}]`) as bigint;
  const storages = new Map<
    string,
    { objects: readonly string[]; elements: readonly (readonly string[])[] }
  >();
  let changed = true;

  function add(map: Map<string, Set<string>>, key: string, objects: Objects): void {
    if (objects.size === 0) return;
    const known = map.get(key) ?? new Set<string>();
    const before = known.size;
    for (const o of objects) known.add(o);
    map.set(key, known);
    if (known.size !== before) changed = true;
  }

  /** Objects whose addresses an expression may give, by way of whatever arithmetic. */
  function objectsIn(node: ExprNode): Objects {
    switch (node.kind) {
      case 'address':
        return new Set([`${node.struct}[${node.instance}]`]);
      case 'local':
        return locals.get(node.name) ?? nothing;
      case 'load':
        return union(wordsOf(node.place).map((w) => words.get(w) ?? nothing));
      case 'conditional':
        return union([objectsIn(node.then), objectsIn(node.otherwise)]);
      case 'binary':
        return union([objectsIn(node.left), objectsIn(node.right)]);
      case 'unary':
      case 'convert':
        return objectsIn(node.operand);
      default:
        return nothing;
    }
  }

  function wordsOf(place: Place, cpu?: number): readonly string[] {
    const { objects, elements } = storageAt(place);
    const { pointer, index } = place;
    const named = objectsIn(pointer);
    const instances =
      pointer.kind === 'address'
        ? [pointer.instance]
        : [...objects.keys()].filter((i) => named.has(objects[i] as string));
    const element = index && numberOf(index, cpu);
    if (element === undefined) return instances.flatMap((i) => elements[i] as readonly string[]);
    return instances.flatMap((i) => elements[i]?.[element] ?? []);
  }

  /** All objects of a place's struct, and of each the words of the storage, both by name. */
  function storageAt({ struct, field }: Place) {
    const key = `${struct}.${field}`;
    const known = storages.get(key);
    if (known) return known;
    const node = structNamed(program, struct);
    const storage = storageOf(node, field);
    const length = storage.length === undefined ? null : boundValue(program.bounds, storage.length);
    const instances = Array.from({ length: instancesOf(program, node) }, (_, instance) => instance);
    const made = {
      objects: instances.map((instance) => `${struct}[${instance}]`),
      elements: instances.map((instance) => {
        const word = { struct, instance, field: storage.name };
        if (length === null) return [wordName(word)];
        return Array.from({ length }, (_, index) => wordName({ ...word, index }));
      }),
    };
    storages.set(key, made);
    return made;
  }

  const stored = (place: Place, value: ExprNode): void => {
    const objects = objectsIn(value);
    if (objects.size > 0) for (const word of wordsOf(place)) add(words, word, objects);
  };
  function flow(node: GraphNode, cpu?: number): void {
    switch (node.op) {
      case 'assign':
        add(locals, node.local, objectsIn(node.value));
        break;
      case 'load':
        add(locals, node.local, union(wordsOf(node.place, cpu).map((w) => words.get(w) ?? nothing)));
        break;
      case 'choose':
        add(locals, node.local, union(node.values.map(objectsIn)));
        break;
      case 'store':
        stored(node.place, node.value);
        break;
      case 'primitive':
      case 'observe':
        for (const e of node.effects) stored(e.place, e.value);
        break;
      default:
    }
  }

  function mayBe(local: string, more: ReadonlySet<bigint> | null): void {
    const known = values.get(local);
    if (known === null) return;
    const all = known && more ? new Set([...known, ...more]) : more;
    if (all && known && all.size === known.size) return;
    values.set(local, all && all.size > FEW ? null : all);
    changed = true;
  }
  /** The constants that an expression may be; null: anything. Nothing, where it is never evaluated. */
  function constantsOf(node: ExprNode): ReadonlySet<bigint> | null {
    if (node.kind === 'const') return new Set([node.value]);
    if (node.kind === 'address') return new Set([addressOf(node)]);
    if (node.kind === 'local') {
      const known = values.get(node.name);
      return known === undefined ? new Set() : known;
    }
    if (node.kind === 'binary')
      return combined(node, [node.left, node.right], ([left, right]) => ({ ...node, left, right }));
    if (node.kind === 'unary' || node.kind === 'convert')
      return combined(node, [node.operand], ([operand]) => ({ ...node, operand }));
    return null;
  }
  /** What an operator gives for each combination of what its operands may be. */
  function combined(
    { type }: ExprNode,
    operands: readonly ExprNode[],
    apply: (constants: [ExprNode, ExprNode]) => ExprNode,
  ): ReadonlySet<bigint> | null {
    const [first, second = new Set([0n])] = operands.map(constantsOf);
    if (!first || !second) return null;
    const constant = (of: ExprNode | undefined, value: bigint): ExprNode => ({
      kind: 'const',
      type: of?.type ?? type,
      value,
    });
    const results = [...first].flatMap((a) =>
      [...second].map((b) => fold(apply([constant(operands[0], a), constant(operands[1], b)]), program)),
    );
    const found = new Set(results.flatMap((r) => (r.kind === 'const' ? [r.value] : [])));
    return results.every((r) => r.kind === 'const') ? found : null;
  }
  function loaded(place: Place): ReadonlySet<bigint> | null {
    const { name, sparse } = storageOf(structNamed(program, place.struct), place.field);
    if (sparse || !graph.constants.has(`${place.struct}.${name}`)) return null;
    return new Set(wordsOf(place).map((word) => initial.get(word) ?? 0n));
  }
  function noteValue(node: GraphNode): void {
    if (node.op === 'assign') mayBe(node.local, constantsOf(node.value));
    if (node.op === 'load') mayBe(node.local, loaded(node.place));
    if (node.op === 'choose') mayBe(node.local, null);
  }
  function following(id: NodeId): readonly NodeId[] {
    const node = graph.nodes[id] as GraphNode;
    if (node.op !== 'branch') return successors(node);
    const test = constantsOf(node.test);
    if (test === null) return successors(node);
    return [
      ...([...test].some((v) => v !== 0n) ? [node.then] : []),
      ...(test.has(0n) ? [node.otherwise] : []),
    ];
  }

  for (const { place, value } of program.initial) {
    stored(place, value);
    const constant =
      value.kind === 'address' ? addressOf(value) : value.kind === 'const' ? value.value : null;
    if (constant !== null) for (const word of wordsOf(place)) initial.set(word, constant);
  }
  while (changed) {
    changed = false;
    for (const id of reached) {
      const node = graph.nodes[id] as GraphNode;
      flow(node, cpuAt.get(id));
      noteValue(node);
      for (const next of following(id)) {
        if (reached.has(next)) continue;
        reached.add(next);
        const cpu = cpuAt.get(id);
        if (cpu !== undefined) cpuAt.set(next, cpu);
        changed = true;
      }
    }
  }
  return { wordsOf, reached, successors: following };
}

/** An index that is a constant, or the number of the CPU, where that is known. */
function numberOf(index: ExprNode, cpu?: number): number | undefined {
  if (index.kind === 'const') return Number(index.value);
  if (index.kind === 'convert') return numberOf(index.operand, cpu);
  return index.kind === 'cpu' ? cpu : undefined;
}

function union(all: readonly Objects[]): Objects {
  const some = all.filter((set) => set.size > 0);
  if (some.length < 2) return some[0] ?? nothing;
  const result = new Set<string>();
  for (const set of some) for (const o of set) result.add(o);
  return result;
}
