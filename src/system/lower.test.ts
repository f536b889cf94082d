/** What lowering leaves out when it is told to. */
import { expect, test } from 'vitest';
import { if_, operation, type Program, program, set, struct, the, type U8, u8 } from '../lang/public.ts';
import type { Graph } from './graph.ts';
import { lower } from './lower.ts';

interface switches {
  off: U8;
  n: U8;
}
const switches = struct<switches>('switches', { off: u8, n: u8 });
const s = the(switches);

const branches: Program = program({
  name: 'branches',
  bounds: { cpus: 2 },
  operations: [
    operation('go', {}, () => [if_(s.off, [set(s.n, 7)], [set(s.n, 2)]), if_(s.n, [set(s.n, 3)])]),
  ],
  properties: [],
});

const targets = ({ nodes }: Graph) => nodes.flatMap((n) => (n.op === 'reach' ? [n.target] : [])).sort();

test('code that constants rule out is there, unless it is to be left out', () => {
  const [whole, pruned] = [lower(branches), lower(branches, { prune: true })];
  expect(targets(whole)).toEqual(['go', 'go:2:else', 'go:2:then', 'go:7:else', 'go:7:then']);
  expect(targets(pruned)).toEqual(['go', 'go:2:else', 'go:7:else', 'go:7:then']);
  expect(pruned.points.map((p) => p.live)).toEqual(whole.points.map((p) => p.live));
});
