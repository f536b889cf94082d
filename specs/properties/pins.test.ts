/** What properties mean while somebody has a page pinned, in all states of a small scenario. */
import { expect, test } from 'vitest';
import { eras } from '../../models/eras.ts';
import { buildScenario, type Policy } from '../../models/scenario.ts';
import { stackNamed } from '../../models/stacks.ts';
import type { SearchResult } from '../../src/engine/explicit.ts';
import { searchUnrolled } from '../../src/engine/unrolled-search.ts';
import { type Program, program } from '../../src/lang/public.ts';
import { properties } from './all.ts';

const bounds = { cpus: 1, files: 1, blocks: 1, offsets: 1, tasks: 1 };
const policy: Policy = { earlyKill: 'all', source: 'task', moreOperations: true };

/** `known`: properties are told that pages may be pinned. */
function programOf(id: string, known: boolean): Program {
  const [era, stack] = [eras[0], stackNamed(id)];
  if (!era || !stack) throw new Error(`no stack ${id}`);
  const spec = buildScenario({ era, stack, bounds, policy });
  const parts = properties.map((p) => p.build(spec.bounds, known ? policy : undefined));
  return program({
    ...spec,
    observers: [...(spec.observers ?? []), ...new Set(parts.flatMap((p) => p.observers))],
    properties: parts.flatMap((p) => p.properties),
  });
}

function searched(of: Program): SearchResult {
  const search = searchUnrolled(of);
  if (search.kind === 'endless') throw new Error(search.reason);
  expect(search.result.complete).toBe(true);
  return search.result;
}

test.each(['ext4', 'xfs-reflink-rmapbt'])('on %s a pin is no leak and no deadlock', (id) => {
  const { found, reached } = searched(programOf(id, true));
  // Eviction does not wait for it.
  expect([...found.keys()].filter((p) => p !== 'lock-order').sort()).toEqual([
    'no-reuse-while-busy',
    'no-warn',
  ]);
  const operations = ['pin', 'unpin', 'put_page', 'umount', 'mkfs', 'open_by_name', 'path_init'];
  for (const name of operations) expect([...reached.keys()]).toContain(name);
});

test('both would be found if nobody said so', () => {
  expect([...searched(programOf('ext4', false)).found.keys()]).toContain('refcount-balance');
  const { elsewhere: _, ...unsaid } = programOf('ext4', true);
  expect([...searched(unsaid).found.keys()]).toContain('deadlock-free');
});
