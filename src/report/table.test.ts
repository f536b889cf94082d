import { expect, test } from 'vitest';
import type { Result } from './result.ts';
import { type TableOptions, verdictTable } from './table.ts';

const plain: TableOptions = {
  width: 80,
  paint: (text) => text,
  kernel: true,
  abstractions: ['There is one device.'],
  ofFunctions: 7,
  missing: 0,
};

function result(scenario: string, property: string, rest: Partial<Result> = {}): Result {
  return {
    scenario,
    bounds: { cpus: 1, files: 2 },
    policy: { 'early-kill': 'all' },
    property,
    verdict: 'proved',
    claimed: null,
    reason: null,
    engine: 'explicit',
    solver: null,
    depth: null,
    steps: null,
    states: 10,
    seconds: 0.1,
    cached: false,
    evidence: [],
    abstractions: ['There is one device.'],
    ...rest,
  };
}

test('rows are properties, columns scenarios; each verdict is counted apart', () => {
  const results = [
    result('v6.12/ext4', 'no-sentinel-deref'),
    result('v6.12/ext4', 'lock-order', { verdict: 'bounded', reason: 'all 10 states were searched' }),
    result('v6.12/xfs-reflink', 'no-sentinel-deref', { verdict: 'violated', steps: 239 }),
    result('v6.12/xfs-reflink', 'lock-order', { verdict: 'unknown', reason: 'time ran out after 1 s' }),
  ];
  expect(verdictTable(results, plain)).toBe(`1 CPU, 2 files; early-kill all

property           v6.12/ext4  v6.12/xfs-reflink
no-sentinel-deref  proved      violated (239)
lock-order         bounded     unknown

bounded: all 10 states were searched [v6.12/ext4 lock-order]
unknown: time ran out after 1 s [v6.12/xfs-reflink lock-order]

1 proved, 1 violated, 1 bounded, 1 unknown
memory model: sequential consistency
Kconfig: 64-bit, FS_DAX, MEMORY_FAILURE, HWPOISON_INJECT, KSM; no
  FS_DAX_LIMITED, no DEBUG_VM
not modelled:
- There is one device.
- 7 more of single functions: pagedeed list functions
`);
});

test('what was claimed is compared', () => {
  const results = [
    result('a', 'p', { claimed: 'proved' }),
    result('a', 'q', { claimed: 'violated' }),
    result('a', 'r', { claimed: 'proved', verdict: 'bounded' }),
  ];
  const text = verdictTable(results, plain);
  expect(text).toContain('q         proved, not violated');
  expect(text).toContain('2 proved, 1 bounded; 1 other than claimed, 1 of the claims left open');
  expect(verdictTable(results.slice(0, 1), plain)).toContain('1 proved; all as claimed');
  const cut = verdictTable(results.slice(0, 1), { ...plain, missing: 2 });
  expect(cut).toContain('1 proved, 2 not looked at; so far as claimed');
});

test('a table that is too wide is broken between scenarios', () => {
  const results = ['first', 'second', 'third'].map((s) => result(`scenario-${s}`, 'owner-tuple'));
  const lines = verdictTable(results, { ...plain, width: 44 }).split('\n');
  expect(lines).toContain('property     scenario-first  scenario-second');
  expect(lines).toContain('property     scenario-third');
});

test('nothing checked', () => {
  expect(verdictTable([], plain)).toBe('Nothing was checked.\n');
});

test('what an earlier run decided is counted', () => {
  const table = verdictTable(
    [result('v6.12/ext4', 'no-bug', { cached: true }), result('v6.12/ext4', 'no-warn')],
    plain,
  );
  expect(table).toContain('2 proved\n1 of them from the cache: --no-cache decides them anew\nmemory model:');
});
