/**
 * One step of a CPU as SMT terms: all paths from a control point to the next, merged where they meet, with
 * the condition under which each property fails on the way.
 */
import type { Effect, ExprNode, LockUse } from '../lang/nodes.ts';
import { structNamed } from '../lang/program.ts';
import { bitsOf, u64 } from '../lang/types.ts';
import { placeExpressions, readsMemory, subexpressions } from '../lang/walk.ts';
import { storageOf } from '../lang/words.ts';
import { assert } from '../support/assert.ts';
import { type GraphNode, type NodeId, successors } from '../system/graph.ts';
import { postorderUpTo } from '../system/points.ts';
import type { Setting } from './setting.ts';
import { createMemory, type Spot } from './symbolic-memory.ts';
import type { Term } from './terms.ts';

/** Words by name (words that never change are not among them), CPUs' control points and locals. */
export interface SymbolicState {
  readonly words: ReadonlyMap<string, Term>;
  readonly pcs: readonly Term[];
  /** By CPU, then by the local's name. */
  readonly locals: readonly ReadonlyMap<string, Term>[];
}

/** One way in which a step can end. */
export interface End {
  /** Control point where the CPU then stands; 0 is idle. */
  readonly point: number;
  readonly guard: Term;
  readonly words: ReadonlyMap<string, Term>;
  readonly locals: ReadonlyMap<string, Term>;
}

export interface SymbolicStep {
  readonly ends: readonly End[];
  /** By property: when some place on the way fails it. */
  readonly violations: ReadonlyMap<string, Term>;
  /** The CPU must wait. */
  readonly blocked: Term;
  /** It must, and where it does nobody on no CPU could let go of what it waits for. */
  readonly stuck: Term;
  /** By `reach:` target: when the step gets there. */
  readonly reached: ReadonlyMap<string, Term>;
  /** By loop: when it goes round more often than it was unrolled. That is out of the model, too. */
  readonly cuts: ReadonlyMap<string, Term>;
  /** The choices of the step: each a number below `count`, decided by `bits` (the first true one; none: the last). */
  readonly choices: readonly {
    readonly node: NodeId;
    readonly count: number;
    readonly bits: readonly Term[];
    readonly when: Term;
  }[];
}

interface Flow {
  /** The path's conditions in order. */
  readonly path: readonly Term[];
  /** The conjunction of the first i + 1 conditions, each built on the one before. */
  readonly guards: readonly Term[];
  readonly words: Map<string, Term>;
  readonly locals: Map<string, Term>;
}

/** Symbolic execution from `from` (an operation's entry or a control point's node) by CPU `cpu`. */
export function symbolicStep(
  setting: Setting,
  from: NodeId,
  cpu: number,
  state: SymbolicState,
  tag = '',
): SymbolicStep {
  const { graph, terms } = setting;
  const { program } = graph;
  const { pointAt } = setting;
  const { and, or, not, eq, ite, true_, false_ } = terms;
  const { evaluate, spotOf, targets, wordTerm, read, write } = createMemory(setting, cpu);
  const incoming = new Map<NodeId, Flow[]>();
  const violations = new Map<string, Term[]>();
  const reached = new Map<string, Term[]>();
  const cuts = new Map<string, Term[]>();
  const blocked: Term[] = [];
  const stuck: Term[] = [];
  const ends: End[] = [];
  const choices: { node: NodeId; count: number; bits: readonly Term[]; when: Term }[] = [];

  const note = (map: Map<string, Term[]>, key: string, condition: Term): void => {
    if (condition === false_) return;
    map.set(key, [...(map.get(key) ?? []), condition]);
  };
  const guardOf = (flow: Flow): Term => flow.guards.at(-1) ?? true_;
  const violate = (property: string, flow: Flow, ...conditions: readonly Term[]) =>
    note(violations, property, and(guardOf(flow), ...conditions));

  const extend = (flow: Flow, condition: Term): Flow | null => {
    if (condition === false_) return null;
    if (condition === true_) return flow;
    const guard = and(guardOf(flow), condition);
    if (guard === false_) return null;
    return { ...flow, path: [...flow.path, condition], guards: [...flow.guards, guard] };
  };

  /** Judges the dereference in an access that happens `when`; the path goes on where it succeeds. */
  function access(spot: Spot, flow: Flow, stores: boolean, when: Term = true_): Flow | null {
    const { valid, inside } = targets(spot, flow);
    const bad = and(when, not(valid));
    if (bad !== false_) {
      const mark = or(...program.marks.map((m) => eq(spot.pointer, terms.constant(64, m.value))));
      const null_ = eq(spot.pointer, terms.constant(64, 0n));
      violate('no-sentinel-deref', flow, bad, mark);
      violate('no-null-deref', flow, bad, null_, not(mark));
      violate('no-stale-deref', flow, bad, not(null_), not(mark));
    }
    const went = extend(flow, not(bad));
    const storage = storageOf(structNamed(program, spot.place.struct), spot.place.field);
    if (!went || (storage.sparse && !stores)) return went;
    violate('out-of-model', went, when, not(inside));
    return extend(went, not(and(when, not(inside))));
  }

  /** Judges the dereferences inside an indivisible expression, in the order in which it is evaluated. */
  function accessWithin(roots: readonly ExprNode[], flow: Flow | null, when: Term = true_): Flow | null {
    return roots.reduce((current, root) => current && accessIn(root, current, when), flow);
  }

  function accessIn(node: ExprNode, flow: Flow, when: Term): Flow | null {
    if (node.kind === 'conditional') {
      const went = accessIn(node.test, flow, when);
      if (!went || ![node.then, node.otherwise].some(readsMemory)) return went;
      const test = evaluate(node.test, went);
      const then = accessIn(node.then, went, and(when, test));
      return then && accessIn(node.otherwise, then, and(when, not(test)));
    }
    if (node.kind === 'binary' && (node.op === 'land' || node.op === 'lor')) {
      const went = accessIn(node.left, flow, when);
      if (!went || !readsMemory(node.right)) return went;
      const left = evaluate(node.left, went);
      return accessIn(node.right, went, and(when, node.op === 'land' ? left : not(left)));
    }
    const went = accessWithin(subexpressions(node), flow, when);
    return went && node.kind === 'load' ? access(spotOf(node.place, went), went, false, when) : went;
  }

  /** Stores; what they store, and where, is all read before the first of them. */
  function applyEffects(effects: readonly Effect[], flow: Flow, looking: boolean): Flow | null {
    const stores = effects.map((e) => ({
      spot: spotOf(e.place, flow, looking),
      value: evaluate(e.value, flow, looking),
    }));
    let current: Flow | null = flow;
    for (const { spot, value } of stores) {
      current = current && access(spot, current, true);
      if (current) write(spot, value, current);
    }
    return current;
  }

  function judge(property: string, flow: Flow, others: Term): void {
    const node = program.properties.find((p) => p.id === property);
    assert(node !== undefined, `property ${property} is judged`);
    violate(property, flow, others, not(evaluate(node.holds, flow, true)));
  }

  /** Some lock is held that comes later in the order than the one that is taken (or is not in the order). */
  function judgeLockOrder(lock: LockUse | null, flow: Flow): void {
    const { lockRank, lockWords } = setting;
    if (lock?.does !== 'acquire' || lockRank.size === 0) return;
    const mine = terms.constant(8, 0x11n << BigInt(cpu));
    const holds = (word: Term) => not(eq(terms.binary('band', word, mine), terms.constant(8, 0n)));
    const taken = targets(spotOf(lock.place, flow), flow).list;
    const dropped = lock.dropped ? targets(spotOf(lock.dropped, flow), flow).list : [];
    for (const t of taken) {
      const again = holds(wordTerm(flow, t.word, 8));
      const rank = lockRank.get(t.word) ?? -1;
      for (const held of lockWords) {
        if ((lockRank.get(held) ?? rank) < rank || held === t.word) continue;
        const let_go = or(...dropped.filter((d) => d.word === held).map((d) => d.condition));
        violate('lock-order', flow, t.condition, not(again), holds(wordTerm(flow, held, 8)), not(let_go));
      }
    }
  }

  /** No other CPU stands inside the functions of a predicate. */
  function othersOutside(property: string): Term {
    const judged = program.properties.find((p) => p.id === property)?.judged;
    if (judged?.when !== 'outside') return true_;
    const inside = graph.points.flatMap((p, i) =>
      (graph.nodes[p.node] as GraphNode).site.calls.some((c) => judged.functions.includes(c)) ? [i + 1] : [],
    );
    const conditions = state.pcs.flatMap((pc, c) =>
      c === cpu ? [] : inside.map((n) => not(eq(pc, terms.constant(pc.bits, BigInt(n))))),
    );
    return and(...conditions);
  }

  /** Executes one node on one flow; gives what continues, by successor. */
  function execute(id: NodeId, flow: Flow): readonly (readonly [NodeId, Flow | null])[] {
    const node = graph.nodes[id] as GraphNode;
    switch (node.op) {
      case 'skip':
        return [[node.next, flow]];
      case 'reach':
        note(reached, node.target, guardOf(flow));
        return [[node.next, flow]];
      case 'assign':
        flow.locals.set(node.local, evaluate(node.value, flow));
        return [[node.next, flow]];
      case 'load': {
        const went = access(spotOf(node.place, flow), flow, false);
        if (went) went.locals.set(node.local, read(node.place, went));
        return [[node.next, went]];
      }
      case 'store': {
        const [spot, value] = [spotOf(node.place, flow), evaluate(node.value, flow)];
        const went = access(spot, flow, true);
        if (went) write(spot, value, went);
        return [[node.next, went]];
      }
      case 'primitive': {
        let went: Flow | null = flow;
        if (node.until) {
          went = accessWithin([node.until], went);
          if (!went) return [];
          const ready = evaluate(node.until, went);
          const waits = and(guardOf(went), not(ready));
          const { elsewhere } = program;
          blocked.push(waits);
          stuck.push(elsewhere ? and(waits, not(evaluate(elsewhere, went, true))) : waits);
          went = extend(went, ready);
        }
        if (went) judgeLockOrder(node.lock, went);
        for (const d of node.demands) {
          went = went && accessWithin([d.holds], went);
          if (went) violate(d.property, went, not(evaluate(d.holds, went)));
        }
        went = accessWithin(
          node.effects.flatMap((e) => [...placeExpressions(e.place), e.value]),
          went,
        );
        return went ? [[node.next, applyEffects(node.effects, went, false)]] : [];
      }
      case 'observe': {
        if (!node.when) return [[node.next, applyEffects(node.effects, flow, true)]];
        const test = evaluate(node.when, flow, true);
        const does = extend({ ...flow, words: new Map(flow.words) }, test);
        const did = does && applyEffects(node.effects, does, true);
        const not_ = extend(flow, not(test));
        return [
          [node.next, did],
          [node.next, not_],
        ];
      }
      case 'branch': {
        const test = evaluate(node.test, flow);
        const yes = extend({ ...flow, words: new Map(flow.words), locals: new Map(flow.locals) }, test);
        return [
          [node.then, yes],
          [node.otherwise, extend(flow, not(test))],
        ];
      }
      case 'choose': {
        const bits = node.values
          .slice(1)
          .map((_, i) => terms.variable(`choice${tag}.${choices.length}.${i}`, 1));
        choices.push({
          node: id,
          count: node.values.length,
          bits,
          when: guardOf(flow),
        });
        const values = node.values.map((v) => evaluate(v, flow));
        const value = bits.reduceRight(
          (otherwise, bit, i) => ite(bit, values[i] as Term, otherwise),
          values.at(-1) as Term,
        );
        flow.locals.set(node.local, value);
        return [[node.next, flow]];
      }
      case 'assume':
        return [[node.next, extend(flow, evaluate(node.test, flow))]];
      case 'finding': {
        const test = evaluate(node.test, flow);
        violate(node.property, flow, test);
        const loop = graph.cuts.get(id);
        if (loop !== undefined) note(cuts, loop, guardOf(flow));
        return [[node.next, node.fatal ? extend(flow, not(test)) : flow]];
      }
      case 'judge':
        judge(node.property, flow, othersOutside(node.property));
        return [[node.next, flow]];
      case 'end': {
        const alone = and(
          ...state.pcs.flatMap((pc, c) => (c === cpu ? [] : [eq(pc, terms.constant(pc.bits, 0n))])),
        );
        for (const p of program.properties) if (p.judged.when === 'idle') judge(p.id, flow, alone);
        ends.push({ point: 0, guard: guardOf(flow), words: flow.words, locals: new Map() });
        return [];
      }
    }
  }

  /** Several flows into one: words and live locals become if-then-elses over where the flow came from. */
  function merge(id: NodeId, flows: readonly Flow[]): Flow | null {
    const [first, ...others] = flows as [Flow, ...Flow[]];
    if (others.length === 0) return first;
    let shared = 0;
    while (flows.every((f) => f.path[shared] !== undefined && f.path[shared] === first.path[shared]))
      shared++;
    const ways = flows.map((f) => and(...f.path.slice(shared)));
    const either = or(...ways);
    const pick = (values: readonly Term[]): Term =>
      values
        .slice(0, -1)
        .reduceRight((otherwise, value, i) => ite(ways[i] as Term, value, otherwise), values.at(-1) as Term);
    const words = new Map<string, Term>();
    for (const name of first.words.keys()) words.set(name, pick(flows.map((f) => f.words.get(name) as Term)));
    const locals = new Map<string, Term>();
    for (const name of graph.live.get(id) ?? []) {
      const type = graph.locals.get(name);
      assert(type !== undefined, `local ${name} has a type`);
      locals.set(name, pick(flows.map((f) => f.locals.get(name) ?? terms.constant(bitsOf(type), 0n))));
    }
    const merged = {
      path: first.path.slice(0, shared),
      guards: first.guards.slice(0, shared),
      words,
      locals,
    };
    return extend(merged, either);
  }

  function run(id: NodeId, flow: Flow): void {
    for (const [next, went] of execute(id, flow))
      if (went) incoming.set(next, [...(incoming.get(next) ?? []), went]);
  }

  function stop(number: number, flow: Flow): void {
    const zero = (local: string) => terms.constant(bitsOf(graph.locals.get(local) ?? u64), 0n);
    const live = graph.points[number - 1]?.live ?? [];
    const locals = new Map(live.map((l) => [l, flow.locals.get(l) ?? zero(l)]));
    ends.push({ point: number, guard: guardOf(flow), words: flow.words, locals });
  }

  const known = graph.points[(pointAt.get(from) ?? 0) - 1]?.live ?? [];
  const mine = state.locals[cpu];
  const locals = new Map(known.flatMap((l) => (mine?.has(l) ? [[l, mine.get(l) as Term] as const] : [])));
  run(from, { path: [], guards: [], words: new Map(state.words), locals });
  const after = successors(graph.nodes[from] as GraphNode);
  for (const id of [...postorderUpTo(graph.nodes, after, (n) => pointAt.has(n))].reverse()) {
    const flows = incoming.get(id);
    const flow = flows && merge(id, flows);
    if (!flow) continue;
    const number = pointAt.get(id);
    if (number === undefined) run(id, flow);
    else stop(number, flow);
  }

  const joined = (map: ReadonlyMap<string, Term[]>) =>
    new Map([...map].map(([key, list]) => [key, or(...list)]));
  return {
    ends,
    violations: joined(violations),
    blocked: or(...blocked),
    stuck: or(...stuck),
    reached: joined(reached),
    cuts: joined(cuts),
    choices,
  };
}
