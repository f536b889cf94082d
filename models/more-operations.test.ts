/** Operations that are off by default: the programs that have them are well-formed, and run. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { searchUnrolled } from '../src/engine/unrolled-search.ts';
import { checkProgram } from '../src/lang/check.ts';
import { parseLitmus } from '../src/litmus/parse.ts';
import { eras } from './eras.ts';
import { litmusProgram } from './litmus/program.ts';
import { stacks } from './stacks.ts';
import { scenarioProgram } from './world.fixture.ts';

describe.each(stacks)('$id', (stack) => {
  const more = scenarioProgram(stack.id, { moreOperations: true }, { cpus: 1 });

  test('only who asks for them has them', () => {
    const usual = scenarioProgram(stack.id, {}, { cpus: 1 });
    const added = more.operations.filter((name) => !usual.operations.includes(name));
    const names = [
      ...['open', 'fork', 'drop caches', 'failure of ordinary memory'],
      ...['pin', 'unpin', 'unmount', 'mkfs(8)', 'mount', 'write(2)', 'punch hole'],
      ...(stack.reflink ? ['unshare', 'FIDEDUPERANGE'] : []),
    ];
    expect(added).toEqual(names);
    const left = usual.operations.filter((name) => !more.operations.includes(name));
    expect(left).toEqual(['create']);
  });

  test('only where nothing is unmounted does it say so', () => {
    const usual = scenarioProgram(stack.id, { source: 'pfn' }, { cpus: 1 });
    const unmounting = scenarioProgram(stack.id, { moreOperations: true, source: 'pfn' }, { cpus: 1 });
    const says = [usual, unmounting].map(({ functions }) =>
      functions.some((fn) => fn.abstracts.some((sentence) => sentence.includes('no filesystem unmounted'))),
    );
    expect(says).toEqual([true, false]);
  });

  test('the program is well-formed', () => {
    expect(checkProgram(more)).toEqual([]);
  });

  test('two operations deep, nothing oopses and no run leaves the model', { timeout: 120_000 }, () => {
    const searched = searchUnrolled(more, { limits: { depth: 2 } });
    const found = searched.kind === 'searched' ? [...searched.result.found.keys()] : [searched.reason];
    expect(found.filter((id) => id !== 'no-warn')).toEqual([]);
  });
});

test.each([
  ...['poison-survives-reuse', 'unmount-ends-ownership', 'fork-inherits-early-kill'],
  ...['partition-refuses-reflink', 'partition-without-reflink'],
])('the program of a litmus test is well-formed: %s', (name) => {
  const file = new URL(`../specs/litmus/${name}.litmus`, import.meta.url);
  const litmus = parseLitmus(readFileSync(file, 'utf8'), name);
  const [era] = eras;
  for (const stack of stacks.filter((s) => litmus.stacks.includes(s.id)))
    expect(era && checkProgram(litmusProgram(litmus, era, stack).program)).toEqual([]);
});
