/** Verdicts as a table, a row for each property and a column for each scenario, for terminals and pipes. */
import { KCONFIG, MEMORY_MODEL, showBounds, showPolicy } from './preamble.ts';
import { isOpen, isWrong, type Result, type VerdictWord } from './result.ts';
import { wrap } from './wrap.ts';

export interface TableOptions {
  /** Columns of the terminal; a table that is wider is broken into several. */
  readonly width: number;
  /** Marks a cell, e.g. with a colour; the text's width is counted without it. */
  readonly paint: (text: string, result: Result) => string;
  /** Whether the scenarios encode a kernel, so that the assumed configuration is of interest. */
  readonly kernel: boolean;
  /** What the models as such leave out; the number of sentences on single functions beside these. */
  readonly abstractions: readonly string[];
  readonly ofFunctions: number;
  /** Properties that were asked for and of which there is no result: the run ended before. */
  readonly missing: number;
}

const verdicts: readonly VerdictWord[] = [
  'proved',
  'violated',
  'reached',
  'unreachable',
  'bounded',
  'unknown',
  'n/a',
];

/** The report of a check; ends with a newline. Results of one setting stand together. */
export function verdictTable(results: readonly Result[], options: TableOptions): string {
  if (results.length === 0) return 'Nothing was checked.\n';
  const settings = new Map<string, Result[]>();
  for (const result of results) {
    const setting = settingOf(result);
    settings.set(setting, [...(settings.get(setting) ?? []), result]);
  }
  const lines = [...settings].flatMap(([setting, of]) => [
    ...wrap(setting, '', '  ', options.width),
    '',
    ...blocks(of, options),
  ]);
  lines.push(...reasons(results, options.width));
  lines.push(summary(results, options.missing), ...fromCache(results), `memory model: ${MEMORY_MODEL}`);
  if (options.kernel) lines.push(...wrap(KCONFIG, 'Kconfig: ', '  ', options.width));
  lines.push(...notModelled(options));
  return `${lines.join('\n')}\n`;
}

function settingOf({ bounds, policy }: Result): string {
  const chosen = showPolicy(policy);
  return `${showBounds(bounds)}${chosen ? `; ${chosen}` : ''}`;
}

/** Tables of as many scenarios each as fit. */
function blocks(results: readonly Result[], options: TableOptions): readonly string[] {
  const properties = [...new Set(results.map((r) => r.property))];
  const scenarios = [...new Set(results.map((r) => r.scenario))];
  const first = Math.max('property'.length, ...properties.map((p) => p.length));
  const cell = (property: string, scenario: string) =>
    results.find((r) => r.property === property && r.scenario === scenario);
  const width = (scenario: string) =>
    Math.max(scenario.length, ...properties.map((p) => cellText(cell(p, scenario)).length));

  const lines: string[] = [];
  let rest = scenarios;
  while (rest.length > 0) {
    let used = first;
    let fits = 0;
    for (const scenario of rest) {
      used += 2 + width(scenario);
      if (used > options.width && fits > 0) break;
      fits++;
    }
    const shown = rest.slice(0, fits);
    rest = rest.slice(fits);
    const row = (head: string, texts: readonly string[]) =>
      `${head.padEnd(first)}  ${texts.join('  ')}`.trimEnd();
    lines.push(
      row(
        'property',
        shown.map((s) => s.padEnd(width(s))),
      ),
    );
    for (const property of properties) {
      const cells = shown.map((scenario) => {
        const result = cell(property, scenario);
        const padded = cellText(result).padEnd(width(scenario));
        return result ? options.paint(padded, result) : padded;
      });
      lines.push(row(property, cells));
    }
    lines.push('');
  }
  return lines;
}

/** The verdict, with the length of the trace; a verdict that was not claimed says what was. */
function cellText(result: Result | undefined): string {
  if (!result) return '';
  const { verdict, steps, claimed } = result;
  const text = steps === null ? verdict : `${verdict} (${steps})`;
  return isWrong(result) && claimed !== null ? `${text}, not ${claimed}` : text;
}

/** Why cells are no more than bounded or unknown, each reason once. */
function reasons(results: readonly Result[], width: number): readonly string[] {
  const cells = new Map<string, string[]>();
  for (const { scenario, property, verdict, reason } of results)
    if (reason !== null) {
      const key = `${verdict}: ${reason}`;
      cells.set(key, [...(cells.get(key) ?? []), `${scenario} ${property}`]);
    }
  const lines = [...cells].flatMap(([reason, of]) => {
    const where = of.length > 3 ? `${of.slice(0, 3).join(', ')} and ${of.length - 3} more` : of.join(', ');
    return wrap(`${reason} [${where}]`, '', '  ', width);
  });
  return lines.length > 0 ? [...lines, ''] : [];
}

/** `12 proved, 3 violated`, each verdict apart; and how many differ from what was claimed. */
function summary(results: readonly Result[], missing: number): string {
  const counts = verdicts.flatMap((verdict) => {
    const count = results.filter((r) => r.verdict === verdict).length;
    return count > 0 ? [`${count} ${verdict}`] : [];
  });
  const claimed = results.filter((r) => r.claimed !== null);
  if (missing > 0) counts.push(`${missing} not looked at`);
  if (claimed.length === 0) return counts.join(', ');
  const [wrong, open] = [claimed.filter(isWrong).length, claimed.filter(isOpen).length];
  const asClaimed = missing > 0 ? 'so far as claimed' : 'all as claimed';
  const kept =
    wrong + open === 0 ? asClaimed : `${wrong} other than claimed, ${open} of the claims left open`;
  return `${counts.join(', ')}; ${kept}`;
}

function fromCache(results: readonly Result[]): readonly string[] {
  const count = results.filter((r) => r.cached).length;
  return count > 0 ? [`${count} of them from the cache: --no-cache decides them anew`] : [];
}

function notModelled({ abstractions, ofFunctions, width }: TableOptions): readonly string[] {
  const more = ofFunctions > 0 ? [`${ofFunctions} more of single functions: pagedeed list functions`] : [];
  const all = [...abstractions, ...more];
  return all.length > 0 ? ['not modelled:', ...all.flatMap((a) => wrap(a, '- ', '  ', width))] : [];
}
