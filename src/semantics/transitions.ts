/**
 * A program's transition system in SMT terms: its state variables, what is known of addresses, the initial
 * state, and one relation for each operation's start and each control point of each CPU.
 */

import { bitsOf, type Type, u32, u64 } from '../lang/types.ts';
import { instancesOf, stateWords } from '../lang/words.ts';
import type { Graph, NodeId } from '../system/graph.ts';
import { addressSymbol, createSetting, type Setting } from './setting.ts';
import { type End, type SymbolicState, type SymbolicStep, symbolicStep } from './symbolic.ts';
import { createTerms, type Term, type Terms } from './terms.ts';

export interface StateVariable {
  readonly term: Term;
  readonly type: Type;
  /** Value in the initial state: a constant or an address. */
  readonly initial: Term;
  readonly kind:
    | { readonly is: 'word'; readonly name: string }
    | { readonly is: 'pc'; readonly cpu: number }
    | { readonly is: 'local'; readonly cpu: number; readonly name: string };
}

/** One CPU's step from one place: starting an operation when idle, or going on from a control point. */
export interface NamedStep {
  /** e.g. `CPU 0: write fault`, `CPU 1: from point 17`. */
  readonly name: string;
  readonly cpu: number;
  /** 0: idle. */
  readonly point: number;
  /** Where it begins in the graph. */
  readonly node: NodeId;
  readonly operation: string | null;
  /** What is known where it begins. */
  readonly from: SymbolicState;
  /** Computed when first asked for. */
  step(): SymbolicStep;
}

export interface Transitions {
  readonly graph: Graph;
  readonly terms: Terms;
  readonly setting: Setting;
  readonly variables: readonly StateVariable[];
  /** Those that are words, by name. */
  readonly words: ReadonlyMap<string, Term>;
  /** The state that steps start from: the variables, or what is known of them. */
  readonly state: SymbolicState;
  readonly steps: readonly NamedStep[];
  /** The address with that symbol, e.g. `&page[0]`; undefined where there is no such object. */
  addressNamed(symbol: string): Term | undefined;
  /** What holds of the addresses among these terms. */
  addressAxioms(symbols: Iterable<Term>): readonly Term[];
  /** The value of a state variable after a step ends this way. */
  after(step: NamedStep, end: End): (variable: Term) => Term;
}

/** Bits of a control point's number. */
const PC_BITS = 32;

/** `lockOrder`: lock words in an order; taking one while holding a later one is then a violation of `lock-order`. */
export function createTransitions(graph: Graph, lockOrder: readonly string[] = []): Transitions {
  const { program } = graph;
  const { cpus } = program.bounds;
  const terms = createTerms();
  const setting = createSetting(graph, terms, lockOrder);
  const variables: StateVariable[] = [];
  for (const word of stateWords(program)) {
    const key = `${word.struct}.${word.field}`;
    if (graph.constants.has(key) || graph.unread.has(key)) continue;
    const bits = bitsOf(word.type);
    variables.push({
      term: terms.variable(word.name, bits),
      type: word.type,
      initial: setting.initial(word.name, bits),
      kind: { is: 'word', name: word.name },
    });
  }
  for (let cpu = 0; cpu < cpus; cpu++) {
    const pc = terms.variable(`cpu${cpu}.pc`, PC_BITS);
    variables.push({ term: pc, type: u32, initial: terms.constant(PC_BITS, 0n), kind: { is: 'pc', cpu } });
    for (const name of new Set(graph.points.flatMap((p) => p.live))) {
      const type = graph.locals.get(name) ?? u64;
      const bits = bitsOf(type);
      const term = terms.variable(localSymbol(cpu, name), bits);
      variables.push({ term, type, initial: terms.constant(bits, 0n), kind: { is: 'local', cpu, name } });
    }
  }
  const state = stateOf(variables, (v) => v);
  const kinds = new Map(variables.map((v) => [v.term, v.kind]));

  const objects = new Map<string, { size: number; align: number }>();
  for (const struct of program.structs)
    for (let i = 0; i < instancesOf(program, struct); i++) objects.set(addressSymbol(struct.name, i), struct);

  function addressAxioms(symbols: Iterable<Term>): readonly Term[] {
    const addresses = [...symbols].filter((t) => t.kind === 'address');
    const axioms = addresses.flatMap((a) => {
      const object = objects.get(a.symbol) ?? { size: 1, align: 1 };
      const last = (1n << 64n) - 4096n - BigInt(object.size);
      return [
        terms.binary('ule', terms.constant(64, 1n << 63n), a),
        terms.binary('ule', a, terms.constant(64, last)),
        terms.eq(
          terms.binary('band', a, terms.constant(64, BigInt(object.align - 1))),
          terms.constant(64, 0n),
        ),
      ];
    });
    return axioms.filter((t) => t !== terms.true_);
  }

  return {
    graph,
    terms,
    setting,
    variables,
    words: state.words,
    state,
    steps: stepsFrom(setting, state),
    addressNamed(symbol) {
      const [, struct = '', instance = ''] = /^&(.*)\[(\d+)\]$/.exec(symbol) ?? [];
      return objects.has(symbol) ? setting.address(struct, Number(instance)) : undefined;
    },
    addressAxioms,
    after(step, end) {
      return (variable) => {
        const kind = kinds.get(variable);
        if (!kind) return variable;
        if (kind.is === 'word') return end.words.get(kind.name) ?? variable;
        if (kind.cpu !== step.cpu) return variable;
        if (kind.is === 'pc') return terms.constant(PC_BITS, BigInt(end.point));
        return end.locals.get(kind.name) ?? terms.constant(variable.bits, 0n);
      };
    },
  };
}

/** The state in which each variable has the value given. */
function stateOf(variables: readonly StateVariable[], value: (variable: Term) => Term): SymbolicState {
  const words = new Map<string, Term>();
  const pcs: Term[] = [];
  const locals: Map<string, Term>[] = [];
  for (const { kind, term } of variables) {
    if (kind.is === 'word') words.set(kind.name, value(term));
    else if (kind.is === 'local') locals[kind.cpu]?.set(kind.name, value(term));
    else {
      pcs.push(value(term));
      locals.push(new Map());
    }
  }
  return { words, pcs, locals };
}

function stepsFrom(setting: Setting, state: SymbolicState, tag = ''): readonly NamedStep[] {
  const { graph } = setting;
  const lazily = (node: NodeId, cpu: number) => once(() => symbolicStep(setting, node, cpu, state, tag));
  return state.pcs.flatMap((_, cpu) => [
    ...graph.entries.map(({ operation, node }) => ({
      name: `CPU ${cpu}: ${operation}`,
      cpu,
      point: 0,
      node,
      from: state,
      operation,
      step: lazily(node, cpu),
    })),
    ...graph.points.map(({ node }, i) => ({
      name: `CPU ${cpu}: from point ${i + 1}`,
      cpu,
      point: i + 1,
      node,
      from: state,
      operation: null,
      step: lazily(node, cpu),
    })),
  ]);
}

/** The values that conjuncts of the form `v = a || v = b || ...` leave to variables. */
export function domainsIn(conjuncts: readonly Term[]): ReadonlyMap<Term, readonly Term[]> {
  const domains = new Map<Term, readonly Term[]>();
  for (const conjunct of conjuncts) {
    const parts = conjunct.kind === 'app' && conjunct.symbol === 'or' ? conjunct.args : [conjunct];
    const equalities = parts.map(equality);
    const variable = equalities[0]?.variable;
    if (!variable || !equalities.every((e) => e?.variable === variable)) continue;
    domains.set(
      variable,
      equalities.map((e) => e?.value as Term),
    );
  }
  return domains;
}

function equality(t: Term): { readonly variable: Term; readonly value: Term } | null {
  const [a, b] = t.args;
  if (t.kind !== 'app' || t.symbol !== '=' || !a || !b) return null;
  if (a.kind === 'variable' && b.rigid) return { variable: a, value: b };
  return b.kind === 'variable' && a.rigid ? { variable: b, value: a } : null;
}

/**
 * The same system with steps that start where each variable has the value given. `tag` keeps the choices of
 * these steps apart from those of others.
 */
export function startingFrom(
  system: Transitions,
  value: (variable: Term) => Term,
  tag?: string,
): Transitions {
  const state = stateOf(system.variables, value);
  return { ...system, state, steps: stepsFrom(system.setting, state, tag) };
}

/**
 * The same system with steps that start in states where the conjuncts hold: a variable that can be one of a
 * few values only is replaced by these cases. Valid under the conjuncts, and under them alone.
 */
export function assuming(system: Transitions, conjuncts: readonly Term[]): Transitions {
  const known = knownFrom(system, conjuncts);
  return startingFrom(system, (v) => known.get(v) ?? v);
}

/** The step of the same name that starts where these facts hold, too. */
export function stepAssuming(system: Transitions, step: NamedStep, facts: readonly Term[]): NamedStep {
  const known = knownFrom(system, facts);
  if (known.size === 0) return step;
  const { setting, state } = system;
  const named = new Map([...known].map(([v, t]) => [v.symbol, t]));
  const words = new Map([...state.words].map(([name, t]) => [name, named.get(name) ?? t]));
  const live = setting.graph.points[step.point - 1]?.live ?? [];
  const locals = state.locals.map((of, cpu) => {
    const value = (name: string) => named.get(localSymbol(cpu, name)) ?? (of.get(name) as Term);
    return cpu === step.cpu ? new Map(live.map((name) => [name, value(name)])) : of;
  });
  const from = { ...state, words, locals };
  return { ...step, from, step: once(() => symbolicStep(setting, step.node, step.cpu, from)) };
}

/** The CPU stands at that control point in the system's state; 0: it is idle. */
export function isAt({ terms, state }: Transitions, { cpu, point }: Pick<NamedStep, 'cpu' | 'point'>): Term {
  const pc = state.pcs[cpu] as Term;
  return terms.eq(pc, terms.constant(pc.bits, BigInt(point)));
}

/** The words that a step stores to when it ends this way. */
export function changedWords(system: Transitions, step: NamedStep, end: End): readonly Term[] {
  return [...system.words].flatMap(([name, term]) =>
    end.words.get(name) === step.from.words.get(name) ? [] : [term],
  );
}

/** The value of a variable after a step ends this way; of a word that the step leaves as it is, the variable itself. */
export function unlessUnchanged(system: Transitions, step: NamedStep, end: End): (variable: Term) => Term {
  const changed = new Set(changedWords(system, step, end));
  const words = new Set(system.words.values());
  const after = system.after(step, end);
  return (v) => (words.has(v) && !changed.has(v) ? v : after(v));
}

/** Variables that facts leave a few values, as these cases; not the control points. */
function knownFrom(system: Transitions, facts: readonly Term[]): ReadonlyMap<Term, Term> {
  const { terms } = system;
  const pcs = new Set(system.state.pcs);
  const cases = [...domainsIn(facts)].map(([v, values]) => [v, terms.oneOf(v, values)] as const);
  const known = new Map([...cases, ...facts.flatMap((fact) => literalFact(terms, fact))]);
  for (const pc of pcs) known.delete(pc);
  return known;
}

const localSymbol = (cpu: number, name: string): string => `cpu${cpu}.${name}`;

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Whether a conjunct says no more than which values one variable has. */
export function limitsOneVariable({ terms }: Transitions, conjunct: Term): boolean {
  return domainsIn([conjunct]).size > 0 || literalFact(terms, conjunct).length > 0;
}

/** A conjunct that is a Boolean variable, or its negation. */
function literalFact(terms: Terms, t: Term): readonly (readonly [Term, Term])[] {
  if (t.kind === 'variable') return [[t, terms.true_]];
  const [inner] = t.args;
  return t.kind === 'app' && t.symbol === 'not' && inner?.kind === 'variable' ? [[inner, terms.false_]] : [];
}
