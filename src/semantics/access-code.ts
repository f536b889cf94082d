/** Code for accesses to memory: what must hold of the object and the element, and the stores themselves. */
import type { Effect, ExprNode, Place } from '../lang/nodes.ts';
import { structNamed } from '../lang/program.ts';
import { LIVE } from '../lang/structs.ts';
import { placeExpressions, readsMemory, subexpressions } from '../lang/walk.ts';
import { storageOf } from '../lang/words.ts';
import type { NodeId } from '../system/graph.ts';
import type { CodeContext } from './code-context.ts';
import { NO_SUCCESSOR, PAST_END } from './compiled.ts';
import type { ExpressionWriter } from './expression-code.ts';
import { type Located, locate, readLocated, writeLocated } from './located-words.ts';
import type { StepExits } from './step-exits.ts';

/** The word of an access after `code`, which finds the object and the element, or ends in the finding. */
export interface Guarded {
  readonly code: string;
  readonly at: Located;
  /** When the element is past the end of a sparse array, which is no finding. */
  readonly past: string | null;
}

export interface AccessWriter {
  /** An access of a node. It uses the variables `o` and `i`. */
  guard(id: NodeId, place: Place, forStore: boolean): Guarded;
  /** Guards of what an indivisible expression reads, in the order in which it is evaluated. */
  guardReads(id: NodeId, node: ExprNode): string;
  guardEffects(id: NodeId, list: readonly Effect[]): string;
  /** Stores; what they store, and where, is all read before the first of them. */
  effects(id: NodeId, list: readonly Effect[], read: (node: ExprNode) => string): string;
}

/** Writes accesses of the context's graph. */
export function accessWriter(
  context: CodeContext,
  { expr, instanceOf, indexOf }: ExpressionWriter,
  exits: StepExits,
): AccessWriter {
  const { locals, originOf } = context;
  const { program } = context.graph;

  function guard(id: NodeId, place: Place, forStore: boolean): Guarded {
    let code = '';
    let instance = instanceOf(place.pointer, place.struct);
    const struct = structNamed(program, place.struct);
    const mustLive = struct.mortal && place.field !== LIVE;
    if (typeof instance === 'string') {
      const bad = `{ finding(${originOf(id)}, ${expr(place.pointer)}); ${exits.oops(id)} }`;
      code += `o = ${instance}; if (o < 0) ${bad}\n`;
      instance = 'o';
      if (mustLive) code += `if (!${readLive(struct.name, instance)}) ${bad}\n`;
    } else if (mustLive)
      code += `if (!${readLive(struct.name, instance)}) { finding(${originOf(id)}, ${expr(place.pointer)}); ${exits.oops(id)} }\n`;
    let index = indexOf(place);
    let past: string | null = null;
    if (index !== null && (typeof index === 'string' || index < 0)) {
      if (typeof index === 'string') {
        code += `i = ${index};\n`;
        index = 'i';
        past = 'i < 0';
      } else {
        past = 'true';
        index = 0;
      }
      const storage = storageOf(struct, place.field);
      if (forStore || !storage.sparse) {
        code += `if (${past}) { finding(${originOf(id)}, ${PAST_END}); ${exits.leave(id, NO_SUCCESSOR)} }\n`;
        past = null;
      }
    }
    return { code, at: locate(context, place, instance, index), past };
  }

  function readLive(struct: string, instance: string | number): string {
    const place: Place = {
      struct,
      field: LIVE,
      type: { kind: 'word', bits: 1 },
      pointer: { kind: 'address', type: { kind: 'pointer', struct }, struct, instance: 0 },
      access: 'marked',
    };
    return readLocated(context, place, locate(context, place, instance, null));
  }

  function effects(id: NodeId, list: readonly Effect[], read: (node: ExprNode) => string): string {
    const before: string[] = [];
    const settle = (node: ExprNode, name: string): ExprNode => {
      if (!readsMemory(node)) return node;
      before.push(`${locals.nameOf(name)} = ${read(node)};`);
      return { kind: 'local', type: node.type, name };
    };
    const stores = list.map(({ place, value }, k) => {
      const pointer = settle(place.pointer, `effect ${id} ${k} pointer`);
      const index = place.index && settle(place.index, `effect ${id} ${k} index`);
      const stored = settle(value, `effect ${id} ${k} value`);
      return { place: { ...place, pointer, ...(index && { index }) }, stored };
    });
    const after = stores.map(({ place, stored }) => {
      const { code, at } = guard(id, place, true);
      return code + writeLocated(context, place, at, expr(stored));
    });
    return [...before, ...after].join('\n');
  }

  function guardReads(id: NodeId, node: ExprNode): string {
    const within = (n: ExprNode) => guardReads(id, n);
    if (node.kind === 'load')
      return placeExpressions(node.place).map(within).join('') + guard(id, node.place, false).code;
    if (node.kind === 'conditional') {
      const [then, otherwise] = [within(node.then), within(node.otherwise)];
      const sides = then || otherwise ? `if (${expr(node.test)}) {\n${then}} else {\n${otherwise}}\n` : '';
      return within(node.test) + sides;
    }
    if (node.kind === 'binary' && (node.op === 'land' || node.op === 'lor')) {
      const right = within(node.right);
      const test = node.op === 'land' ? expr(node.left) : `!${expr(node.left)}`;
      return within(node.left) + (right ? `if (${test}) {\n${right}}\n` : '');
    }
    return subexpressions(node).map(within).join('');
  }

  function guardEffects(id: NodeId, list: readonly Effect[]): string {
    const roots = list.flatMap((e) => [...placeExpressions(e.place), e.value]);
    return roots.map((root) => guardReads(id, root)).join('');
  }

  return { guard, guardReads, guardEffects, effects };
}
