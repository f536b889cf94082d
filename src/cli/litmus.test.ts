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

test('a function in a condition is one that the test can come to', () => {
  const touch = 'files A 1\ntask P1 maps A\nP1: touch A[0]\n';
  expect(stacksOf(`${touch}never P1 hangs in dax_lock_entry`)).toHaveLength(5);
  expect(errorOf(`${touch}never P1 oopses in dax_lock_enrty`)).toMatchObject({
    code: 'PD0502',
    place: { file: 'name.litmus', line: 5, column: 20 },
    hint: expect.stringContaining('dax_lock_entry'),
  });
  // The kernel has it, but nothing that this test does.
  expect(errorOf(`${touch}never warns in memory_failure`)).toMatchObject({ code: 'PD0502' });
});

const onPartition = 'device partition\nfiles A 1, B 1\ntask P1\n';
test.each([
  [
    'shared blocks',
    'files A 1, B 1\nshare A -> B\ntask P1',
    'ext4',
    3,
    1,
    /only XFS with reflink/,
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
  const error = errorOf(lines, stack);
  expect(error).toMatchObject({ code: 'PD0503', place: { file: 'name.litmus', line, column } });
  expect(error?.message).toMatch(message);
  expect(error?.hint).toMatch(hint);
});

function errorOf(lines: string, stack?: string) {
  try {
    stacksOf(lines, stack);
  } catch (error) {
    if (error instanceof PagedeedError) return error.diagnostic;
    throw error;
  }
  return undefined;
}
