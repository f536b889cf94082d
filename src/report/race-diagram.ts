/**
 * A trace as a race diagram, the way kernel people write them in mail: a column for each CPU, time
 * downward, calls indented by two, and what is wrong in the last line.
 */
import type { Trace, TraceStep, Waiting } from '../evidence/trace.ts';
import { excerpt, type Moment } from './excerpt.ts';
import { footer, header } from './preamble.ts';
import { accessedWord, lockWords, valuePrinter } from './values.ts';
import { COLUMNS, NO_BREAK, wrap } from './wrap.ts';

const LEFT_OUT =
  'Left out: accesses to words that an operation leaves as it found them and no other CPU touches ' +
  'meanwhile, and loads of words that nothing has changed.';

/** The whole report; ends with a newline. */
export function raceDiagram(trace: Trace): string {
  const { program, shown, steps } = trace;
  const called = new Set(steps.flatMap((s) => s.calls));
  return [
    ...header(program, shown.property),
    '',
    ...diagram(trace),
    '',
    ...wrap(`${closing(trace)}.`, '', ''),
    '',
    ...wrap(`${steps.length} steps. ${LEFT_OUT}`, '', ''),
    '',
    ...footer(program, called),
    '',
  ].join('\n');
}

/** What the last step shows, with the place where it is one statement's doing: a sentence without a full stop. */
export function closing({ program, shown, steps, says }: Trace): string {
  const last = steps.at(-1);
  const isPredicate = program.properties.some((p) => p.id === shown.property);
  if (!last?.findings.some((f) => f.property === shown.property) || isPredicate) return says;
  const place = `${last.calls.at(-1)}()`;
  const statement = last.text.replace(/;$/, '');
  if (/^(WARN|BUG)_ON/.test(statement)) return `${place}: ${statement} fires`;
  if (last.ended !== 'oops') return `${place}: ${says}`;
  return `${place} ${last.access === null ? `oopses in ${statement}` : `dereferences ${last.access}`}: ${says}`;
}

function diagram(trace: Trace): readonly string[] {
  const { cpus } = trace.program.bounds;
  const columnOf = columns(cpus);
  const lines = cpuHeads(cpus, columnOf);
  const printed = new Map<number, readonly number[]>();
  const values = valuePrinter(trace.program, trace.addresses);
  const locks = lockWords(trace.program);

  /** A line of a CPU at a depth of calls; the remark stands beside the text, or below it. */
  const write = (cpu: number, depth: number, text: string, remark = ''): void => {
    const left = columnOf(cpu);
    const indent = ' '.repeat(left + Math.min(2 * depth, Math.max(0, COLUMNS - left - 30)));
    const hanging = `${indent}    `;
    const both = remark === '' ? text : `${text} ${remark}`;
    if (indent.length + both.length <= COLUMNS) lines.push(...wrap(both, indent, hanging));
    else {
      lines.push(...wrap(text, indent, hanging));
      if (remark !== '') lines.push(...wrap(remark, hanging, `${hanging}   `));
    }
  };
  /** Lines for the calls that were entered since the CPU's last line. */
  const enter = (cpu: number, calls: readonly string[], frames: readonly number[]): void => {
    const before = printed.get(cpu) ?? [];
    calls.forEach((name, depth) => {
      if (depth > 0 && frames[depth] !== before[depth]) write(cpu, depth, `${name}()`);
    });
    printed.set(cpu, frames);
  };

  for (const moment of excerpt(trace)) {
    const { cpu, step, frames } = moment;
    if (step.started !== null) {
      if (lines.length > 2) lines.push('');
      write(cpu, 0, step.started);
      printed.set(cpu, frames);
      continue;
    }
    enter(cpu, step.calls, frames);
    write(cpu, step.calls.length, statement(step), remarks(moment, values, locks));
    if (step.ended === 'oops' && step !== trace.steps.at(-1))
      write(cpu, step.calls.length, comment(`oops: ${step.findings.at(-1)?.says}; the task dies here`));
  }
  for (const waiting of trace.waiting) {
    const kept = (printed.get(waiting.cpu) ?? []).slice(0, waiting.kept);
    enter(waiting.cpu, waiting.calls, [...kept, ...waiting.calls.slice(kept.length).map(() => -1)]);
    write(waiting.cpu, waiting.calls.length, waiting.text, waitRemark(waiting));
  }
  return lines;
}

/** Where the text of each CPU begins; it may go on to the right edge, as only one CPU writes in a line. */
function columns(cpus: number): (cpu: number) => number {
  const apart = cpus === 1 ? 0 : Math.floor(32 / (cpus - 1));
  return (cpu) => cpu * apart;
}

function cpuHeads(cpus: number, columnOf: (cpu: number) => number): string[] {
  const heads = Array.from({ length: cpus }, (_, cpu) => ({ at: columnOf(cpu), text: `CPU ${cpu}` }));
  const row = (show: (text: string) => string) =>
    heads.reduce((line, { at, text }) => line.padEnd(at) + show(text), '');
  return [row((text) => text), row((text) => '-'.repeat(text.length))];
}

/** The statement; a choice with the value chosen. */
function statement({ text, choice }: TraceStep): string {
  if (choice === null) return text;
  return text
    .replace(/any\(struct (\w+)\)/, (_, struct: string) => `&${struct}[${choice}]`)
    .replace(/any\(\w+\)/, String(choice));
}

/**
 * What was loaded and what changed, as a comment. A word that changed is not also listed as loaded, and of
 * a lock the statement says enough.
 */
function remarks(
  { reads, changes }: Moment,
  show: (word: string, value: bigint) => string,
  locks: ReadonlySet<string>,
): string {
  const changed = new Map<string, { access: string | null; before: bigint; after: bigint }>();
  for (const { word, access, before, after } of changes)
    if (!locks.has(word)) changed.set(word, { access, before: changed.get(word)?.before ?? before, after });
  const loaded = new Map(reads.filter((r) => !changed.has(r.word)).map((r) => [r.word, r]));
  const parts = [
    ...[...loaded].map(([word, r]) => `${accessedWord(word, r.access)} == ${show(word, r.value)}`),
    ...[...changed].map(
      ([word, c]) => `${accessedWord(word, c.access)}: ${show(word, c.before)} -> ${show(word, c.after)}`,
    ),
  ];
  return parts.length > 0 ? comment(parts.join(', ')) : '';
}

function waitRemark({ lock, racing }: Waiting): string {
  if (racing) return comment(`about to ${racing.store ? 'store to' : 'read'} ${racing.word}`);
  return comment(lock === null ? 'waits for ever' : `waits for ever for ${lock}`);
}

/** A comment whose delimiters stay with their words where it is wrapped. */
const comment = (text: string): string => `/*${NO_BREAK}${text}${NO_BREAK}*/`;
