/** Random programs that calculate: a few expressions over words of every type, each stored, and nothing else. */
import { type ExpressionScope, expression } from './arbitrary-expression.fixture.ts';
import {
  addressNode,
  type Draw,
  initialEffects,
  MARK,
  slots,
  structs,
  types,
} from './arbitrary-world.fixture.ts';
import type { Place, StmtNode, Variable } from './nodes.ts';
import type { Program } from './program.ts';
import { sameType, type Type } from './types.ts';

/** A field of each type, on both objects: one is loaded from, the other is stored to. */
const fieldOf: readonly (readonly [field: string, type: Type])[] = [
  'byte',
  'half',
  'wide',
  'flag',
  'next',
  'box',
].map((field, i) => [field, types[i] as Type]);

const place = (field: string, type: Type, instance: number): Place => ({
  struct: 'node',
  field,
  type,
  pointer: addressNode('node', instance),
  access: 'plain',
});
const store = (to: Place, from: Variable): StmtNode => ({
  kind: 'set',
  target: { kind: 'place', place: to },
  value: { kind: 'local', type: from.type, name: from.name },
});
const set = (variable: Variable, value: Extract<StmtNode, { kind: 'set' }>['value']): StmtNode => ({
  kind: 'set',
  target: { kind: 'local', name: variable.name, type: variable.type },
  value,
});

/** Expressions of `depth` operators, one of each type. Words that are loaded are stored to, so none is folded. */
export function arbitraryCalculation(draw: Draw, depth: number): Program {
  const loaded = fieldOf.flatMap(([field, type]) =>
    [0, 1].map((instance) => ({
      variable: { name: `${field}${instance}`, type },
      from: place(field, type, instance),
    })),
  );
  const results = fieldOf.map(([field, type]): Variable => ({ name: `${field}_result`, type }));
  const scope: ExpressionScope = {
    draw,
    variables: loaded.map((l) => l.variable),
    reads: 'none',
    callees: [],
    cpu: true,
  };
  const body: StmtNode[] = [
    ...loaded.map(({ variable, from }) => set(variable, { kind: 'load', type: from.type, place: from })),
    ...results.map((result) => set(result, expression(scope, result.type, depth))),
    ...fieldOf.flatMap(([field, type]) => {
      const result = results.find((r) => r.name === `${field}_result` && sameType(r.type, type)) as Variable;
      return [store(place(field, type, 0), result), store(place(field, type, 1), result)];
    }),
  ];
  return {
    name: 'calculation',
    bounds: { cpus: 1, slots },
    structs,
    functions: [
      {
        name: 'calculate',
        file: '',
        abstracts: [],
        params: [],
        locals: [...scope.variables, ...results],
        returns: null,
        body,
      },
    ],
    operations: ['calculate'],
    initial: initialEffects(draw),
    observers: [],
    properties: [],
    marks: [{ name: 'MARK', value: MARK }],
    policy: {},
    abstractions: [],
  };
}
