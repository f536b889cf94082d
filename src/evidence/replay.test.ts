import { describe, expect, test } from 'vitest';
import { counterProgram } from '../../specs/reference/counter.ts';
import { sentinelProgram } from '../../specs/reference/sentinel.ts';
import { twoLocksProgram } from '../../specs/reference/two-locks.ts';
import { defaultAddresses } from '../lang/addresses.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { isTrace, recordTrace } from './record.ts';
import { replay } from './replay.ts';
import type { Move, Shown, Trace } from './trace.ts';
import { writeTrace } from './trace-file.ts';

const start: Move = { cpu: 0, operation: 'add one', choices: [], pauses: 4 };
/** Both CPUs load 0 before either stores 1. */
const lostUpdate: readonly Move[] = [
  start,
  { ...start, cpu: 1 },
  { cpu: 0, operation: null, choices: [], pauses: 3 },
  { cpu: 1, operation: null, choices: [], pauses: -1 },
];

function record(
  moves: readonly Move[],
  program = counterProgram(2),
  shown: Shown = { property: 'total' },
): Trace {
  const trace = recordTrace(program, defaultAddresses(program), moves, shown);
  if (!isTrace(trace)) throw new Error(trace.reason);
  return trace;
}

/** The file of the lost update, with a change to its JSON. */
function tampered(change: (json: Json) => void): string {
  const json = JSON.parse(writeTrace(record(lostUpdate))) as Json;
  change(json);
  return JSON.stringify(json);
}
// biome-ignore lint/suspicious/noExplicitAny: a file is changed at will.
type Json = any;

function refusal(text: string): string {
  try {
    replay(text, 'trace.itf.json');
  } catch (error) {
    if (error instanceof PagedeedError) return `${error.diagnostic.code} ${error.diagnostic.place}`;
    throw error;
  }
  return 'accepted';
}

test('moves are recorded step by step, and replay from the file gives the same trace', () => {
  const trace = record(lostUpdate);
  expect(trace.says).toBe('an increment was lost');
  expect(
    trace.steps.map((s) => `CPU ${s.cpu} ${s.text} ${s.changes.map((c) => `${c.word}=${c.after}`)}`),
  ).toEqual([
    'CPU 0 add one ',
    'CPU 0 assume(counter[0].started <= 1); ',
    'CPU 0 counter[0].started++; ',
    'CPU 0 counter[0].started++; counter[0].started=1',
    'CPU 0 counter[0].n++; ',
    'CPU 1 add one ',
    'CPU 1 assume(counter[0].started <= 1); ',
    'CPU 1 counter[0].started++; ',
    'CPU 1 counter[0].started++; counter[0].started=2',
    'CPU 1 counter[0].n++; ',
    'CPU 0 counter[0].n++; counter[0].n=1',
    'CPU 0 counter[0].done++; ',
    'CPU 0 counter[0].done++; counter[0].done=1',
    'CPU 1 counter[0].n++; counter[0].n=1',
    'CPU 1 counter[0].done++; ',
    'CPU 1 counter[0].done++; counter[0].done=2',
  ]);
  expect(replay(writeTrace(trace), 'trace.itf.json')).toEqual(trace);
});

test('moves that show nothing are no evidence', () => {
  const program = counterProgram(2);
  const record = (moves: readonly Move[]) =>
    recordTrace(program, defaultAddresses(program), moves, { property: 'total' });
  expect(record([start])).toEqual({ reason: 'total does not fail in the 5 steps of the moves' });
  expect(record([{ ...start, pauses: 9 }])).toEqual({
    reason: "CPU 0 ended after 7 of the move's 9 pauses",
  });
  expect(record([start, start])).toEqual({ reason: 'CPU 0 is not idle' });
});

describe('a tampered trace is refused, with the place', () => {
  const cases: readonly [what: string, change: (json: Json) => void, refused: string][] = [
    [
      'the text of a step',
      (j) => (j.states[3]['#meta'].text = 'counter[0].started--;'),
      'PD0402 trace.itf.json: states[3].#meta.text',
    ],
    ['a value', (j) => (j.states[11]['counter[0].n'] = 2), 'PD0402 trace.itf.json: states[11].counter[0].n'],
    [
      'a recorded store',
      (j) => (j.states[4]['#meta'].changes[0].after = 2),
      'PD0402 trace.itf.json: states[4].#meta.changes[0].after',
    ],
    ['the CPU of a step', (j) => (j.states[11]['#meta'].cpu = 1), 'PD0402 trace.itf.json: states[16]'],
    ['a step left out', (j) => j.states.splice(11, 1), 'PD0402 trace.itf.json: states'],
    ['the last step', (j) => j.states.pop(), 'PD0402 trace.itf.json: states'],
    ['a choice', (j) => (j.states[2]['#meta'].choice = 1), 'PD0402 trace.itf.json: states[2]'],
    [
      'the program',
      (j) => (j['#meta'].pagedeed.program.properties[0].says = 'nothing'),
      'PD0402 trace.itf.json: #meta.pagedeed.program',
    ],
    [
      'the property',
      (j) => (j['#meta'].pagedeed.property = 'no-null-deref'),
      'PD0402 trace.itf.json: states',
    ],
    [
      'the closing sentence',
      (j) => (j['#meta'].pagedeed.says = 'all is well'),
      'PD0402 trace.itf.json: #meta.pagedeed.says',
    ],
    [
      'an address',
      (j) => (j['#meta'].pagedeed.addresses['counter[0]'] = '1'),
      'PD0402 trace.itf.json: #meta.pagedeed.addresses',
    ],
    [
      'a node of the program that does not exist',
      (j) => (j['#meta'].pagedeed.program.functions[0].body[0].kind = 'goto'),
      'PD0401 trace.itf.json: #meta.pagedeed.program.functions[0].body[0].kind',
    ],
    ['an additional member', (j) => (j.states[1].note = 'x'), 'PD0402 trace.itf.json: states[1].note'],
  ];
  test.each(cases)('%s', (_, change, refused) => {
    expect(refusal(tampered(change))).toBe(refused);
  });
});

test('a file that is cut short anywhere is refused', () => {
  const text = writeTrace(record(lostUpdate)).trimEnd();
  for (let length = 0; length < text.length; length += 997)
    expect(refusal(text.slice(0, length))).toMatch(/^PD0401 trace.itf.json/);
});

const race: readonly Move[] = [
  { cpu: 0, operation: 'memory failure', choices: [1], pauses: 3 },
  { cpu: 1, operation: 'reflink', choices: [1], pauses: 3 },
  { cpu: 0, operation: null, choices: [], pauses: -1 },
];

test('a dereference ends the trace, and says what was dereferenced', () => {
  const trace = record(race, sentinelProgram(2), { property: 'no-sentinel-deref' });
  expect(replay(writeTrace(trace), 'trace.itf.json')).toEqual(trace);
  expect(trace.says).toBe(
    'PAGE_MAPPING_SHARED (0x1), the mark of a shared page, is read as a struct address_space',
  );
  expect(trace.steps.at(-1)).toMatchObject({
    calls: ['memory failure', 'page_host'],
    kept: 2,
    line: 3,
    text: 'return page->mapping->host;',
    access: 'page->mapping->host',
    ended: 'oops',
  });
});

test('another choice than was made is another run', () => {
  const json = JSON.parse(
    writeTrace(record(race, sentinelProgram(2), { property: 'no-sentinel-deref' })),
  ) as Json;
  expect(json.states[2]['#meta'].choice).toBe(1);
  json.states[2]['#meta'].choice = 0;
  expect(refusal(JSON.stringify(json))).toBe('PD0402 trace.itf.json: states[4]');
});

test('a deadlock says who waits for whom', () => {
  const trace = record(
    [
      { cpu: 0, operation: 'forward', choices: [], pauses: 1 },
      { cpu: 1, operation: 'backward', choices: [], pauses: 1 },
      { cpu: 0, operation: null, choices: [], pauses: -1 },
    ],
    twoLocksProgram(2),
    { property: 'deadlock-free' },
  );
  expect(replay(writeTrace(trace), 'trace.itf.json')).toEqual(trace);
  expect(trace.says).toBe(
    'CPU 0 waits for ever in mutex_lock(&pair[0].second): pair[0].second is held by CPU 1; ' +
      'CPU 1 waits for ever in mutex_lock(&pair[0].first): pair[0].first is held by CPU 0',
  );
});

test('the order of two locks, and a branch that is reached', () => {
  const edge = { held: 'pair[0].first', taken: 'pair[0].second' };
  const forward: Move = { cpu: 0, operation: 'forward', choices: [], pauses: -1 };
  const order = record([forward], twoLocksProgram(1), { property: 'lock-order', edge });
  expect(replay(writeTrace(order), 'trace.itf.json')).toEqual(order);
  expect(order.says).toBe(
    'pair[0].second is taken in forward() while pair[0].first is held, which was taken in forward()',
  );
  const reach = record([{ ...race[0], pauses: -1 } as Move], sentinelProgram(1), {
    property: 'reach:page_host:2:then',
  });
  expect(replay(writeTrace(reach), 'trace.itf.json')).toEqual(reach);
});

test('a data race names both accesses; another race, or a step more, is refused', () => {
  const shown = {
    property: 'no-data-race:counter.n',
    race: { field: 'counter.n', functions: ['add one', 'add one'] },
  };
  const trace = record(
    [start, { ...start, cpu: 1 }, { ...start, operation: null, pauses: 1 }],
    counterProgram(2),
    shown,
  );
  expect(replay(writeTrace(trace), 'trace.itf.json')).toEqual(trace);
  expect(trace.says).toBe(
    'counter[0].n may be stored to by CPU 0 in add one() while it is read by CPU 1 in add one(): nothing orders the two',
  );
  const change = (by: (json: Json) => void) => {
    const json = JSON.parse(writeTrace(trace)) as Json;
    by(json);
    return refusal(JSON.stringify(json));
  };
  const refused = 'PD0402 trace.itf.json: states';
  expect(change((j) => (j['#meta'].pagedeed.race.field = 'counter.done'))).toBe(refused);
  expect(change((j) => (j['#meta'].pagedeed.race.functions[0] = 'add two'))).toBe(refused);
  expect(change((j) => (j['#meta'].pagedeed.property = 'no-data-race:counter.done'))).toBe(refused);
  expect(change((j) => j.states.pop())).toBe(refused);
});
