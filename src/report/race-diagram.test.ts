import { expect, test } from 'vitest';
import { sentinelProgram } from '../../specs/reference/sentinel.ts';
import { twoLocksProgram } from '../../specs/reference/two-locks.ts';
import { isTrace, recordTrace } from '../evidence/record.ts';
import type { Move, Trace } from '../evidence/trace.ts';
import { defaultAddresses } from '../lang/addresses.ts';
import type { Program } from '../lang/program.ts';
import { raceDiagram } from './race-diagram.ts';

function record(program: Program, property: string, moves: readonly Move[]): Trace {
  const trace = recordTrace(program, defaultAddresses(program), moves, { property });
  if (!isTrace(trace)) throw new Error(trace.reason);
  return trace;
}

test('the mark is stored between the two loads', () => {
  const trace = record(sentinelProgram(2), 'no-sentinel-deref', [
    { cpu: 0, operation: 'memory failure', choices: [1], pauses: 3 },
    { cpu: 1, operation: 'reflink', choices: [1], pauses: 3 },
    { cpu: 0, operation: null, choices: [], pauses: -1 },
  ]);
  expect(raceDiagram(trace)).toBe(`scenario:     reference/sentinel
bounds:       2 CPUs, 2 pages
property:     no-sentinel-deref

CPU 0                           CPU 1
-----                           -----
memory failure
  page = &page[1];
  page_host()
    if (page->mapping && page->mapping != PAGE_MAPPING_SHARED)
        /* page[1].mapping == &address_space[0] */

                                reflink
                                  page = &page[1];
                                  page_share()
                                    page->mapping = PAGE_MAPPING_SHARED;
                                        /* page[1].mapping:
                                           &address_space[0] ->
                                           PAGE_MAPPING_SHARED */
    return page->mapping->host;
        /* page[1].mapping == PAGE_MAPPING_SHARED */

page_host() dereferences page->mapping->host: PAGE_MAPPING_SHARED (0x1),
the mark of a shared page, is read as a struct address_space.

10 steps. Left out: accesses to words that an operation leaves as it found
them and no other CPU touches meanwhile, and loads of words that nothing
has changed.

memory model: sequential consistency
not modelled:
- A page has no index.
`);
});

test('a deadlock ends with the statements that wait', () => {
  const trace = record(twoLocksProgram(2), 'deadlock-free', [
    { cpu: 0, operation: 'forward', choices: [], pauses: 1 },
    { cpu: 1, operation: 'backward', choices: [], pauses: 1 },
    { cpu: 0, operation: null, choices: [], pauses: -1 },
  ]);
  expect(raceDiagram(trace)).toContain(`
CPU 0                           CPU 1
-----                           -----
forward
  mutex_lock(&pair[0].first);

                                backward
                                  mutex_lock(&pair[0].second);
  mutex_lock(&pair[0].second); /* waits for ever for pair[0].second */
                                  mutex_lock(&pair[0].first);
                                      /* waits for ever for
                                         pair[0].first */

CPU 0 waits for ever in mutex_lock(&pair[0].second): pair[0].second is held
by CPU 1; CPU 1 waits for ever in mutex_lock(&pair[0].first): pair[0].first
is held by CPU 0.
`);
});

test('no line is wider than a mail', () => {
  const trace = record(sentinelProgram(4), 'no-sentinel-deref', [
    { cpu: 3, operation: 'memory failure', choices: [1], pauses: 3 },
    { cpu: 2, operation: 'reflink', choices: [1], pauses: 3 },
    { cpu: 3, operation: null, choices: [], pauses: -1 },
  ]);
  const widest = Math.max(
    ...raceDiagram(trace)
      .split('\n')
      .map((line) => line.length),
  );
  expect(widest).toBeLessThanOrEqual(75);
});
