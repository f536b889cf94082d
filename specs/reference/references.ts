/** All reference systems with what is known of them. */
import { abbaProgram } from './abba.ts';
import { counterProgram } from './counter.ts';
import { faultsProgram } from './faults.ts';
import { graveProgram } from './grave.ts';
import { lifetimeProgram } from './lifetime.ts';
import { lockstepProgram } from './lockstep.ts';
import { mutexProgram } from './mutex.ts';
import { petersonProgram } from './peterson.ts';
import type { Reference } from './reference.ts';
import { shareProgram } from './share.ts';

const dereferences = {
  'no-sentinel-deref': 'proved',
  'no-null-deref': 'proved',
  'no-stale-deref': 'proved',
} as const;
const ownership = { 'share-count': 'proved', 'idle-clean': 'proved', 'owner-tuple': 'proved' } as const;

export const references: readonly Reference[] = [
  // One increment of three is one step: 0, 1 and 2 done.
  { program: counterProgram(1), verdicts: { total: 'proved' }, states: 3, transitions: 2 },
  {
    program: counterProgram(2),
    verdicts: { total: 'violated', 'no-data-race': 'violated', 'no-data-race:counter.n': 'violated' },
    violatedWithin: 16,
    states: 1656,
    transitions: 2884,
  },
  {
    program: mutexProgram(2, true),
    verdicts: {
      'no-bug': 'proved',
      'lock-pairing': 'proved',
      'lock-order': 'proved',
      'deadlock-free': 'proved',
      'no-data-race': 'proved',
    },
    states: 28,
    transitions: 44,
  },
  {
    program: mutexProgram(3, true),
    verdicts: {
      'no-bug': 'proved',
      'lock-pairing': 'proved',
      'deadlock-free': 'proved',
      'no-data-race': 'proved',
    },
    states: 80,
    transitions: 168,
  },
  {
    program: mutexProgram(2, false),
    verdicts: { 'no-bug': 'violated', 'no-data-race': 'violated' },
    violatedWithin: 7,
    states: 182,
    transitions: 310,
  },
  { program: petersonProgram(true), verdicts: { 'no-bug': 'proved' }, states: 98, transitions: 196 },
  {
    program: petersonProgram(false),
    verdicts: { 'no-bug': 'violated' },
    violatedWithin: 13,
    states: 466,
    transitions: 860,
  },
  {
    program: abbaProgram(true),
    verdicts: { 'deadlock-free': 'proved', 'lock-pairing': 'proved' },
    states: 16,
    transitions: 26,
  },
  {
    program: abbaProgram(false),
    verdicts: { 'deadlock-free': 'violated', 'lock-pairing': 'proved' },
    violatedWithin: 5,
    states: 51,
    transitions: 96,
  },
  {
    program: lifetimeProgram(true),
    verdicts: { ...dereferences, 'deadlock-free': 'proved' },
    states: 152,
    transitions: 306,
  },
  {
    program: lifetimeProgram(false),
    verdicts: { ...dereferences, 'no-stale-deref': 'violated' },
    violatedWithin: 11,
    states: 222,
    transitions: 526,
  },
  // Three words of 0 or 1; ten choices, each of which is one step.
  {
    program: faultsProgram(true),
    verdicts: { ...dereferences, 'out-of-model': 'proved', 'only-good': 'proved' },
    states: 8,
    transitions: 80,
  },
  // The same, but six of the ten choices end in an oops. Of a model that runs leave nothing is proved.
  {
    program: faultsProgram(false),
    verdicts: {
      'no-sentinel-deref': 'violated',
      'no-null-deref': 'violated',
      'no-stale-deref': 'violated',
      'out-of-model': 'violated',
      'only-good': 'proved',
    },
    violatedWithin: 1,
    unproved: ['only-good'],
    states: 8,
    transitions: 32,
  },
  {
    program: graveProgram(1, false),
    verdicts: { 'no-null-deref': 'violated', 'deadlock-free': 'proved', 'lock-pairing': 'proved' },
    violatedWithin: 1,
    states: 2,
    transitions: 3,
  },
  // The same, and the death of the reader is a third state, in which readers die and writers wait.
  {
    program: graveProgram(1, true),
    verdicts: { 'no-null-deref': 'violated', 'deadlock-free': 'violated', 'lock-pairing': 'proved' },
    unproved: ['lock-pairing'],
    states: 3,
    transitions: 5,
  },
  {
    program: graveProgram(2, true),
    verdicts: { 'no-null-deref': 'violated', 'deadlock-free': 'violated', 'lock-pairing': 'proved' },
    unproved: ['lock-pairing'],
    states: 75,
    transitions: 156,
  },
  // That 256 values of one word go with 256 of another is learned one by one.
  {
    program: lockstepProgram(),
    verdicts: { together: 'proved' },
    unproved: ['together'],
    states: 256,
    transitions: 512,
  },
  // SPIN 6.5.2 counts 66421 and 316370 for its own model of this: a state and two steps before it begins.
  {
    program: shareProgram(2, 2, true),
    verdicts: { ...dereferences, ...ownership, 'lock-order': 'proved' },
    states: 66420,
    transitions: 316368,
  },
  {
    program: shareProgram(2, 2, false),
    verdicts: { ...dereferences, ...ownership, 'no-sentinel-deref': 'violated' },
    violatedWithin: 5,
    states: 52812,
    transitions: 255456,
  },
];
