/** Programs that start where some operations have run, so that what comes late is found early. */
import { createMachine } from '../evidence/interpreter.ts';
import { type Addresses, defaultAddresses } from '../lang/addresses.ts';
import type { Effect, ExprNode, Place } from '../lang/nodes.ts';
import type { Program } from '../lang/program.ts';
import { type Type, u64 } from '../lang/types.ts';
import { type StateWord, stateWords } from '../lang/words.ts';

/** An operation, and how each of its choices is answered. */
export type Played = readonly [operation: string, ...choices: number[]];

/** An operation that takes more is taken for endless. */
const MOST_STEPS = 10_000;

/**
 * The program whose initial state is that in which these operations leave it, run one after the other on
 * CPU 0: a state that it reaches. null: one of them does not come to its end.
 */
export function startingAfter(program: Program, prelude: readonly Played[]): Program | null {
  const addresses = defaultAddresses(program);
  const { memory, pauseOf, start, step } = createMachine(program, addresses);
  for (const [operation, ...choices] of prelude) {
    let { ended } = start(0, operation);
    for (let steps = 0; ended === 'no'; steps++) {
      const pause = pauseOf(0);
      if (steps === MOST_STEPS || (pause?.kind === 'primitive' && !pause.ready())) return null;
      ended = step(0, pause?.kind === 'choose' ? (choices.shift() ?? 0) : undefined).ended;
    }
    if (ended !== 'returned') return null;
  }
  const initial = stateWords(program).map((word) =>
    initially(word, memory.words.get(word.name) ?? 0n, addresses),
  );
  return { ...program, initial };
}

function initially(
  { struct, instance, field, index, type }: StateWord,
  value: bigint,
  addresses: Addresses,
): Effect {
  const scalar: Place = { pointer: addressOf(struct, instance), struct, field, type, access: 'plain' };
  const at = (n: number): ExprNode => ({ kind: 'const', type: u64, value: BigInt(n) });
  const place = index === undefined ? scalar : { ...scalar, index: at(index) };
  return { place, value: literal(type, value, addresses) };
}

function literal(type: Type, value: bigint, addresses: Addresses): ExprNode {
  const [object] = type.kind === 'pointer' ? ([...addresses].find(([, at]) => at === value) ?? []) : [];
  const [, struct = '', instance = ''] = /^(.*)\[(\d+)\]$/.exec(object ?? '') ?? [];
  return object === undefined ? { kind: 'const', type, value } : addressOf(struct, Number(instance));
}

const addressOf = (struct: string, instance: number): Extract<ExprNode, { kind: 'address' }> => ({
  kind: 'address',
  type: { kind: 'pointer', struct },
  struct,
  instance,
});
