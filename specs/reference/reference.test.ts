import { describe, expect, test } from 'vitest';
import { engines } from '../../src/engine/registry.ts';
import { search } from '../../src/engine/search.ts';
import { checkProgram } from '../../src/lang/check.ts';
import { isDataRace } from '../../src/lang/races.ts';
import { lower } from '../../src/system/lower.ts';
import * as oracles from './oracle.fixture.ts';
import type { Reference } from './reference.ts';
import { references } from './references.ts';
import { share } from './share-oracle.fixture.ts';

const named = references.map((r) => [`${r.program.name}, ${r.program.bounds.cpus} CPUs`, r] as const);

const having = (verdict: 'proved' | 'violated', { verdicts }: Reference): readonly string[] =>
  Object.keys(verdicts).filter((id) => verdicts[id] === verdict);
const violated = (reference: Reference) => having('violated', reference);
const provable = (reference: Reference) =>
  having('proved', reference).filter((id) => !reference.unproved?.includes(id));

/**
 * Systems that Spacer does not decide: words are addresses with tags, which it is not given, or it takes longer than a test has.
 */
const beyondSpacer = [
  'reference/guarded',
  'reference/locked-lifetime',
  'reference/peterson',
  'reference/lockstep',
];

/** What each engine has to decide; the rest it may leave open, but not decide otherwise. */
const decides: Readonly<Record<string, (reference: Reference) => readonly string[]>> = {
  // Tested beside the engine: what each CPU knows by itself decides only some of the properties.
  'value-sets': () => [],
  explicit: violated,
  'k-induction': provable,
  // That two words are equal is a matter of which states there are.
  enumeration: (reference) => [
    ...provable(reference),
    ...(reference.program.name === 'reference/lockstep' ? ['together'] : []),
  ],
  spacer: (reference) => (beyondSpacer.includes(reference.program.name) ? [] : provable(reference)),
  // That two words stay equal takes a lemma for each value that they have.
  ice: (reference) => (reference.program.name === 'reference/lockstep' ? [] : provable(reference)),
  bmc: (reference) => violated(reference).filter((id) => !isDataRace(id)),
  portfolio: (reference) => [...violated(reference), ...provable(reference)],
};
/** Those that follow runs beyond an oops. */
const goOnAfterOops: readonly string[] = ['explicit', 'portfolio'];
/** How deep it is looked where nothing is violated. */
const USUAL_DEPTH = 5;

describe.each(engines)('$id', ({ id: engine, check }) => {
  test.concurrent.each(named)('%s', { timeout: 120_000 }, async (_, reference) => {
    const { program, verdicts, violatedWithin: depth = USUAL_DEPTH } = reference;
    const silent = program.afterOops && !goOnAfterOops.includes(engine);
    const decided = silent ? [] : (decides[engine]?.(reference) ?? []);
    const seconds = decided.length > 0 ? 90 : 3;
    const task = { program, properties: Object.keys(verdicts) };
    const outcomes = await check(task, { seconds, memoryMiB: 512, depth }, () => undefined);
    const said = outcomes.map(({ property, verdict: { verdict } }) => {
      const open = !decided.includes(property) && (verdict === 'bounded' || verdict === 'unknown');
      return [property, open ? verdicts[property] : verdict] as const;
    });
    expect(Object.fromEntries(said)).toEqual(verdicts);
  });
});

test('each engine has something to decide', () => {
  expect(Object.keys(decides).sort()).toEqual(engines.map(({ id }) => id).sort());
});

test.each(named)('%s is well-formed', (_, { program }) => {
  expect(checkProgram(program)).toEqual([]);
});

test.each(named)('the explicit search finds nothing in %s that is not stated', (_, { program, verdicts }) => {
  for (const property of search(lower(program)).found.keys()) expect(verdicts[property]).toBe('violated');
});

test.each(named)('%s has the stated size', (_, { program, states, transitions }) => {
  const result = search(lower(program));
  expect({ states: result.states, transitions: result.transitions }).toEqual({ states, transitions });
});

/** One CPU's steps are whole operations in the program, but not in the oracle: there is none for it. */
const enumerations: Readonly<Record<string, oracles.Oracle>> = {
  'reference/counter, 2 CPUs': oracles.counter(2),
  'reference/mutex, 2 CPUs': oracles.mutex(2),
  'reference/mutex, 3 CPUs': oracles.mutex(3),
  'reference/no-mutex, 2 CPUs': oracles.noMutex(2),
  'reference/peterson, 2 CPUs': oracles.peterson,
  'reference/peterson-broken, 2 CPUs': oracles.petersonBroken,
  'reference/abab, 2 CPUs': oracles.abab,
  'reference/abba, 2 CPUs': oracles.abba,
  'reference/locked-lifetime, 2 CPUs': oracles.lockedLifetime,
  'reference/use-after-free, 2 CPUs': oracles.useAfterFree,
  'reference/guarded, 1 CPUs': oracles.faults(true),
  'reference/faults, 1 CPUs': oracles.faults(false),
  'reference/grave, 2 CPUs': oracles.grave,
  'reference/lockstep, 1 CPUs': oracles.lockstep,
  'reference/share, 1 CPUs': share(2, 2, true),
  'reference/share-unguarded, 1 CPUs': share(2, 2, false),
};

test.each(Object.entries(enumerations))('an enumeration by hand agrees: %s', (name, oracle) => {
  const reference = references.find((_, i) => named[i]?.[0] === name);
  expect(oracles.enumerate(oracle)).toEqual({
    states: reference?.states,
    transitions: reference?.transitions,
  });
});

test('locks taken in opposite orders show as two edges', () => {
  const edges = (name: string) => {
    const program = references.find((r) => r.program.name === name)?.program;
    return program && [...search(lower(program), { trackLocks: true }).order.keys()].sort();
  };
  expect(edges('reference/abab')).toEqual(['pair[0].a -> pair[0].b']);
  expect(edges('reference/abba')).toEqual(['pair[0].a -> pair[0].b', 'pair[0].b -> pair[0].a']);
});
