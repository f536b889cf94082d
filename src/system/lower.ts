/**
 * Lowers a program to its graph. Each part is built from its end: a statement is lowered knowing the node
 * that follows it, an expression knowing (as a function) what is done with its value.
 */

import { constantFields, fieldsRead, storageKey, unreadFields } from '../lang/fields.ts';
import type { ExprNode, FunctionNode, LockUse, Place, StmtNode } from '../lang/nodes.ts';
import { statementLines } from '../lang/print.ts';
import { boundValue, functionNamed, type Program, structNamed } from '../lang/program.ts';
import { bool, type Type } from '../lang/types.ts';
import { eachStatement, storesOf, subexpressions } from '../lang/walk.ts';
import { instancesOf } from '../lang/words.ts';
import { assert } from '../support/assert.ts';
import { fold } from './fold.ts';
import type { Action, Graph, GraphNode, NodeId } from './graph.ts';
import { knownLoads, type Load } from './known-words.ts';
import { finish } from './points.ts';

/** What a name stands for in one inlined call: a unique local, or a constant that never changes. */
type Scope = ReadonlyMap<string, ExprNode>;

interface Context {
  readonly calls: readonly string[];
  readonly scope: Scope;
  readonly stmt: StmtNode;
  /** Where `return`, `break` and `continue` go. */
  readonly exits: {
    readonly ret: NodeId;
    readonly result: string | null;
    readonly brk: NodeId | null;
    readonly cont: NodeId | null;
  };
}

type Continue = (value: ExprNode) => NodeId;

/** A part that is emitted when it is first asked for, if that is to save parts that nothing leads to. */
type Part = () => NodeId;

export interface LowerOptions {
  /** How often the loops named `FUNCTION:LINE` are unrolled where a step is a whole operation; default once. */
  readonly rounds?: ReadonlyMap<string, number>;
  /** One CPU runs alone, each of its operations one step; always so where the program has one. */
  readonly whole?: boolean;
  /** Leaves words that nothing reads out of the state. */
  readonly slice?: boolean;
  /** Leaves out code that constants rule out, so that nothing can be asked of it, as `reach:` would. */
  readonly prune?: boolean;
}

/** Errors: InternalError for what src/lang/check.ts refuses; call that first. */
export function lower(program: Program, options: LowerOptions = {}): Graph {
  const { rounds = new Map<string, number>() } = options;
  const whole = options.whole || program.bounds.cpus === 1;
  const nodes: GraphNode[] = [];
  const locals = new Map<string, Type>();
  const entries: { operation: string; node: NodeId }[] = [];
  const constants = constantFields(program);
  const unread = options.slice ? unreadFields(program) : new Set<string>();
  const loopHeads = new Set<NodeId>();
  const cuts = new Map<NodeId, string>();
  const knownLoad = knownLoads(program, constants);
  const predicates = program.properties.map((p) => ({ ...p, words: fieldsRead(program, p.holds) }));
  const functions = new Map(program.functions.map((fn) => [fn.name, fn]));
  let fresh = 0;

  function emit(ctx: { calls: readonly string[]; stmt: StmtNode }, action: Action, pause = false): NodeId {
    nodes.push({ ...action, pause, site: { calls: ctx.calls, stmt: ctx.stmt } });
    return nodes.length - 1;
  }

  function declare(name: string, type: Type): ExprNode {
    const unique = `${name}.${fresh++}`;
    locals.set(unique, type);
    return { kind: 'local', type, name: unique };
  }

  function part(make: () => NodeId): Part {
    let id = options.prune ? undefined : make();
    return () => {
      id ??= make();
      return id;
    };
  }

  /** `FUNCTION:LINE` */
  function placeOf(stmt: StmtNode, { calls }: Context): string {
    const fn = calls.at(-1) ?? '';
    return `${fn}:${statementLines(functions.get(fn)).get(stmt)}`;
  }

  const isGhost = (struct: string) => structNamed(program, struct).ghost;
  const keyOf = (place: Place) => storageKey(program, place);

  /** Substitutes names; for expressions that are evaluated in one go (memory reads stay inside). */
  function resolve(node: ExprNode, scope: Scope): ExprNode {
    switch (node.kind) {
      case 'local': {
        const bound = scope.get(node.name);
        assert(bound !== undefined, `unbound variable ${node.name}`);
        return bound;
      }
      case 'unary':
      case 'convert':
        return fold({ ...node, operand: resolve(node.operand, scope) }, program);
      case 'binary':
        return fold({ ...node, left: resolve(node.left, scope), right: resolve(node.right, scope) }, program);
      case 'conditional':
        return fold(
          {
            ...node,
            test: resolve(node.test, scope),
            then: resolve(node.then, scope),
            otherwise: resolve(node.otherwise, scope),
          },
          program,
        );
      case 'load':
        return knownLoad({ ...node, place: resolvePlace(node.place, scope) });
      default:
        return node;
    }
  }

  function resolvePlace(place: Place, scope: Scope): Place {
    const pointer = resolve(place.pointer, scope);
    return place.index ? { ...place, pointer, index: resolve(place.index, scope) } : { ...place, pointer };
  }

  const mayPause = (node: ExprNode): boolean => {
    if (node.kind === 'load' || node.kind === 'call') return true;
    return subexpressions(node).some(mayPause);
  };

  function lowerAll(
    list: readonly ExprNode[],
    ctx: Context,
    then: (values: readonly ExprNode[]) => NodeId,
  ): NodeId {
    const [first, ...rest] = list;
    if (!first) return then([]);
    return lowerExpr(first, ctx, (value) => lowerAll(rest, ctx, (others) => then([value, ...others])));
  }

  /** Emits the memory reads and calls of an expression, in C's order of this language: left to right. */
  function lowerExpr(node: ExprNode, ctx: Context, then: Continue): NodeId {
    if (!mayPause(node)) return then(resolve(node, ctx.scope));
    switch (node.kind) {
      case 'unary':
      case 'convert':
        return lowerExpr(node.operand, ctx, (operand) => then(fold({ ...node, operand }, program)));
      case 'load':
        return lowerPlace(node.place, ctx, (place) => lowerLoad({ ...node, place }, ctx, then));
      case 'call':
        return lowerCall(node, ctx, then);
      case 'binary':
        if ((node.op === 'land' || node.op === 'lor') && mayPause(node.right))
          return lowerBoolean(node, ctx, then);
        return lowerExpr(node.left, ctx, (left) =>
          lowerExpr(node.right, ctx, (right) => then(fold({ ...node, left, right }, program))),
        );
      case 'conditional': {
        const result = declare('choice', node.type);
        const join = then(result);
        const side = (value: ExprNode) =>
          part(() => lowerExpr(value, ctx, (v) => assign(result, v, ctx, join)));
        return lowerTest(node.test, ctx, side(node.then), side(node.otherwise));
      }
      default:
        return then(resolve(node, ctx.scope));
    }
  }

  function lowerBoolean(node: ExprNode, ctx: Context, then: Continue): NodeId {
    const result = declare('test', bool);
    const join = then(result);
    const constant = (value: bigint): ExprNode => ({ kind: 'const', type: bool, value });
    return lowerTest(
      node,
      ctx,
      part(() => assign(result, constant(1n), ctx, join)),
      part(() => assign(result, constant(0n), ctx, join)),
    );
  }

  function assign(local: ExprNode, value: ExprNode, ctx: Context, next: NodeId): NodeId {
    assert(local.kind === 'local', 'assignment to a constant');
    return emit(ctx, { op: 'assign', local: local.name, value, next });
  }

  function lowerPlace(place: Place, ctx: Context, then: (place: Place) => NodeId): NodeId {
    return lowerExpr(place.pointer, ctx, (pointer) => {
      const index = place.index;
      if (!index) return then({ ...place, pointer });
      return lowerExpr(index, ctx, (value) => then({ ...place, pointer, index: value }));
    });
  }

  function lowerLoad(node: Load, ctx: Context, then: Continue): NodeId {
    const pause = !isGhost(node.place.struct);
    const known = knownLoad(node);
    if (known.kind !== 'load') return emit(ctx, { op: 'skip', next: then(known) }, pause);
    const temp = declare(node.place.field, node.type);
    assert(temp.kind === 'local', 'a declared local');
    const next = then(temp);
    return emit(ctx, { op: 'load', local: temp.name, place: node.place, next }, pause);
  }

  /** Branches on a test; `&&`, `||` and `!` become control flow where their operands read memory. */
  function lowerTest(node: ExprNode, ctx: Context, yes: Part, no: Part): NodeId {
    if (mayPause(node)) {
      if (node.kind === 'unary' && node.op === 'lnot') return lowerTest(node.operand, ctx, no, yes);
      if (node.kind === 'binary' && node.op === 'land')
        return lowerTest(
          node.left,
          ctx,
          part(() => lowerTest(node.right, ctx, yes, no)),
          no,
        );
      if (node.kind === 'binary' && node.op === 'lor')
        return lowerTest(
          node.left,
          ctx,
          yes,
          part(() => lowerTest(node.right, ctx, yes, no)),
        );
    }
    return lowerExpr(node, ctx, (test) => {
      if (test.kind === 'const') return test.value ? yes() : no();
      return emit(ctx, { op: 'branch', test, then: yes(), otherwise: no() });
    });
  }

  function lowerCall(call: Extract<ExprNode, { kind: 'call' }>, ctx: Context, then: Continue): NodeId {
    const fn = functionNamed(program, call.name);
    assert(!ctx.calls.includes(fn.name), `${fn.name} calls itself`);
    const result = fn.returns ? declare(`${fn.name}.result`, fn.returns) : null;
    const after = then(result ?? { kind: 'const', type: bool, value: 0n });
    return lowerAll(call.args, ctx, (args) => inline(fn, args, { ...ctx, calls: ctx.calls }, result, after));
  }

  /** The body of a function for one call; `after` follows its return. */
  function inline(
    fn: FunctionNode,
    args: readonly ExprNode[],
    caller: { calls: readonly string[]; stmt: StmtNode },
    result: ExprNode | null,
    after: NodeId,
  ): NodeId {
    const assigned = assignedIn(fn);
    const scope = new Map<string, ExprNode>();
    const setup: (readonly [ExprNode, ExprNode])[] = [];
    fn.params.forEach((p, i) => {
      const arg = args[i];
      assert(arg !== undefined, `${fn.name}: argument ${i} is missing`);
      if (!assigned.has(p.name) && (arg.kind === 'const' || arg.kind === 'address')) scope.set(p.name, arg);
      else {
        const local = declare(`${fn.name}.${p.name}`, p.type);
        scope.set(p.name, local);
        setup.push([local, arg]);
      }
    });
    for (const v of fn.locals) {
      const local = declare(`${fn.name}.${v.name}`, v.type);
      scope.set(v.name, local);
      setup.push([local, { kind: 'const', type: v.type, value: 0n }]);
    }
    const calls = [...caller.calls, fn.name];
    const observers = program.observers.filter((o) => o.function === fn.name);
    const base: Context = {
      calls,
      scope,
      stmt: fn.body[0] ?? { kind: 'return' },
      exits: { ret: after, result: null, brk: null, cont: null },
    };
    const judged = judgeExit(fn.name, caller, after);
    const left = observers.reduceRight((next, o) => lowerBlock(o.exit, base, next), judged);
    const ctx: Context = {
      ...base,
      exits: { ret: left, result: result?.kind === 'local' ? result.name : null, brk: null, cont: null },
    };
    const entered = lowerBlock(fn.body, ctx, left);
    const observed = observers.reduceRight((next, o) => lowerBlock(o.enter, base, next), entered);
    const reached = emit(ctx, { op: 'reach', target: fn.name, next: observed });
    const zeroResult = result
      ? assign(result, { kind: 'const', type: result.type, value: 0n }, ctx, reached)
      : reached;
    return setup.reduceRight((next, [local, value]) => assign(local, value, ctx, next), zeroResult);
  }

  /** What is judged when a function returns into `caller`. */
  function judgeExit(
    name: string,
    caller: { calls: readonly string[]; stmt: StmtNode },
    after: NodeId,
  ): NodeId {
    return predicates.reduceRight((next, p) => {
      const leaves =
        p.judged.when === 'outside' &&
        p.judged.functions.includes(name) &&
        !isInside(p.judged.functions, caller.calls);
      const due = leaves || (p.judged.when === 'after' && p.judged.function === name);
      return due ? emit(caller, { op: 'judge', property: p.id, next }) : next;
    }, after);
  }

  /** Predicates that read a word are judged after each store to it that is not inside their functions. */
  function judgeStore(stmt: StmtNode, ctx: Context, next: NodeId): NodeId {
    const stored = new Set(storesOf(stmt).map(keyOf));
    return predicates.reduceRight((after, p) => {
      const due =
        p.judged.when === 'outside' &&
        !isInside(p.judged.functions, ctx.calls) &&
        [...stored].some((w) => p.words.has(w));
      return due ? emit(ctx, { op: 'judge', property: p.id, next: after }) : after;
    }, next);
  }

  function lowerBlock(statements: readonly StmtNode[], ctx: Context, next: NodeId): NodeId {
    return statements.reduceRight((after, stmt) => lowerStmt(stmt, { ...ctx, stmt }, after), next);
  }

  /** Copies of the body, one for each value of the loop variable. */
  function unroll(
    variable: string,
    values_: readonly ExprNode[],
    body: readonly StmtNode[],
    ctx: Context,
    next: NodeId,
  ): NodeId {
    return values_.reduceRight<NodeId>((after, value) => {
      const scope = new Map(ctx.scope).set(variable, value);
      return lowerBlock(body, { ...ctx, scope, exits: { ...ctx.exits, brk: next, cont: after } }, after);
    }, next);
  }

  function lowerStmt(stmt: StmtNode, ctx: Context, next: NodeId): NodeId {
    switch (stmt.kind) {
      case 'set': {
        const { target } = stmt;
        if (target.kind === 'local') {
          const local = ctx.scope.get(target.name);
          assert(local !== undefined, `unbound variable ${target.name}`);
          return lowerExpr(stmt.value, ctx, (value) => assign(local, value, ctx, next));
        }
        return lowerPlace(target.place, ctx, (place) =>
          lowerExpr(stmt.value, ctx, (value) =>
            emit(
              ctx,
              { op: 'store', place, value, next: judgeStore(stmt, ctx, next) },
              !isGhost(place.struct),
            ),
          ),
        );
      }
      case 'if': {
        const arm = (body: readonly StmtNode[], side: string) =>
          part(() =>
            emit(ctx, {
              op: 'reach',
              target: `${placeOf(stmt, ctx)}:${side}`,
              next: lowerBlock(body, ctx, next),
            }),
          );
        return lowerTest(stmt.test, ctx, arm(stmt.then, 'then'), arm(stmt.otherwise, 'else'));
      }
      case 'while': {
        const round = (again: NodeId) => {
          const exits = { ...ctx.exits, brk: next, cont: again };
          return lowerTest(
            stmt.test,
            ctx,
            part(() => lowerBlock(stmt.body, { ...ctx, exits }, again)),
            () => next,
          );
        };
        if (whole) return unrollLoop(stmt, ctx, next, round);
        const head = emit(ctx, { op: 'skip', next });
        nodes[head] = { op: 'skip', next: round(head), pause: false, site: { calls: ctx.calls, stmt } };
        loopHeads.add(head);
        return head;
      }
      case 'for-each':
        return unroll(stmt.variable, addressesOf(stmt.struct), stmt.body, ctx, next);
      case 'for-index': {
        const count = boundValue(program.bounds, stmt.count);
        const indices = Array.from(
          { length: count },
          (_, i): ExprNode => ({ kind: 'const', type: stmt.type, value: BigInt(i) }),
        );
        return unroll(stmt.variable, indices, stmt.body, ctx, next);
      }
      case 'break':
      case 'continue': {
        const to = stmt.kind === 'break' ? ctx.exits.brk : ctx.exits.cont;
        assert(to !== null, `${stmt.kind} outside a loop`);
        return to;
      }
      case 'return': {
        const { ret, result } = ctx.exits;
        if (!stmt.value) return ret;
        const value = stmt.value;
        return lowerExpr(value, ctx, (v) =>
          result === null ? ret : emit(ctx, { op: 'assign', local: result, value: v, next: ret }),
        );
      }
      case 'evaluate':
        return lowerExpr(stmt.value, ctx, () => next);
      case 'choose': {
        const local = ctx.scope.get(stmt.variable);
        assert(local?.kind === 'local', `choose needs a local`);
        const { among } = stmt;
        const domain =
          'struct' in among
            ? addressesOf(among.struct)
            : Array.from(
                { length: boundValue(program.bounds, among.count) },
                (_, i): ExprNode => ({ kind: 'const', type: stmt.type, value: BigInt(i) }),
              );
        return emit(ctx, { op: 'choose', local: local.name, values: domain, next }, true);
      }
      case 'assume':
        return lowerExpr(stmt.test, ctx, (test) =>
          test.kind === 'const' && test.value ? next : emit(ctx, { op: 'assume', test, next }),
        );
      case 'primitive': {
        const at = (place: Place) => resolvePlace(place, ctx.scope);
        return emit(
          ctx,
          {
            op: 'primitive',
            until: stmt.until ? resolve(stmt.until, ctx.scope) : null,
            demands: stmt.demands.map((d) => ({ ...d, holds: resolve(d.holds, ctx.scope) })),
            effects: stmt.effects.map((e) => ({ place: at(e.place), value: resolve(e.value, ctx.scope) })),
            lock: stmt.lock ? resolveLock(stmt.lock, at) : null,
            next: judgeStore(stmt, ctx, next),
          },
          true,
        );
      }
      case 'observe': {
        const effects = stmt.effects.map((e) => ({
          place: resolvePlace(e.place, ctx.scope),
          value: resolve(e.value, ctx.scope),
        }));
        return emit(ctx, {
          op: 'observe',
          when: stmt.when ? resolve(stmt.when, ctx.scope) : null,
          effects,
          next: judgeStore(stmt, ctx, next),
        });
      }
      case 'bug':
      case 'warn': {
        const [property, says] =
          stmt.kind === 'bug' ? ['no-bug', 'the BUG_ON fires'] : ['no-warn', 'the WARN_ON fires'];
        return lowerExpr(stmt.test, ctx, (test) => {
          if (test.kind === 'const' && !test.value) return next;
          return emit(ctx, { op: 'finding', property, says, test, fatal: stmt.kind === 'bug', next });
        });
      }
    }
  }

  /** Where a step is a whole operation, its loops are unrolled, and going round more often is a finding. */
  function unrollLoop(stmt: StmtNode, ctx: Context, next: NodeId, round: (again: NodeId) => NodeId): NodeId {
    const loop = placeOf(stmt, ctx);
    const count = rounds.get(loop) ?? 1;
    const test: ExprNode = { kind: 'const', type: bool, value: 1n };
    const says = `the loop at ${loop} goes round more than ${count} times`;
    let entry = emit(ctx, { op: 'finding', property: 'out-of-model', says, test, fatal: true, next });
    cuts.set(entry, loop);
    for (let i = 0; i < count; i++) entry = round(entry);
    return entry;
  }

  function addressesOf(name: string): readonly ExprNode[] {
    const count = instancesOf(program, structNamed(program, name));
    return Array.from(
      { length: count },
      (_, instance): ExprNode => ({
        kind: 'address',
        type: { kind: 'pointer', struct: name },
        struct: name,
        instance,
      }),
    );
  }

  for (const operation of program.operations) {
    const fn = functionNamed(program, operation);
    const top = { calls: [], stmt: fn.body[0] ?? ({ kind: 'return' } as const) };
    const end = emit(top, { op: 'end' });
    entries.push({ operation, node: inline(fn, [], top, null, end) });
  }
  return finish(
    { program, whole, nodes, entries, locals, constants, unread, cuts, points: [], live: new Map() },
    loopHeads,
  );
}

function resolveLock(lock: LockUse, at: (place: Place) => Place): LockUse {
  return { ...lock, place: at(lock.place), ...(lock.dropped && { dropped: at(lock.dropped) }) };
}

function isInside(functions: readonly string[], calls: readonly string[]): boolean {
  return calls.some((c) => functions.includes(c));
}

function assignedIn(fn: FunctionNode): ReadonlySet<string> {
  const names = new Set<string>();
  for (const stmt of eachStatement(fn.body)) {
    if (stmt.kind === 'set' && stmt.target.kind === 'local') names.add(stmt.target.name);
    if (stmt.kind === 'choose') names.add(stmt.variable);
  }
  return names;
}
