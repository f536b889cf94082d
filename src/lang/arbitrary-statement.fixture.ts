/** Random well-formed statements, of every kind. */
import { callTo, type ExpressionScope, expression, placeOfType } from './arbitrary-expression.fixture.ts';
import { addressNode, chance, instances, pick, types } from './arbitrary-world.fixture.ts';
import { handle } from './expressions.ts';
import { mutex_lock, mutex_unlock } from './locks.ts';
import type { Effect, ExprNode, FunctionNode, Place, StmtNode, Variable } from './nodes.ts';
import { pointer } from './structs.ts';
import { bool, type Type, u8, u32, u64 } from './types.ts';

export interface Scope extends ExpressionScope {
  readonly fn: Pick<FunctionNode, 'returns'>;
  readonly inLoop: boolean;
  /** Loops around; each level has its own counter, `fuelN`. */
  readonly loops: number;
}

const MOST_LOOPS = 2;
export const locals: readonly Variable[] = types.flatMap((type, i) => [
  { name: `a${i}`, type },
  { name: `b${i}`, type },
]);
export const fuels: readonly Variable[] = Array.from({ length: MOST_LOOPS }, (_, i) => ({
  name: `fuel${i}`,
  type: u8,
}));

export function block(s: Scope, most: number, depth: number): readonly StmtNode[] {
  return Array.from({ length: 1 + s.draw.below(most) }, () => statements(s, depth)).flat();
}

type Maker = (s: Scope, depth: number) => readonly StmtNode[];

const simple: readonly Maker[] = [
  setLocal,
  setLocal,
  store,
  store,
  store,
  (s) => [{ kind: 'evaluate', value: pick(s.draw, callsIn(s))() }],
  (s) => [{ kind: 'warn', test: expression(s, bool, 2), once: false }],
  (s) => [{ kind: 'bug', test: rare(s) }],
  choice,
  (s) => [primitive(s)],
  (s) => [observation(s)],
  leave,
];
const nested: readonly Maker[] = [branch, branch, loop, forEach, forIndex, locked];

function statements(s: Scope, depth: number): readonly StmtNode[] {
  return pick(s.draw, depth > 0 && chance(s.draw, 2, 5) ? nested : simple)(s, depth - 1);
}

function setLocal(s: Scope): readonly StmtNode[] {
  const { name, type } = pick(s.draw, locals);
  return [{ kind: 'set', target: { kind: 'local', name, type }, value: expression(s, type, 3) }];
}

function store(s: Scope): readonly StmtNode[] {
  const place = somePlace(s, chance(s.draw, 1, 6) ? 'ghost' : 'stored');
  return [{ kind: 'set', target: { kind: 'place', place }, value: expression(s, place.type, 3) }];
}

function somePlace(s: ExpressionScope, where: 'stored' | 'ghost'): Place {
  const inGhost: readonly Type[] = [u64, u8, bool, pointer('node')];
  for (;;) {
    const place = placeOfType(s, pick(s.draw, where === 'ghost' ? inGhost : types), 1, where);
    if (place) return place;
  }
}

function callsIn(s: Scope): readonly (() => ExprNode)[] {
  const calls = s.callees.map((fn) => () => callTo({ ...s, callees: [] }, fn, 1));
  return calls.length > 0 ? calls : [() => expression(s, u64, 2)];
}

function choice(s: Scope): readonly StmtNode[] {
  const { name, type } = pick(s.draw, locals);
  const among = type.kind === 'pointer' ? { struct: type.struct } : { count: 1 + s.draw.below(2) };
  return [{ kind: 'choose', variable: name, type, among }];
}

/** Expressions of one step: no calls, and whatever they read is read at once. */
const atomic = (s: Scope): Scope => ({ ...s, callees: [] });

function primitive(outer: Scope): StmtNode {
  const s = atomic(outer);
  const effects = Array.from({ length: s.draw.below(3) }, () => effect(s, 'stored'));
  const demand = { property: 'lock-pairing', holds: expression(s, bool, 2), says: 'demanded' };
  return {
    kind: 'primitive',
    name: 'atomic',
    shown: [],
    ...(chance(s.draw, 1, 3) && { until: likely(s) }),
    demands: chance(s.draw, 1, 3) ? [demand] : [],
    effects,
  };
}

export function observation(outer: Scope): StmtNode {
  const s = atomic(outer);
  const effects = Array.from({ length: 1 + s.draw.below(2) }, () => effect(s, 'ghost'));
  return { kind: 'observe', effects, ...(chance(s.draw, 1, 2) && { when: expression(s, bool, 2) }) };
}

function effect(s: Scope, where: 'stored' | 'ghost'): Effect {
  const place = somePlace(s, where);
  return { place, value: expression(s, place.type, 2) };
}

/** Out of a loop or function, mostly under a condition. */
function leave(s: Scope): readonly StmtNode[] {
  const { returns } = s.fn;
  const value = returns ? { value: expression(s, returns, 2) } : {};
  const ways: readonly StmtNode[] = [
    { kind: 'return', ...value },
    ...(s.inLoop
      ? ([{ kind: 'break' }, { kind: 'continue' }, { kind: 'break' }, { kind: 'continue' }] as const)
      : []),
  ];
  return [{ kind: 'if', test: expression(s, bool, 2), then: [pick(s.draw, ways)], otherwise: [] }];
}

function branch(s: Scope, depth: number): readonly StmtNode[] {
  const otherwise = chance(s.draw, 1, 2) ? block(s, 2, depth) : [];
  return [{ kind: 'if', test: expression(s, bool, 3), then: block(s, 2, depth), otherwise }];
}

/** A loop that goes round a few times, each with a step. */
function loop(s: Scope, depth: number): readonly StmtNode[] {
  if (s.loops === MOST_LOOPS) return branch(s, depth);
  const fuel: ExprNode = { kind: 'local', type: u8, name: `fuel${s.loops}` };
  const number = (value: number): ExprNode => ({ kind: 'const', type: u8, value: BigInt(value) });
  const setFuel = (value: ExprNode): StmtNode => ({
    kind: 'set',
    target: { kind: 'local', type: u8, name: `fuel${s.loops}` },
    value,
  });
  const more: ExprNode = { kind: 'binary', type: bool, op: 'ne', left: fuel, right: number(0) };
  const less = setFuel({ kind: 'binary', type: u8, op: 'sub', left: fuel, right: number(1) });
  const inner = { ...s, inLoop: true, loops: s.loops + 1 };
  const step = primitive({ ...inner, draw: { below: () => 0 } });
  const rounds = [setFuel(number(1 + s.draw.below(2)))];
  const body = [less, step, ...block(inner, 2, depth)];
  if (chance(s.draw, 1, 2)) {
    const test: ExprNode = {
      kind: 'binary',
      type: bool,
      op: 'land',
      left: more,
      right: expression(s, bool, 2),
    };
    return [...rounds, { kind: 'while', test, body }];
  }
  const stop: StmtNode = { kind: 'if', test: more, then: [], otherwise: [{ kind: 'break' }] };
  const forever: ExprNode = { kind: 'const', type: bool, value: 1n };
  return [...rounds, { kind: 'while', test: forever, body: [stop, ...body] }];
}

function forEach(s: Scope, depth: number): readonly StmtNode[] {
  const struct = pick(s.draw, ['node', 'box']);
  const variable = `each${depth}`;
  const variables = [...s.variables, { name: variable, type: pointer(struct) }];
  return [{ kind: 'for-each', struct, variable, body: block({ ...s, variables, inLoop: true }, 1, depth) }];
}

function forIndex(s: Scope, depth: number): readonly StmtNode[] {
  const type = pick(s.draw, [u8, u32, u64]);
  const variable = `index${depth}`;
  const variables = [...s.variables, { name: variable, type }];
  const count = pick<number | string>(s.draw, ['slots', 1, 2]);
  return [
    { kind: 'for-index', variable, type, count, body: block({ ...s, variables, inLoop: true }, 1, depth) },
  ];
}

function locked(s: Scope, depth: number): readonly StmtNode[] {
  const place: Place = {
    struct: 'node',
    field: 'lock',
    type: u8,
    pointer: addressNode('node', s.draw.below(instances.node as number)),
    access: 'plain',
  };
  const lock = handle<typeof u8>({ kind: 'load', type: u8, place });
  return [mutex_lock(lock), ...block(s, 2, depth), mutex_unlock(lock)];
}

/** True more often than not. */
export function likely(s: Scope): ExprNode {
  return {
    kind: 'binary',
    type: bool,
    op: 'lor',
    left: expression(s, bool, 2),
    right: expression(s, bool, 1),
  };
}
/** True now and then. */
function rare(s: Scope): ExprNode {
  const both = (left: ExprNode, right: ExprNode): ExprNode => ({
    kind: 'binary',
    type: bool,
    op: 'land',
    left,
    right,
  });
  return both(expression(s, bool, 1), both(expression(s, bool, 1), expression(s, bool, 2)));
}
