/** Code for expressions: ids of wide words, plain numbers of narrow ones. */
import type { ExprNode, Place } from '../lang/nodes.ts';
import { boundValue, structNamed } from '../lang/program.ts';
import { bitsOf } from '../lang/types.ts';
import { instancesOf, storageOf } from '../lang/words.ts';
import { type CodeContext, thisCpu } from './code-context.ts';
import { locate, readLocated } from './located-words.ts';
import { convert, operate } from './operator-code.ts';
import { isWide, packed } from './values.ts';

export interface ExpressionWriter {
  /** What the kernel reads was guarded before, except that a sparse array gives 0 past its end. */
  expr(node: ExprNode): string;
  /** What properties and observations read is no access: where there is nothing to read, they read 0. */
  look(node: ExprNode): string;
  /** The number of the object that a pointer names, as code; a known address is a number. */
  instanceOf(pointer: ExprNode, struct: string): string | number;
  /** The element's number, as code; null for a scalar. Ids become plain numbers, -1 past the end. */
  indexOf(place: Place): string | number | null;
}

/** Writes expressions of the context's graph. */
export function expressionWriter(context: CodeContext): ExpressionWriter {
  const { values, addresses, environment, locals } = context;
  const { program } = context.graph;
  let looking = false;

  function expr(node: ExprNode): string {
    switch (node.kind) {
      case 'const':
        return String(packed(values, node.type, node.value));
      case 'address':
        return String(values.idOf(addresses.get(`${node.struct}[${node.instance}]`) as bigint));
      case 'local':
        return locals.nameOf(node.name);
      case 'cpu':
        return thisCpu(context);
      case 'unary': {
        const { op, type, operand } = node;
        if (op === 'lnot') return `(${expr(operand)} ? 0 : 1)`;
        return `${environment.named(`${op}_${bitsOf(type)}`, () => values.unary(op, bitsOf(type)))}(${expr(operand)})`;
      }
      case 'binary':
        return operate(context, node.op, node.left.type, expr(node.left), expr(node.right));
      case 'conditional':
        return `(${expr(node.test)} ? ${expr(node.then)} : ${expr(node.otherwise)})`;
      case 'convert':
        return convert(context, node.how, node.operand.type, node.type, expr(node.operand));
      case 'load':
        return loadCode(node.place);
      case 'call':
        throw new Error('calls are inlined');
    }
  }

  function look(node: ExprNode): string {
    looking = true;
    try {
      return expr(node);
    } finally {
      looking = false;
    }
  }

  function loadCode(place: Place): string {
    const instance = instanceOf(place.pointer, place.struct);
    const index = indexOf(place);
    if (index === -1) return '0';
    const { sparse } = storageOf(structNamed(program, place.struct), place.field);
    const missing = [
      ...(looking && typeof instance === 'string' ? [`${instance} < 0`] : []),
      ...((looking || sparse) && typeof index === 'string' ? [`${index} < 0`] : []),
    ];
    const code = readLocated(context, place, locate(context, place, instance, index));
    return missing.length > 0 ? `(${missing.join(' || ')} ? 0 : ${code})` : code;
  }

  function indexOf(place: Place): string | number | null {
    if (!place.index) return null;
    const storage = storageOf(structNamed(program, place.struct), place.field);
    const length = boundValue(program.bounds, storage.length ?? 1);
    if (place.index.kind === 'const')
      return place.index.value < BigInt(length) ? Number(place.index.value) : -1;
    const wide = isWide(place.index.type);
    const table = environment.named(`index_${wide ? '' : 'narrow_'}${length}`, () => {
      const t = new Int16Array(wide ? values.capacity : 256).fill(-1);
      for (let i = 0; i < Math.min(length, t.length); i++) t[wide ? values.idOf(BigInt(i)) : i] = i;
      return t;
    });
    return `${table}[${expr(place.index)}]`;
  }

  function instanceOf(pointer: ExprNode, struct: string): string | number {
    if (pointer.kind === 'address' && pointer.struct === struct) return pointer.instance;
    const table = environment.named(`object_${struct}`, () => {
      const t = new Int16Array(values.capacity).fill(-1);
      const count = instancesOf(program, structNamed(program, struct));
      for (let i = 0; i < count; i++) t[values.idOf(addresses.get(`${struct}[${i}]`) as bigint)] = i;
      return t;
    });
    return `${table}[${expr(pointer)}]`;
  }

  return { expr, look, instanceOf, indexOf };
}
