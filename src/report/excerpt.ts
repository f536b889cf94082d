/**
 * What of a trace is worth reading. Left out are accesses to words that an operation leaves as it found
 * them and that no other CPU touches meanwhile (locks that are given back, counts that go up and down),
 * and loads of words that nothing has changed. The trace's file has every step.
 */
import type { Trace, TraceStep } from '../evidence/trace.ts';
import { stateWords } from '../lang/words.ts';

/** Consecutive steps of one statement, less the accesses that are left out. */
export interface Moment {
  readonly cpu: number;
  readonly step: TraceStep;
  /** A number for each of the step's calls, outermost first; the same number is the same call. */
  readonly frames: readonly number[];
  readonly reads: readonly {
    readonly word: string;
    readonly access: string | null;
    readonly value: bigint;
  }[];
  readonly changes: readonly {
    readonly word: string;
    readonly access: string | null;
    readonly before: bigint;
    readonly after: bigint;
  }[];
}

/** One operation, from its start to its end or the trace's. */
interface Span {
  readonly cpu: number;
  readonly first: number;
  last: number;
  finished: boolean;
}

interface Access {
  readonly at: number;
  readonly span: Span;
  readonly store: boolean;
}

export function excerpt(trace: Trace): readonly Moment[] {
  const spans = spansOf(trace.steps);
  const frames = framesOf(trace.steps);
  const kernel = new Set(stateWords(trace.program).flatMap((w) => (w.ghost ? [] : [w.name])));
  const accesses = accessesOf(trace.steps, spans, kernel);
  const lasting = lastingChanges(trace.steps, spans);
  const raced = (word: string, span: Span, store: boolean): boolean =>
    (accesses.get(word) ?? []).some(
      (a) => a.span.cpu !== span.cpu && a.at > span.first && a.at < span.last && (store || a.store),
    );
  const changedBefore = (word: string, span: Span): boolean =>
    (accesses.get(word) ?? []).some((a) => a.store && a.span !== span && lasting.get(a.span)?.has(word));

  const moments: Moment[] = [];
  for (const [i, step] of trace.steps.entries()) {
    const span = spans[i] as Span;
    const { access } = step;
    const reads = step.reads.flatMap(({ word, value }) =>
      word !== null &&
      kernel.has(word) &&
      (raced(word, span, false) || (!span.finished && changedBefore(word, span)))
        ? [{ word, access, value }]
        : [],
    );
    const changes = step.changes
      .filter(({ word }) => kernel.has(word) && (lasting.get(span)?.has(word) || raced(word, span, true)))
      .map((c) => ({ ...c, access }));
    const always = i === trace.steps.length - 1 || step.findings.length > 0 || step.started !== null;
    const setup = step.text.startsWith('assume(');
    if (!always && step.choice === null && (setup || reads.length + changes.length === 0)) continue;
    push(moments, { cpu: step.cpu, step, frames: frames[i] as readonly number[], reads, changes });
  }
  return moments;
}

/** Appends, or joins to the last moment if that is of the same statement in the same call. */
function push(moments: Moment[], moment: Moment): void {
  const last = moments.at(-1);
  const same =
    last?.cpu === moment.cpu &&
    last.step.started === null &&
    moment.step.choice === null &&
    last.step.choice === null &&
    last.step.line === moment.step.line &&
    last.frames.at(-1) === moment.frames.at(-1);
  if (!same) {
    moments.push(moment);
    return;
  }
  moments.pop();
  moments.push({
    ...moment,
    reads: [...last.reads, ...moment.reads],
    changes: [...last.changes, ...moment.changes],
  });
}

function spansOf(steps: readonly TraceStep[]): readonly Span[] {
  const running = new Map<number, Span>();
  return steps.map((step, i) => {
    const span =
      step.started === null ? running.get(step.cpu) : { cpu: step.cpu, first: i, last: i, finished: false };
    if (!span) throw new Error(`step ${i} belongs to no operation`);
    running.set(step.cpu, span);
    span.last = i;
    span.finished = step.ended === 'returned';
    return span;
  });
}

function framesOf(steps: readonly TraceStep[]): readonly (readonly number[])[] {
  const stacks = new Map<number, readonly number[]>();
  let next = 0;
  return steps.map((step) => {
    const kept = (stacks.get(step.cpu) ?? []).slice(0, step.kept);
    const stack = [...kept, ...step.calls.slice(step.kept).map(() => next++)];
    stacks.set(step.cpu, stack);
    return stack;
  });
}

function accessesOf(
  steps: readonly TraceStep[],
  spans: readonly Span[],
  kernel: ReadonlySet<string>,
): ReadonlyMap<string, readonly Access[]> {
  const map = new Map<string, Access[]>();
  for (const [at, step] of steps.entries()) {
    const note = (word: string | null, store: boolean) => {
      if (word === null || !kernel.has(word)) return;
      map.set(word, [...(map.get(word) ?? []), { at, span: spans[at] as Span, store }]);
    };
    for (const { word } of step.reads) note(word, false);
    for (const { word } of step.changes) note(word, true);
  }
  return map;
}

/** By operation: the words that it leaves with another value than it first found. */
function lastingChanges(
  steps: readonly TraceStep[],
  spans: readonly Span[],
): ReadonlyMap<Span, ReadonlySet<string>> {
  const values = new Map<Span, Map<string, { before: bigint; after: bigint }>>();
  for (const [i, step] of steps.entries()) {
    const span = spans[i] as Span;
    const words = values.get(span) ?? new Map<string, { before: bigint; after: bigint }>();
    values.set(span, words);
    for (const { word, before, after } of step.changes)
      words.set(word, { before: words.get(word)?.before ?? before, after });
  }
  return new Map(
    [...values].map(([span, words]) => [
      span,
      new Set([...words].flatMap(([word, v]) => (v.before === v.after ? [] : [word]))),
    ]),
  );
}
