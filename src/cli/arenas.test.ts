import { describe, expect, test } from 'vitest';
import { ladder, type Rung } from '../../specs/mutants/ladder.ts';
import { type Arena, hunt } from '../mutants/hunt.ts';
import { startingAfter } from '../mutants/prelude.ts';
import { arenasOf } from './arenas.ts';

const arenas = arenasOf(ladder);

test('each arena has a name of its own, and operations that there are', () => {
  expect(new Set(arenas.map((a) => a.name)).size).toBe(arenas.length);
  for (const { program, operations } of arenas)
    for (const operation of operations) expect(program.operations).toContain(operation);
});

test.each(
  ladder.flatMap((rung) => ('scenario' in rung && rung.prelude ? [arenasOf([rung])[0] as Arena] : [])),
)('the prelude runs to its end: $name', ({ program, prelude }) => {
  expect(startingAfter(program, prelude)).not.toBeNull();
});

describe('mutants of dax_disassociate_entry on the first rung', () => {
  const first = arenasOf([ladder.find((rung) => 'scenario' in rung) as Rung]);
  const only = 'fs/dax.c dax_disassociate_entry:';
  const fates = hunt(first, { part: 0, parts: 1, only }, () => undefined);
  const told = (name: string) =>
    fates.find((f) => f.id === `${only} ${name}`)?.caught?.differences.map((d) => `${d.of} ${d.how}`);

  test('a page that keeps its owner is told by what is to hold of owners', () => {
    expect(told('store dropped: page->mapping = NULL;')).toEqual(
      expect.arrayContaining(['owner-tuple appears', 'idle-clean appears']),
    );
  });

  test('a page that nobody shares does not become shared', () => {
    expect(told('guard negated: if (dax_page_is_shared(page))')).toContain(
      'reach:dax_disassociate_entry:6:then appears',
    );
  });

  test('with one offset an index that stays behind is not seen', () => {
    expect(fates.find((f) => f.id.endsWith('store dropped: page->index = 0;'))).toMatchObject({
      caught: null,
      trials: [{ complete: true, sameSize: true }],
    });
  });
}, 60_000);
