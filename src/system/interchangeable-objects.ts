/**
 * Which objects of a program cannot be told apart but by what is stored in them: runs stay runs when they are exchanged
 * (Ip and Dill, "Better verification through symmetry", 1996: their scalarsets). Programs name no single one, compare
 * no two but for being the same, and go through them only to ask whether there is one.
 *
 * Programs may still go through the objects in an order: by a constant pointer from one to the next, or starting with
 * a named one. Taken in any order (any-order.ts), they have these runs and more.
 */
import { constantFields, storageKey } from '../lang/fields.ts';
import type { ExprNode, FieldNode, StmtNode, StructNode } from '../lang/nodes.ts';
import { isInvariant } from '../lang/normal-form.ts';
import { boundValue, type Program, predicatesOf } from '../lang/program.ts';
import type { Type } from '../lang/types.ts';
import { eachExpression, eachStatement, expressionsOf } from '../lang/walk.ts';
import { storageOf } from '../lang/words.ts';
import { initialValues, isSameValue } from './initial-values.ts';

export interface ObjectSort {
  /** The bound that says how many there are, or the struct. */
  readonly name: string;
  readonly count: number;
  /** Objects of these structs with the same number go together. */
  readonly structs: ReadonlySet<string>;
  /** `struct.field` of the constant pointers that put them in an order. */
  readonly order: ReadonlySet<string>;
}

/** Sorts of which each has two objects and more. Of programs in which each operation is one step. */
export function interchangeableObjects(program: Program): readonly ObjectSort[] {
  if (program.afterOops) return [];
  const constants = constantFields(program);
  const groups = new Map<string, StructNode[]>();
  for (const struct of program.structs) {
    const name = typeof struct.instances === 'string' ? struct.instances : struct.name;
    groups.set(name, [...(groups.get(name) ?? []), struct]);
  }
  return [...groups].flatMap(([name, structs]) => sortOf(program, constants, name, structs) ?? []);
}

function sortOf(
  program: Program,
  constants: ReadonlySet<string>,
  name: string,
  structs: readonly StructNode[],
): ObjectSort | null {
  const names = new Set(structs.map((s) => s.name));
  const count = boundValue(program.bounds, structs[0]?.instances ?? 1);
  const isMember = (type: Type): boolean => type.kind === 'pointer' && names.has(type.struct);
  const order = new Set<string>();

  /** What never changes is the same for all, or leads to what has the same number, or puts them in an order. */
  function isEven(struct: StructNode, field: FieldNode): boolean {
    const inSort = names.has(struct.name);
    const key = `${struct.name}.${field.name}`;
    if (field.length === name) return false;
    if (field.aliasOf !== undefined)
      return !isMember(field.type) && !isMember(storageOf(struct, field.aliasOf).type);
    if (!constants.has(key)) return !(inSort && isMember(field.type));
    const rows = initialValues(program, struct, field);
    if (inSort && !isMember(field.type))
      return rows.every((row) => row.every((value, i) => isSameValue(value, rows[0]?.[i])));
    const isFixed = (value: ExprNode) => value.kind !== 'address' || !names.has(value.struct);
    if (rows.flat().every(isFixed)) return true;
    if (!inSort) return false;
    const isPartner = (value: ExprNode, n: number) => value.kind === 'address' && value.instance === n;
    if (!rows.every((row, n) => row.every((value) => isPartner(value, n)))) order.add(key);
    return true;
  }

  /** What it does with one of the objects it would do with another. */
  function isFair(node: ExprNode): boolean {
    switch (node.kind) {
      case 'binary': {
        const sides = [node.left, node.right];
        if (!sides.some((side) => isMember(side.type))) return true;
        const isComparable = (side: ExprNode) => isMember(side.type) || side.kind === 'const';
        return (node.op === 'eq' || node.op === 'ne') && sides.every(isComparable);
      }
      case 'unary':
        return !isMember(node.operand.type);
      case 'convert':
        return !isMember(node.operand.type) && (!isMember(node.type) || node.operand.kind === 'const');
      default:
        return true;
    }
  }
  const isNamed = (node: ExprNode) => node.kind === 'address' && names.has(node.struct);
  const asksForOrder = (node: ExprNode) => node.kind === 'load' && order.has(storageKey(program, node.place));
  const isFairAll = (root: ExprNode) => [...eachExpression(root)].every((n) => isFair(n) && !isNamed(n));

  function isFairStatement(stmt: StmtNode): boolean {
    if (stmt.kind === 'for-index' && stmt.count === name) return false;
    if (stmt.kind === 'choose' && 'count' in stmt.among && stmt.among.count === name) return false;
    if (stmt.kind === 'for-each' && names.has(stmt.struct))
      return asksForOne(stmt) && !eachWithin(stmt.body).some(asksForOrder);
    const roots = expressionsOf(stmt);
    return (namesFirst(stmt, names) ? roots.slice(1) : roots).every(isFairAll);
  }

  /** A predicate may name the objects, if it says the same of all. */
  function isFairPredicate(root: ExprNode): boolean {
    const all = [...eachExpression(root)];
    const renamed = (node: ExprNode, exchange: (i: number) => number): ExprNode =>
      node.kind === 'address' && names.has(node.struct)
        ? { ...node, instance: exchange(node.instance) }
        : node;
    return all.every((n) => isFair(n) && !asksForOrder(n)) && isInvariant(root, count, renamed);
  }

  const statements = [
    ...program.functions.flatMap((f) => [...eachStatement(f.body)]),
    ...program.observers.flatMap((o) => [...eachStatement([...o.enter, ...o.exit])]),
  ];
  const isSort =
    count > 1 &&
    program.structs.every((s) => s.fields.every((f) => isEven(s, f))) &&
    statements.every(isFairStatement) &&
    predicatesOf(program).every(isFairPredicate);
  return isSort ? { name, count, structs: names, order } : null;
}

/** The statement stores a named object: the first of them, as a rule. */
export function namesFirst(stmt: StmtNode, structs: ReadonlySet<string>): boolean {
  return stmt.kind === 'set' && stmt.value.kind === 'address' && structs.has(stmt.value.struct);
}

/** `for each of them: if (what it has is so) return VALUE;` */
function asksForOne({ body, variable }: Extract<StmtNode, { kind: 'for-each' }>): boolean {
  const [only, ...more] = body;
  if (only?.kind !== 'if' || more.length > 0 || only.otherwise.length > 0) return false;
  const [then, ...after] = only.then;
  if (then?.kind !== 'return' || after.length > 0) return false;
  const isPlain = (n: ExprNode) =>
    n.kind !== 'call' && (n.kind !== 'load' || n.place.pointer.kind === 'local');
  const isItself = (n: ExprNode) => n.kind === 'load' || (n.kind === 'local' && n.name === variable);
  return (
    [...eachExpression(only.test)].every(isPlain) &&
    (!then.value || [...eachExpression(then.value)].every((n) => n.kind !== 'call' && !isItself(n)))
  );
}

const eachWithin = (block: readonly StmtNode[]): readonly ExprNode[] =>
  [...eachStatement(block)].flatMap((s) => expressionsOf(s).flatMap((root) => [...eachExpression(root)]));
