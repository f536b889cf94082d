/** What became of the mutants, as text. */
import { ruleNames } from '../lang/mutate.ts';
import { isDataRace } from '../lang/races.ts';
import { isTarget, NO_VERDICT } from '../mutants/differences.ts';
import type { Fate } from '../mutants/hunt.ts';
import type { Judgement } from '../mutants/judge.ts';
import { wrap } from '../report/wrap.ts';

type By = 'property' | 'target' | 'none' | 'nothing';

/** The strongest of what tells the mutant: a property, else a target, else that it has no verdict. */
function toldBy({ caught }: Fate): By {
  if (!caught) return 'nothing';
  const what = caught.differences.map((d) => d.of);
  if (what.includes(NO_VERDICT)) return 'none';
  return what.every(isTarget) ? 'target' : 'property';
}

const columns: readonly (readonly [head: string, of: (fate: Fate) => boolean])[] = [
  ['mutants', () => true],
  ['by a property', (f) => toldBy(f) === 'property'],
  ['by reach only', (f) => toldBy(f) === 'target'],
  ['no verdict', (f) => toldBy(f) === 'none'],
  ['survived', (f) => toldBy(f) === 'nothing'],
];

/** A table of rules, the survivors with their reasons, and what is wrong; ends with a newline. */
export function mutantsReport(
  fates: readonly Fate[],
  judgement: Judgement,
  stated: Readonly<Record<string, string>>,
): string {
  const { survived, unexplained, caughtAfterAll, unknown } = judgement;
  const percent = ((100 * survived.length) / Math.max(fates.length, 1)).toFixed(1);
  return [
    ...table(fates),
    '',
    ...wrap(`told by: ${counts(fates)}`, '', '  '),
    '',
    ...survived.flatMap((f) => [
      ...wrap(`${f.id} (${f.place})`, 'survived: ', '  '),
      ...wrap(stated[f.id] ?? `no reason is stated; ${triedIn(f)}`, '    ', '    '),
    ]),
    ...caughtAfterAll.flatMap((id) => wrap(id, 'stated as a survivor, but caught: ', '  ')),
    ...unknown.flatMap((id) => wrap(id, 'stated as a survivor, but no mutant: ', '  ')),
    `${survived.length} of ${fates.length} survived (${percent}%), ${unexplained.length} of them without a reason`,
    '',
  ].join('\n');
}

function table(fates: readonly Fate[]): readonly string[] {
  const groups = [...ruleNames.map((rule) => [rule, fates.filter((f) => f.rule === rule)] as const)];
  const first = Math.max(...groups.map(([name]) => name.length));
  const row = (name: string, cells: readonly string[]) =>
    [name.padEnd(first), ...cells.map((cell, i) => cell.padStart(columns[i]?.[0].length ?? 0))].join('  ');
  const counted = ([name, of]: readonly [string, readonly Fate[]]) =>
    row(
      name,
      columns.map(([, isIn]) => String(of.filter(isIn).length)),
    );
  return [
    row(
      '',
      columns.map(([head]) => head),
    ),
    ...groups.map(counted),
    counted(['all', fates]),
  ];
}

/** How many mutants each property tells, the most first; one mutant may be told by several. */
function counts(fates: readonly Fate[]): string {
  const told = new Map<string, number>();
  for (const { caught } of fates) {
    const names = caught?.differences.map((d) => kindOf(d.of)) ?? [];
    for (const name of new Set(names)) told.set(name, (told.get(name) ?? 0) + 1);
  }
  return [...told]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

/** Targets and races are of many names. */
const kindOf = (of: string): string =>
  isTarget(of) ? 'reach' : isDataRace(of.split(' ')[0] ?? '') ? 'no-data-race' : of;

function triedIn({ trials }: Fate): string {
  const [complete, sameSize] = [trials.filter((t) => t.complete), trials.filter((t) => t.sameSize)];
  return `of ${trials.length} searches ${complete.length} were complete, ${sameSize.length} had the original's size`;
}
