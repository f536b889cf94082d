/** Code for the nodes that have one way out. */
import type { Place } from '../lang/nodes.ts';
import { structNamed } from '../lang/program.ts';
import { storageOf } from '../lang/words.ts';
import type { GraphNode, NodeId } from '../system/graph.ts';
import type { AccessWriter } from './access-code.ts';
import { type CodeContext, thisCpu } from './code-context.ts';
import { BLOCKED, DEMANDED, NO_SUCCESSOR, STATED } from './compiled.ts';
import type { ExpressionWriter } from './expression-code.ts';
import { othersOutside } from './judgement-code.ts';
import { fieldSlot } from './layout.ts';
import { readLocated, writeLocated } from './located-words.ts';
import type { LockWord } from './lock-words.ts';
import type { StepExits } from './step-exits.ts';

export interface NodeWriter {
  /** What a node does. It uses the variable `d`, too. */
  statement(id: NodeId, node: Exclude<GraphNode, { op: 'branch' | 'end' }>): string;
  /** The targets of all `reach` nodes written so far, by their numbers. */
  readonly targets: readonly string[];
}

/** Writes nodes of the context's graph; with `trackLocks`, calls of `holds` where locks are taken. */
export function nodeWriter(
  context: CodeContext,
  { expr, look }: ExpressionWriter,
  { guard, guardReads, guardEffects, effects }: AccessWriter,
  exits: StepExits,
  lockWords: readonly LockWord[],
  trackLocks: boolean,
): NodeWriter {
  const { graph, layout, environment, locals, originOf } = context;
  const { program } = graph;
  const targets: string[] = [];
  const targetNumber = new Map<string, number>();

  function statement(id: NodeId, node: Exclude<GraphNode, { op: 'branch' | 'end' }>): string {
    switch (node.op) {
      case 'skip':
        return '';
      case 'assign':
        return `${locals.nameOf(node.local)} = ${expr(node.value)};`;
      case 'load': {
        const { code, at, past } = guard(id, node.place, false);
        const value = readLocated(context, node.place, at);
        return `${code}${locals.nameOf(node.local)} = ${past ? `${past} ? 0 : ${value}` : value};`;
      }
      case 'store': {
        const { code, at } = guard(id, node.place, true);
        return code + writeLocated(context, node.place, at, expr(node.value));
      }
      case 'primitive':
        return primitive(id, node);
      case 'observe': {
        const body = effects(id, node.effects, look);
        return node.when ? `if (${look(node.when)}) {\n${body}\n}` : body;
      }
      case 'choose': {
        const table = node.values.map((v) => Number(expr(v)));
        const index = `choose(${table.length})`;
        const plainNumbers = table.every((v, i) => v === i);
        return `${locals.nameOf(node.local)} = ${plainNumbers ? index : `${environment.named(`domain_${id}`, () => Int32Array.from(table))}[${index}]`};`;
      }
      case 'assume':
        return `if (!${expr(node.test)}) ${exits.leave(id, NO_SUCCESSOR)}`;
      case 'finding': {
        const end = graph.cuts.has(id) ? exits.leave(id, NO_SUCCESSOR) : exits.oops(id);
        return `if (${expr(node.test)}) { finding(${originOf(id)}, ${STATED}); ${node.fatal ? end : ''} }`;
      }
      case 'judge': {
        const number = program.properties.findIndex((p) => p.id === node.property);
        return `if (!predicate_${number}()${othersOutside(context, number)}) judged(${number}, ${originOf(id)});`;
      }
      case 'reach': {
        let number = targetNumber.get(node.target);
        if (number === undefined) {
          number = targets.push(node.target) - 1;
          targetNumber.set(node.target, number);
        }
        return `if (!covered[${number}]) { covered[${number}] = 1; reached(${number}); }`;
      }
    }
  }

  function primitive(id: NodeId, node: Extract<GraphNode, { op: 'primitive' }>): string {
    const { until } = node;
    const wait = until ? `${guardReads(id, until)}if (!${expr(until)}) ${exits.leave(id, BLOCKED)}\n` : '';
    const demands = node.demands.map(
      ({ holds }, k) =>
        `${guardReads(id, holds)}if (!${expr(holds)}) finding(${originOf(id)}, ${DEMANDED - k});\n`,
    );
    const done = guardEffects(id, node.effects) + effects(id, node.effects, expr);
    return wait + acquire(id, node) + demands.join('') + done;
  }

  function acquire(id: NodeId, node: Extract<GraphNode, { op: 'primitive' }>): string {
    const { lock } = node;
    if (!trackLocks || lock?.does !== 'acquire') return '';
    const taken = lockNumber(id, lock.place);
    const dropped = lock.dropped && lockNumber(id, lock.dropped);
    return `${dropped ? `${dropped.code}d = ${dropped.number};\n` : 'd = -1;\n'}${taken.code}holds(${thisCpu(context)}, ${originOf(id)}, ${taken.number}, d);\n`;
  }

  /** The number of the lock at a place, as code, after code that finds it. */
  function lockNumber(id: NodeId, place: Place): { code: string; number: string } {
    const storage = storageOf(structNamed(program, place.struct), place.field);
    const slot = fieldSlot(layout, place.struct, storage.name);
    const first = lockWords.findIndex((l) => l.bit === slot?.base);
    const { code, at } = guard(id, place, true);
    return { code, number: `${first} + ${at.position}` };
  }

  return { statement, targets };
}
