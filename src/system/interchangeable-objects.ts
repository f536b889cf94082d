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
import { initialValues, isSameValue, valuesOf } from './initial-values.ts';

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
  const bounds = [...new Set(program.structs.map((s) => s.instances))];
  const groups = bounds.flatMap((instances): readonly (readonly StructNode[])[] => {
    const structs = program.structs.filter((s) => s.instances === instances);
    return typeof instances === 'string' ? [structs] : structs.map((s) => [s]);
  });
  return groups.flatMap((structs) => sortOf(program, constants, structs) ?? []);
}

function sortOf(
  program: Program,
  constants: ReadonlySet<string>,
  structs: readonly StructNode[],
): ObjectSort | null {
  const names = new Set(structs.map((s) => s.name));
  const { instances = 1, name: first = '' } = structs[0] ?? {};
  const bound = typeof instances === 'string' ? instances : null;
  const count = boundValue(program.bounds, instances);
  const isMember = (type: Type): boolean => type.kind === 'pointer' && names.has(type.struct);
  const order = new Set<string>();
  const initial = initialValues(program);

  /** What never changes is the same for all, or leads to what has the same number, or puts them in an order. */
  function isEven(struct: StructNode, field: FieldNode): boolean {
    const inSort = names.has(struct.name);
    const key = `${struct.name}.${field.name}`;
    if (field.length !== undefined && field.length === bound) return false;
    if (field.aliasOf !== undefined)
      return !isMember(field.type) && !isMember(storageOf(struct, field.aliasOf).type);
    if (!constants.has(key)) return !(inSort && isMember(field.type));
    const rows = valuesOf(initial, program, struct, field);
    if (inSort && !isMember(field.type))
      return rows.every((row) => row.every((value, i) => isSameValue(value, rows[0]?.[i])));
    const isOther = (value: ExprNode) => value.kind !== 'address' || !names.has(value.struct);
    if (!inSort) return rows.flat().every(isOther);
    const isPartner = (value: ExprNode, n: number) => value.kind === 'address' && value.instance === n;
    const isSame = rows.every((row) => row.every((v, i) => isOther(v) && isSameValue(v, rows[0]?.[i])));
    if (!isSame && !rows.every((row, n) => row.every((v) => isPartner(v, n)))) order.add(key);
    return true;
  }

  /** NULL, or a mark: a number that is no object's address, wherever these lie. */
  const isNobody = (node: ExprNode) =>
    node.kind === 'const' && (node.value === 0n || program.marks.some((m) => m.value === node.value));

  /** What it does with one of the objects it would do with another. */
  function isFair(node: ExprNode): boolean {
    switch (node.kind) {
      case 'binary': {
        const sides = [node.left, node.right];
        if (!sides.some((side) => isMember(side.type))) return true;
        const isComparable = (side: ExprNode) => isMember(side.type) || isNobody(side);
        return (node.op === 'eq' || node.op === 'ne') && sides.every(isComparable);
      }
      case 'unary':
        return !isMember(node.operand.type);
      case 'convert':
        return !isMember(node.operand.type) && (!isMember(node.type) || isNobody(node.operand));
      case 'const':
        return !isMember(node.type) || isNobody(node);
      default:
        return true;
    }
  }
  const isNamed = (node: ExprNode) => node.kind === 'address' && names.has(node.struct);
  const asksForOrder = (node: ExprNode) => node.kind === 'load' && order.has(storageKey(program, node.place));
  const isFairAll = (root: ExprNode) => [...eachExpression(root)].every((n) => isFair(n) && !isNamed(n));

  function isFairStatement(stmt: StmtNode): boolean {
    if (stmt.kind === 'for-index' && stmt.count === bound) return false;
    if (stmt.kind === 'choose' && 'count' in stmt.among && stmt.among.count === bound) return false;
    if (stmt.kind === 'for-each' && names.has(stmt.struct))
      return !isMortal && asksForOne(stmt) && !eachWithin(stmt.body).some(asksForOrder);
    const roots = expressionsOf(stmt);
    // What reads memory in one go stays as it is in any order.
    const isWhole = stmt.kind === 'primitive' || stmt.kind === 'observe';
    if (isWhole && roots.some((root) => [...eachExpression(root)].some(asksForOrder))) return false;
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

  const isMortal = structs.some((s) => s.mortal);
  const startsFair = program.initial.every(({ value }) => value.kind !== 'const' || isFair(value));
  const statements = [
    ...program.functions.flatMap((f) => [...eachStatement(f.body)]),
    ...program.observers.flatMap((o) => [...eachStatement([...o.enter, ...o.exit])]),
  ];
  const isSort =
    count > 1 &&
    startsFair &&
    program.structs.every((s) => s.fields.every((f) => isEven(s, f))) &&
    statements.every(isFairStatement) &&
    predicatesOf(program).every(isFairPredicate);
  return isSort ? { name: bound ?? first, count, structs: names, order } : null;
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
  const isOwn = (n: ExprNode) => n.kind === 'local' && n.name === variable;
  // Whatever else is read is read of the first of them, too, and fails there or nowhere.
  const isPlain = (n: ExprNode) =>
    n.kind !== 'call' &&
    n.kind !== 'conditional' &&
    !(n.kind === 'binary' && (n.op === 'land' || n.op === 'lor')) &&
    (n.kind !== 'load' || n.place.pointer.kind === 'local') &&
    !(n.kind === 'load' && n.place.index && [...eachExpression(n.place.index)].some(isOwn));
  const isItself = (n: ExprNode) => n.kind === 'load' || isOwn(n);
  return (
    [...eachExpression(only.test)].every(isPlain) &&
    (!then.value || [...eachExpression(then.value)].every((n) => n.kind !== 'call' && !isItself(n)))
  );
}

const eachWithin = (block: readonly StmtNode[]): readonly ExprNode[] =>
  [...eachStatement(block)].flatMap((s) => expressionsOf(s).flatMap((root) => [...eachExpression(root)]));
