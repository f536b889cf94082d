/** Results as text, in the form in which herd7 prints those of memory models. */
import type { Blocks } from './blocks.ts';
import { isAmbiguous, mappingsOf } from './mappings.ts';
import type { BlockOutcome, Outcome, TaskOutcome } from './outcome.ts';
import { printAction, printFormula } from './print.ts';
import type { Condition, LitmusTest, PageOf } from './test.ts';

/** What came of a condition: in how many of the final states it holds. */
export interface Judged {
  readonly condition: Condition;
  /** Null: the search ended early, and what it saw does not decide it. */
  readonly holds: boolean | null;
  readonly positive: number;
  readonly negative: number;
}

export interface LitmusResult {
  readonly test: LitmusTest;
  readonly blocks: Blocks;
  /** `ERA/STACK` */
  readonly scenario: string;
  /** All distinct final states, in the order of their lines. */
  readonly outcomes: readonly Outcome[];
  readonly judged: readonly Judged[];
  /** States gone through. */
  readonly states: number;
  /** Why the search ended early; null: it is complete. */
  readonly stopped: string | null;
}

/** `Always`, `Sometimes`, `Never`: in how many of the final states. */
export const observation = ({ positive, negative }: Judged): 'Always' | 'Sometimes' | 'Never' =>
  positive === 0 ? 'Never' : negative === 0 ? 'Always' : 'Sometimes';

/** Ends with a newline. */
export function showResult({ test, scenario, outcomes, judged, stopped }: LitmusResult): string {
  const { name } = test;
  return [
    `Test ${name} ${scenario}`,
    `States ${outcomes.length}`,
    ...outcomes.map((outcome) => showOutcome(test, outcome)),
    ...judged.flatMap((j) => [
      j.holds === null ? 'Undecided' : j.holds ? 'Ok' : 'No',
      'Witnesses',
      `Positive: ${j.positive} Negative: ${j.negative}`,
      `Condition ${j.condition.quantifier} ${printFormula(j.condition.holds)}`,
      `Observation ${name} ${observation(j)} ${j.positive} ${j.negative}`,
    ]),
    ...(stopped === null ? [] : [`Incomplete: ${stopped}`]),
    '',
  ].join('\n');
}

/** A final state as one line. */
export function showOutcome(test: LitmusTest, outcome: Outcome): string {
  const { tasks, blocks, warnings, shutdown, failuresBlocked } = outcome;
  return [
    ...tasks.map((task) => showTask(test, task)),
    ...blocks.filter(isWorthShowing).map(showBlock),
    ...warnings.map((where) => `WARN in ${where}`),
    ...(shutdown ? ['shutdown'] : []),
    ...(failuresBlocked ? ['failures-blocked'] : []),
  ]
    .map((part) => `${part};`)
    .join(' ');
}

function showTask(test: LitmusTest, { task, results, signals, oops, hangs, present }: TaskOutcome): string {
  const own = test.operations.filter((o) => o.task === task);
  const mappings = mappingsOf(test)(task);
  /** A page of a mapping, and which mapping where that does not say it. */
  const pageOf = (page: PageOf, through: string | null) =>
    `${page.file}[${page.page}]${isAmbiguous(mappings, page) ? ` through ${through}` : ''}`;
  const words = [
    ...results.map((result, n) => {
      const what = own[n] ? printAction(own[n].action) : '';
      if (result === 'oops') return `${what}: oops in ${oops?.in}`;
      if (result === 'hangs') return `${what}: hangs in ${hangs?.in}`;
      return `${what}: ${result}`;
    }),
    ...(hangs && oops ? [`hangs in ${hangs.in}`] : []),
    ...signals.map(
      ({ name, page, through, right, lsb }) =>
        `got ${name}${right === null ? '' : ` at ${right && page ? pageOf(page, through) : 'wrong address'} lsb ${lsb}`}`,
    ),
    ...present.map((p) => `has ${pageOf(p, p.through)} (${p.what})`),
  ];
  return `${task}: ${words.join(', ') || '-'}`;
}

const isWorthShowing = (b: BlockOutcome): boolean =>
  b.shown !== 'NULL/0' || b.refs !== 1 || b.poisoned || b.recorded !== null;

function showBlock({ block, shown, refs, poisoned, recorded }: BlockOutcome): string {
  const more = [`refs ${refs}`, ...(poisoned ? ['poisoned'] : []), ...(recorded ? [recorded] : [])];
  return `${block} = ${shown} ${more.join(' ')}`;
}
