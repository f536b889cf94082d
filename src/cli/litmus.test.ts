/** On which stacks a litmus test runs, and what is said where it can not. */
import { expect, test } from 'vitest';
import { parseLitmus } from '../litmus/parse.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { cellsOf } from './litmus.ts';

const stacksOf = (lines: string, stacks?: string) => {
  const file = 'name.litmus';
  const located = { file, test: parseLitmus(`litmus name\n${lines}\n`, file) };
  return cellsOf(located, { text: (name) => (name === 'stack' ? stacks : undefined) }).map((c) => c.stack.id);
};

test('a file that names no stack runs on all that have what it asks for', () => {
  const task = 'files A 1, B 1\ntask P1\n';
  expect(stacksOf(`${task}P1: inodegc A`)).toEqual([
    'xfs',
    'xfs-rmapbt',
    'xfs-reflink',
    'xfs-reflink-rmapbt',
  ]);
  expect(stacksOf(`${task}share A -> B`)).toEqual(['xfs-reflink', 'xfs-reflink-rmapbt']);
  expect(stacksOf(`device partition\n${task}P1: mount; inject &A[0]; unmount`)).toHaveLength(5);
  expect(stacksOf(`device partition\n${task}P1: mount; map A`)).toEqual(['ext4', 'xfs', 'xfs-rmapbt']);
});

const onPartition = 'device partition\nfiles A 1, B 1\ntask P1\n';
test.each([
  [
    'shared blocks',
    'files A 1, B 1\nshare A -> B\ntask P1',
    'ext4',
    3,
    1,
    /no reflink/,
    /xfs-reflink-rmapbt$/,
  ],
  [
    'a file where nothing is mounted',
    `${onPartition}P1: mount; map A`,
    'xfs-reflink',
    5,
    12,
    /refuses to mount/,
    /ext4/,
  ],
  [
    'reflink on a partition',
    `${onPartition}P1: mount; reflink A -> B`,
    undefined,
    5,
    12,
    /refuses/,
    /no stack has all/,
  ],
])('%s that the stack does not have', (_, lines, stack, line, column, message, hint) => {
  try {
    expect(stacksOf(lines, stack)).toBe('an error');
  } catch (error) {
    if (!(error instanceof PagedeedError)) throw error;
    expect(error.diagnostic).toMatchObject({ code: 'PD0503', place: { file: 'name.litmus', line, column } });
    expect(error.diagnostic.message).toMatch(message);
    expect(error.diagnostic.hint).toMatch(hint);
  }
});
