/** Random well-formed programs: calls, loops, observers, properties, one or two CPUs. */
import fc from 'fast-check';
import { type ExpressionScope, expression } from './arbitrary-expression.fixture.ts';
import { block, fuels, likely, locals, observation, type Scope } from './arbitrary-statement.fixture.ts';
import {
  chance,
  type Decisions,
  type Draw,
  initialEffects,
  MARK,
  slots,
  structs,
} from './arbitrary-world.fixture.ts';
import type { FunctionNode, Variable } from './nodes.ts';
import type { Program, PropertyNode } from './program.ts';
import { pointer } from './structs.ts';
import { bool, u32, u64 } from './types.ts';

/** What a program, or anything else drawn, is made from. Shrinking cuts the decisions short. */
export const decisions: fc.Arbitrary<Decisions> = fc.record({
  seed: fc.nat({ max: 0x7fff_ffff }),
  length: fc.integer({ min: 1, max: 1 << 20 }),
});

type Signature = Pick<FunctionNode, 'name' | 'params' | 'returns'>;
const signatures: readonly Signature[] = [
  {
    name: 'h0',
    params: [
      { name: 'x', type: u32 },
      { name: 'p', type: pointer('node') },
    ],
    returns: u32,
  },
  { name: 'h1', params: [{ name: 'q', type: pointer('box') }], returns: null },
  { name: 'h2', params: [{ name: 'x', type: bool }], returns: u64 },
  { name: 'op0', params: [], returns: null },
  { name: 'op1', params: [], returns: null },
];

export function arbitraryProgram(draw: Draw): Program {
  const cpus = 1 + draw.below(2);
  const functions = signatures.map((signature, i) =>
    functionNode(draw, signature, signatures.slice(0, Math.min(i, 3))),
  );
  return {
    name: 'random',
    bounds: { cpus, slots },
    structs,
    functions,
    operations: ['op0', 'op1'],
    initial: initialEffects(draw),
    observers: ['h0', 'h1'].map((fn) => ({
      function: fn,
      enter: [observation(atomicScope(draw, signatures.find((s) => s.name === fn)?.params ?? []))],
      exit: [observation(atomicScope(draw, []))],
    })),
    properties: properties(draw),
    marks: [{ name: 'MARK', value: MARK }],
    policy: {},
    abstractions: [],
  };
}

function functionNode(draw: Draw, signature: Signature, callees: readonly Signature[]): FunctionNode {
  const isOperation = signature.name.startsWith('op');
  const variables = [...signature.params, ...locals];
  const scope: Scope = {
    draw,
    variables,
    reads: 'any',
    callees,
    cpu: true,
    fn: signature,
    inLoop: false,
    loops: 0,
  };
  const body = [
    ...(isOperation && chance(draw, 1, 2) ? [{ kind: 'assume', test: likely(scope) } as const] : []),
    ...block(scope, isOperation ? 5 : 3, 2),
    ...(signature.returns
      ? [{ kind: 'return', value: expression(scope, signature.returns, 2) } as const]
      : []),
  ];
  return { ...signature, file: '', abstracts: [], locals: [...locals, ...fuels], body };
}

/** The scope of an observer. */
function atomicScope(draw: Draw, params: readonly Variable[]): Scope {
  const variables = [...params, ...locals];
  return {
    draw,
    variables,
    reads: 'any',
    callees: [],
    cpu: true,
    fn: { returns: null },
    inLoop: false,
    loops: 0,
  };
}

function properties(draw: Draw): readonly PropertyNode[] {
  const scope: ExpressionScope = { draw, variables: [], reads: 'known', callees: [], cpu: false };
  const property = (id: string, judged: PropertyNode['judged']): PropertyNode => ({
    id,
    judged,
    says: id,
    holds: expression(scope, bool, 3),
  });
  return [
    property('idle', { when: 'idle' }),
    property('after', { when: 'after', function: 'h1' }),
    property('outside', { when: 'outside', functions: ['h0', 'h2'] }),
  ];
}
