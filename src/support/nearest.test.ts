import { expect, test } from 'vitest';
import { didYouMean, nearest } from './nearest.ts';

const engines = ['portfolio', 'explicit', 'bmc', 'k-induction', 'spacer'];

test.each([
  ['exchanged neighbours', 'sapcer', ['spacer']],
  ['a letter too many', 'bmcc', ['bmc']],
  ['a letter too few', 'explict', ['explicit']],
  ['a wrong letter in a short word', 'bmd', ['bmc']],
  ['another case', 'K-Induction', ['k-induction']],
  ['nothing alike', 'quantum', []],
])('%s', (_, word, expected) => {
  expect(nearest(word, engines)).toEqual(expected);
});

test('the nearest comes first, equals keep their order, three at most', () => {
  expect(nearest('xfs-rt', ['xfs-dt', 'xfs-rt1x', 'xfs-rt', 'xfs-at', 'xfs-bt'])).toEqual([
    'xfs-rt',
    'xfs-dt',
    'xfs-at',
  ]);
});

test('the hint names what is near, or is absent', () => {
  expect(didYouMean('ext', ['ext4', 'ext3', 'xfs'])).toBe('did you mean ext4 or ext3?');
  expect(didYouMean('quantum', engines)).toBeUndefined();
});
