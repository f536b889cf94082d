import { afterAll, expect, test } from 'vitest';
import { counterProgram } from '../../specs/reference/counter.ts';
import { createTransitions } from '../semantics/transitions.ts';
import { ask } from '../solver/question.ts';
import { openZ3Session } from '../solver/z3.ts';
import { lower } from '../system/lower.ts';
import { irredundant } from './irredundant.ts';

const session = openZ3Session();
afterAll(() => session.close());

const system = createTransitions(lower(counterProgram(1)));
const { terms } = system;
const [n, started, done] = ['n', 'started', 'done'].map((field) => {
  const found = system.variables.find((v) => v.term.symbol === `counter[0].${field}`);
  if (!found) throw new Error(`no ${field}`);
  return found.term;
}) as [typeof terms.true_, typeof terms.true_, typeof terms.true_];
const is = (word: typeof n, value: bigint) => terms.eq(word, terms.constant(8, value));
const domains = [n, started, done].map((word) => terms.or(is(word, 0n), is(word, 1n), is(word, 2n)));
const chain = [
  terms.or(terms.not(is(n, 1n)), is(started, 1n)),
  terms.or(terms.not(is(started, 1n)), is(done, 1n)),
];
const implied = terms.or(terms.not(is(n, 1n)), is(done, 1n));

test('what follows from the rest goes, and nothing else', async () => {
  const all = [...domains, ...chain, implied];
  const kept = await irredundant(system, all, session, {});
  expect(kept).toEqual([...domains, ...chain]);
  const lost = await ask(system, session, [...kept, terms.not(terms.and(...all))], {});
  expect(lost).toEqual({ kind: 'unsat' });
});

test('what says which values a word has stays, though it follows', async () => {
  const all = [is(n, 0n), ...domains];
  expect(await irredundant(system, all, session, {})).toEqual(all);
});
