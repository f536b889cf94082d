/** What must hold between the outcomes of a test in its three orders, and of tests that are alike. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eraNamed } from '../../models/eras.ts';
import { stackNamed } from '../../models/stacks.ts';
import { runLitmus } from '../../src/cli/run-litmus.ts';
import { arbitraryTest } from '../../src/litmus/arbitrary-test.fixture.ts';
import { parseLitmus } from '../../src/litmus/parse.ts';
import { printLitmus } from '../../src/litmus/print.ts';
import { showOutcome, showResult } from '../../src/litmus/show.ts';
import type { LitmusTest } from '../../src/litmus/test.ts';

const SEED = 20261125;
const era = eraNamed('v6.12') as NonNullable<ReturnType<typeof eraNamed>>;
const reflink = stackNamed('xfs-reflink-rmapbt') as NonNullable<ReturnType<typeof stackNamed>>;
const generic = stackNamed('xfs-reflink') as NonNullable<ReturnType<typeof stackNamed>>;

function linesOf(litmus: LitmusTest, unreduced = false, stack = reflink): readonly string[] {
  const { result } = runLitmus(litmus, era, stack, { seconds: 200, unreduced });
  expect(result.stopped).toBe(null);
  return result.outcomes.map((outcome) => showOutcome(litmus, outcome));
}

const read = (name: string): LitmusTest => {
  const file = fileURLToPath(new URL(`${name}.litmus`, import.meta.url));
  return parseLitmus(readFileSync(file, 'utf8'), file);
};
const written = fc.constant('written' as const);

test(`the outcomes of an order are among those of the next freer one (seed ${SEED})`, {
  timeout: 600_000,
}, () => {
  fc.assert(
    fc.property(arbitraryTest({ operations: 1, order: written }), (litmus) => {
      const [fixed = [], whole = [], free = []] = (['written', 'operations', 'steps'] as const).map((order) =>
        linesOf({ ...litmus, order }),
      );
      expect(fixed.length).toBeGreaterThan(0);
      expect(whole).toEqual(expect.arrayContaining([...fixed]));
      expect(free).toEqual(expect.arrayContaining([...whole]));
    }),
    { seed: SEED, numRuns: 5, endOnFailure: true },
  );
});

test(`other names give the same outcomes under other names (seed ${SEED})`, { timeout: 600_000 }, () => {
  const names: readonly (readonly [RegExp, string])[] = [
    [/\bP1\b/g, 'writer'],
    [/\bP2\b/g, 'reader'],
    [/\bA\b/g, 'left'],
    [/\bB\b/g, 'right'],
    [/\bX\b/g, 'spare'],
  ];
  const renamed = (text: string) => names.reduce((t, [from, to]) => t.replace(from, to), text);
  fc.assert(
    fc.property(
      arbitraryTest({ operations: 2, order: fc.constantFrom('written', 'operations') }),
      (litmus) => {
        const other = parseLitmus(renamed(printLitmus(litmus)), 'renamed');
        expect([...linesOf(other)].sort()).toEqual(linesOf(litmus).map(renamed).sort());
      },
    ),
    { seed: SEED, numRuns: 5, endOnFailure: true },
  );
});

test(`where a mapping begins and ends makes no difference to its pages (seed ${SEED})`, {
  timeout: 600_000,
}, () => {
  /** Accesses name no mapping, and nothing is unmapped: what is left names parts of files where they are mapped only. */
  const unnamed = (litmus: LitmusTest): LitmusTest => ({
    ...litmus,
    operations: litmus.operations
      .filter((o) => o.action.does !== 'munmap')
      .map((o) => ({ ...o, action: 'through' in o.action ? { ...o.action, through: null } : o.action })),
  });
  const widened = (litmus: LitmusTest): LitmusTest => ({
    ...litmus,
    tasks: litmus.tasks.map((task) => ({
      ...task,
      maps: task.maps.map((m) => ({ ...m, first: 0, last: 1, whole: true })),
    })),
  });
  fc.assert(
    fc.property(
      arbitraryTest({ operations: 3, order: fc.constantFrom('written', 'operations'), mappings: 1 }),
      fc.constantFrom(generic, reflink),
      (litmus, stack) => {
        fc.pre(litmus.tasks.some((task) => task.maps.some((m) => m.first > 0)));
        const parts = unnamed(litmus);
        expect(linesOf(parts, false, stack)).toEqual(linesOf(widened(parts), false, stack));
      },
    ),
    { seed: SEED, numRuns: 12, endOnFailure: true },
  );
});

test('a task that gets more signals than are kept is an error, and not told short', () => {
  const failures = (n: number) => `P1: touch A[0]\n${'P2: inject &A[0]\nP1: touch A[0]\n'.repeat(n)}`;
  const text = (n: number) =>
    `litmus many\nfiles A 1\nearly-kill all\ntask P1 maps A\ntask P2\n${failures(n)}`;
  expect(linesOf(parseLitmus(text(4), 'x'))[0]?.match(/got AO/g)?.length).toBe(4);
  expect(() => linesOf(parseLitmus(text(5), 'x'))).toThrow(/P1 gets more than 4 signals/);
});

test('the README’s question: what it shows is what comes of it', { timeout: 200_000 }, () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const start = readme.indexOf('    litmus who-learns-of-it\n');
  const text = readme.slice(start, readme.indexOf('\n\n', start)).replace(/^ {4}/gm, '');
  const litmus = parseLitmus(`${text}\n`, 'README.md');
  const shown = showResult(runLitmus(litmus, era, generic, { seconds: 200 }).result);
  expect(readme).toContain(shown.replace(/^(?=.)/gm, '    '));
  const steps = parseLitmus(`${text.replace('touch A[0]; madvise', 'madvise')}\norder steps\n`, 'README.md');
  for (const line of [linesOf(litmus)[0], linesOf(steps)[0]]) expect(readme).toContain(`    ${line}\n`);
  expect(linesOf(steps).length).toBe(8);
});

test.each([
  ['race-share-count', generic],
  ['race-put-and-get', generic],
  ['race-becoming-shared', generic],
  ['race-munmap-and-failure', reflink],
] as const)('taking steps alone that commute loses no outcome of %s', { timeout: 600_000 }, (name, stack) => {
  const litmus = read(name);
  expect(linesOf(litmus, false, stack)).toEqual(linesOf(litmus, true, stack));
});

test(`nor of random ones (seed ${SEED})`, { timeout: 600_000 }, () => {
  fc.assert(
    fc.property(
      arbitraryTest({ operations: 1, order: fc.constant('steps') }),
      fc.constantFrom(generic, reflink),
      (litmus, stack) => {
        const small = { ...litmus, faultsFail: false };
        expect(linesOf(small, false, stack)).toEqual(linesOf(small, true, stack));
      },
    ),
    { seed: SEED, numRuns: 4, endOnFailure: true },
  );
});
