import { expect, test } from 'vitest';
import { differences } from './differences.ts';
import type { Sightings } from './sightings.ts';

const sightings = (horizon: number, seen: Readonly<Record<string, number>>): Sightings => ({
  seen: new Map(Object.entries(seen)),
  horizon,
  states: 1,
  transitions: 1,
  rounds: new Map(),
});
const ALL = Number.POSITIVE_INFINITY;

test('what one shows and the other lacks, properties first', () => {
  const before = sightings(ALL, { 'reach:f': 1, 'no-bug': 9 });
  const after = sightings(ALL, { 'reach:g': 1, 'no-warn': 7 });
  expect(differences(before, after).map((d) => `${d.of} ${d.how}`)).toEqual([
    'no-warn appears',
    'no-bug disappears',
    'reach:g appears',
    'reach:f disappears',
  ]);
});

test('the same sooner or later is no difference', () => {
  expect(differences(sightings(ALL, { 'no-bug': 9 }), sightings(ALL, { 'no-bug': 7 }))).toEqual([]);
});

test('what a bounded search lacks it may only have not come to yet', () => {
  // One lock less, and the mutant is there two steps earlier.
  expect(differences(sightings(40, {}), sightings(40, { 'reach:f': 39 }))).toEqual([]);
  expect(differences(sightings(40, { 'reach:f': 39 }), sightings(40, {}))).toEqual([]);
  expect(differences(sightings(60, {}), sightings(40, { 'reach:f': 39 }))).toHaveLength(1);
  expect(differences(sightings(40, { 'reach:f': 20 }), sightings(40, {}))).toHaveLength(1);
});

test('a mutant without verdicts differs', () => {
  expect(differences(sightings(ALL, {}), { reason: 'it does not end' })).toEqual([
    { of: 'no verdict', how: 'unsearchable', reason: 'it does not end' },
  ]);
});
