/** What is a litmus test, and what is wrong with a text that is none. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PagedeedError } from '../support/diagnostics.ts';
import { arbitraryTest, placeless } from './arbitrary-test.fixture.ts';
import { blocksOf } from './blocks.ts';
import { parseLitmus } from './parse.ts';
import { printLitmus } from './print.ts';

const SEED = 20261125;

test(`random tests print and parse back to themselves (seed ${SEED})`, () => {
  const order = fc.constantFrom('written' as const, 'operations' as const, 'steps' as const);
  fc.assert(
    fc.property(arbitraryTest({ operations: 4, order }), (litmus) => {
      const text = printLitmus(litmus);
      expect(placeless(parseLitmus(text, 'random.litmus'))).toEqual(placeless(litmus));
    }),
    { seed: SEED, numRuns: 300 },
  );
});

const everything = `litmus everything
# every statement once
era v6.12
stack xfs-reflink, xfs-reflink-rmapbt
files A 2, B 2 cold, C 1
free X, Y
hole A[1]
share A[0] -> B[1]
early-kill all
faults fail
task P1 maps A private read-only early
task P2 late
task P3
before P1: touch A[0]; pin A[0]
P1: unpin A[0]; munmap; map A[0]
`;

test('every statement and operation, as it is printed', () => {
  const text = everything.replace(
    'map A[0]\n',
    `map A; fork P3
P2: map B; munmap; reflink B[0..1] -> A[0..1]; dedupe A[0] -> B[0]; unshare A; pwrite A[0]; punch B
P3: touch A[0]; write A[0]; inodegc C; inject X; inject memory; drop-caches; exit
P1: madvise A[0] HWPOISON; unmount; mkfs; mount
P2: truncate A 0; inject &A[0]
order written
exists (P1.1 = ok /\\ P1 got AR at A[0] lsb 12) \\/ ~(P2 hangs in memory_failure)
`,
  );
  const printed = printLitmus(parseLitmus(text, 'x'));
  const free = text.replace('order written', 'order steps');
  expect(() => parseLitmus(free, 'x')).toThrow(/may be past the end of A/);
  expect(printLitmus(parseLitmus(printed, 'x'))).toBe(printed);
  expect(printed).toContain(
    'task P1 maps A private read-only early\ntask P2 late\ntask P3\nbefore P1: touch A[0]; pin A[0]\n',
  );
});

const small = (more: string): string =>
  `litmus small\nfiles A 2, B 1\nfree X\ntask P1 maps A\ntask P2\n${more}\n`;

test.each([
  [
    'a misspelt operation',
    'P1: tuoch A[0]',
    'PD0501',
    6,
    5,
    /^expected an operation .*, not tuoch/,
    'did you mean touch?',
  ],
  [
    'a misspelt statement',
    'ordre steps',
    'PD0501',
    6,
    1,
    /a statement or the name of a task/,
    'did you mean order?',
  ],
  [
    'a task that is not declared',
    'before P3: touch A[0]',
    'PD0502',
    6,
    8,
    /P3 is not a task/,
    'did you mean P1 or P2?',
  ],
  [
    'a file that is not declared',
    'P1: touch C[0]',
    'PD0502',
    6,
    11,
    /C is not a file/,
    'did you mean A or B?',
  ],
  ['a page past the end', 'P1: touch A[2]', 'PD0504', 6, 13, /a page of A is 0 to 1/, undefined],
  ['a file that is not mapped', 'P1: touch B[0]', 'PD0503', 6, 11, /P1 does not map B/, 'it maps A'],
  ['a task that maps nothing', 'P2: touch A[0]', 'PD0503', 6, 11, /P2 does not map A/, 'it maps nothing'],
  ['a mapping past the end', 'task P3 maps A[2]', 'PD0504', 6, 16, /a page of A is 0 to 1/, undefined],
  ['a mapping too long', 'P2: map A[1..2]', 'PD0504', 6, 14, /the last page, of A, is 1 to 1/, undefined],
  [
    'a fourth mapping',
    'P1: map B; munmap; map A[0]; map A[1]',
    'PD0504',
    6,
    34,
    /at most 3 mappings/,
    undefined,
  ],
  ['the same mapping again', 'P1: map A[0..1]', 'PD0503', 6, 9, /P1 maps A already/, undefined],
  ['the same at the start', 'task P3 maps B, B', 'PD0503', 6, 17, /P3 maps B already/, undefined],
  [
    'a page before the mapping',
    'P2: map A[1]; touch A[0]',
    'PD0503',
    6,
    21,
    /P2 does not map A\[0\]/,
    'it maps A[1]',
  ],
  [
    'a mapping that is not there to go through',
    'P1: touch A[1] through A[1]',
    'PD0503',
    6,
    11,
    /P1 does not map A\[1\]/,
    'it maps A',
  ],
  [
    'a mapping without the page',
    'P1: touch A[1] through A[0]',
    'PD0503',
    6,
    24,
    /A\[1\] is no page of A\[0\]/,
    undefined,
  ],
  ['a munmap of something else', 'P1: munmap B', 'PD0503', 6, 12, /P1 does not map B here/, 'it maps A'],
  [
    'a signal through a mapping that never is',
    'P1: touch A[0]\nexists P1 got AR at A[0] through A private',
    'PD0505',
    7,
    26,
    /P1 never maps A private/,
    'it maps A',
  ],
  [
    'a signal at a page that is never mapped',
    'exists P1 got AR at B[0]',
    'PD0505',
    6,
    21,
    /P1 never maps B\[0\]/,
    'it maps A',
  ],
  ['an order said twice', 'order steps\norder steps', 'PD0501', 7, 1, /order is said twice/, undefined],
  ['a word as a name', 'files NULL 1', 'PD0501', 6, 7, /NULL is a word of the language/, undefined],
  [
    'a file as a block',
    'exists P1 has A[0]',
    'PD0502',
    6,
    15,
    /A is a file, not a block/,
    'blocks of files are &A[0] and so on',
  ],
  ['a name declared twice', 'files X 1', 'PD0501', 6, 7, /X is declared twice/, undefined],
  ['a file that is too large', 'files C 9', 'PD0504', 6, 9, /the size of C in pages is 1 to 8/, undefined],
  ['too many tasks', 'task P3\ntask P4', 'PD0504', 7, 6, /at most 3 tasks/, undefined],
  [
    'sharing beside huge extents',
    'files C 4 huge\nP1: touch A[0]; reflink A[0] -> B',
    'PD0503',
    7,
    17,
    /C has huge extents, and beside such a file the models have no reflink/,
    undefined,
  ],
  ['a hole beside huge extents', 'files C 4 huge\nhole C[1]', 'PD0503', 7, 1, /no holes/, undefined],
  ['a fork beside huge extents', 'P1: fork P2\nfiles C 4 huge', 'PD0503', 6, 5, /no fork/, undefined],
  ['ranges of two lengths', 'P1: reflink A -> B', 'PD0503', 6, 15, /2 pages are to become 1/, undefined],
  ['an unpin without a pin', 'P1: unpin A[0]', 'PD0503', 6, 5, /P1 A\[0\] is not pinned/, undefined],
  ['an operation after exit', 'P1: exit; touch A[0]', 'PD0503', 6, 11, /P1 has exited/, undefined],
  [
    'a setup that comes late',
    'P1: touch A[0]\nbefore P1: touch A[0]',
    'PD0503',
    7,
    12,
    /stands before the other/,
    undefined,
  ],
  [
    'a condition on an operation that is not there',
    'P1: touch A[0]\nexists P1.2 = ok',
    'PD0504',
    7,
    11,
    /an operation of P1 is 1 to 1/,
    undefined,
  ],
  [
    'a condition on a task without operations',
    'exists P1.1 = ok',
    'PD0505',
    6,
    11,
    /P1 has no operations/,
    undefined,
  ],
  [
    'a result that cannot be',
    'P1: touch A[0]\nexists P1.1 = -EBUSY',
    'PD0505',
    7,
    15,
    /touch never gives -EBUSY/,
    /ok, SIGBUS/,
  ],
  ['a condition on an unknown block', 'exists Y poisoned', 'PD0502', 6, 8, /Y is not a task, a block/, /X/],
  [
    'an open parenthesis',
    'exists (X poisoned',
    'PD0501',
    7,
    1,
    /expected \), not the end of the line/,
    undefined,
  ],
  [
    'a character that begins nothing',
    'P1: touch A[0] %',
    'PD0501',
    6,
    16,
    /nothing begins with "%"/,
    undefined,
  ],
  [
    'two things in a line',
    'order steps steps',
    'PD0501',
    6,
    13,
    /expected the end of the line, not steps/,
    undefined,
  ],
  [
    'a block that a page does not have',
    'hole B[0]\nP2: inject &B[0]',
    'PD0502',
    7,
    12,
    /B\[0\] has no block/,
    undefined,
  ],
] as const)('%s', (_, more, code, line, column, message, hint) => {
  const error = errorOf(small(more));
  expect(error).toMatchObject({ code, place: { file: 'bad.litmus', line, column } });
  expect(error?.message).toMatch(message);
  if (typeof hint === 'string' || hint === undefined) expect(error?.hint).toBe(hint);
  else expect(error?.hint).toMatch(hint);
});

test('mappings of parts of files, and which of two is meant', () => {
  const text = `litmus name
files A 3
task P1 maps A[1..2], A private read-only late
task P2 maps A[0..2]
P1: touch A[1]; touch A[1] through A private read-only; pin A[2] through A private read-only; unpin A[2]
P1: munmap A[1..2]; touch A[1]; munmap; map A[1..2]; write A[1]
P2: write A[2] through A
order written
exists P1 got AO at A[1] through A[1..2] lsb 12
`;
  const litmus = parseLitmus(text, 'x');
  const by = litmus.operations.map((o) => ('mapping' in o.action ? o.action.mapping : null));
  expect(by.map((m) => (typeof m === 'number' ? m : '-'))).toEqual([0, 1, 1, 1, '-', 1, '-', '-', 0, 0]);
  const printed = text.replace('maps A[0..2]', 'maps A').replace('unpin A[2]\nP1: ', 'unpin A[2]; ');
  expect(printLitmus(litmus)).toBe(printed);
});

test('huge extents, as they are printed', () => {
  const text = small('files C 4 huge, D 3 huge cold');
  expect(printLitmus(parseLitmus(text, 'x'))).toContain('files A 2, B 1, C 4 huge, D 3 huge cold\n');
  expect(blocksOf(parseLitmus(text, 'x')).names).toEqual([
    ...['&C[0]', '&C[1]', '&C[2]', '&C[3]', '&D[0]', '&D[1]'],
    ...['&A[0]', '&A[1]', '&B[0]', '&D[2]', 'X'],
  ]);
});

test('files that come and go', () => {
  const text =
    'litmus name\nfiles A 1 absent\ntask P1\nP1: create A; unlink A; inodegc A; create A\norder written\n';
  expect(printLitmus(parseLitmus(text, 'x'))).toBe(text);
  const again = errorOf(text.replace('inodegc A;', 'drop-caches;'));
  expect(again).toMatchObject({ code: 'PD0503', place: { line: 4, column: 25 } });
  expect(again?.message).toMatch(/do not tell an unlinked or absent one/);
});

test('a partition: nothing is mounted, files are on disk', () => {
  const text =
    'litmus name\ndevice partition\nfiles A 1 cold\ntask P1\nP1: mount; map A\norder written\nexists P1.1 = -EINVAL\n';
  expect(printLitmus(parseLitmus(text, 'x'))).toBe(text);
  expect(printLitmus(parseLitmus(text.replace(' cold', ''), 'x'))).toBe(text);
  expect(errorOf(text.replace('partition', 'whole'))).toMatchObject({ code: 'PD0505', place: { line: 7 } });
});

test.each([
  ['a task that maps a file', 'files A 1\ntask P1 maps A', 4, 9, /mounted from a partition at the start/],
  ['a file that is not there', 'files A 1, B 1 absent', 3, 16, /do not tell an unlinked or absent one/],
  ['a name that goes', 'files A 1\ntask P1\nP1: mount; unlink A', 5, 12, /do not tell an unlinked/],
  ['said too late', 'task P1\ndevice partition', 3, 1, /device stands before files and tasks/],
])('on a partition, %s', (_, more, line, column, message) => {
  const device = more.includes('device') ? '' : 'device partition\n';
  const error = errorOf(`litmus bad\n${device}${more}\n`);
  expect(error).toMatchObject({ place: { line, column } });
  expect(error?.message).toMatch(message);
});

test('files on disk and files that are not there are not in one test', () => {
  const error = errorOf('litmus bad\nfiles A 1 cold, B 1 absent\ntask P1\n');
  expect(error).toMatchObject({ code: 'PD0503', place: { line: 2, column: 21 } });
});

test('a test without tasks, and a text that is none', () => {
  expect(errorOf('litmus nobody\nfiles A 1\n')?.message).toMatch(/has no task/);
  expect(errorOf('litmus nothing\nfree X\ntask P1\nP1: inject X\n')?.message).toMatch(/has no file/);
  expect(errorOf('')?.message).toBe('expected litmus, not the end of the file');
  expect(errorOf('{"json": true}')?.message).toMatch(/nothing begins with/);
});

function errorOf(text: string) {
  try {
    parseLitmus(text, 'bad.litmus');
  } catch (error) {
    if (error instanceof PagedeedError) return error.diagnostic;
    throw error;
  }
  return undefined;
}
