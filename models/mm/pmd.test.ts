/** PMD entries are an option of litmus programs: well-formed where there are some, and nowhere else. */
import { describe, expect, test } from 'vitest';
import { checkProgram } from '../../src/lang/check.ts';
import type { Program } from '../../src/lang/program.ts';
import { parseLitmus } from '../../src/litmus/parse.ts';
import { type Era, eras } from '../eras.ts';
import { litmusProgram } from '../litmus/program.ts';
import { stacks } from '../stacks.ts';
import { scenarioProgram } from '../world.fixture.ts';

const text = (files: string) => `litmus test
files ${files}
task P1 maps A
P1: touch A[0]; write A[1]; madvise A[1] HWPOISON; munmap
`;

/** Fields and functions that are about PMDs. */
const about = ({ structs, functions }: Program): readonly string[] =>
  [...structs.flatMap((s) => s.fields), ...functions]
    .map(({ name }) => name)
    .filter((name) => /pmd|huge|i_size|walk/.test(name));

describe.each(stacks)('$id', (stack) => {
  const programOf = (files: string) =>
    litmusProgram(parseLitmus(text(files), 'test'), eras[0] as Era, stack).program;

  test('a test with huge extents is well-formed', () => {
    const huge = programOf('A 2 huge');
    expect(checkProgram(huge)).toEqual([]);
    expect(about(huge)).toEqual(expect.arrayContaining(['pmd', 'huge_extents', 'dax_iomap_pmd_fault']));
    expect(huge.abstractions.join()).not.toMatch('PMD entries are left out');
  });

  test('other tests, and scenarios, have nothing of it', () => {
    expect(about(programOf('A 2'))).toEqual([]);
    expect(about(scenarioProgram(stack.id, { moreOperations: true }, { cpus: 1 }))).toEqual([]);
    expect(programOf('A 2').abstractions.join()).toMatch('PMD entries are left out');
  });
});
