/** Truncation of a file of which somebody holds a page for good: it waits, and not only looks again and again. */
import { eras } from '../../models/eras.ts';
import { get_page } from '../../models/mm/gup.ts';
import { page } from '../../models/objects.ts';
import { buildScenario } from '../../models/scenario.ts';
import { stackNamed } from '../../models/stacks.ts';
import { assume, choose, eq, operation, type Program, pointer, program } from '../../src/lang/public.ts';

const pin = operation('pin', { locals: { page: pointer(page) } }, ({ page: p }) => [
  choose(p, page),
  assume(eq(p._refcount, 1)),
  get_page(p),
]);

export function pinnedPage(stackId: string): Program {
  const [era] = eras;
  const stack = stackNamed(stackId);
  if (!era || !stack) throw new Error(`no stack ${stackId}`);
  const bounds = { cpus: 1, files: 1, blocks: 1, offsets: 1, tasks: 1 };
  const spec = buildScenario({ era, stack, bounds, policy: { earlyKill: 'all', source: null } });
  return program({ ...spec, name: `${spec.name} with pinned pages`, operations: [...spec.operations, pin] });
}
