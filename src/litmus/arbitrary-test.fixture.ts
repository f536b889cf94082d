/** Random well-formed litmus tests. */
import fc from 'fast-check';
import { covers, sameMapping } from './mappings.ts';
import type {
  Action,
  Formula,
  LitmusTest,
  MappedPage,
  Mapping,
  Operation,
  Order,
  PageOf,
  Pages,
  TaskOf,
} from './test.ts';

const at = { line: 1, column: 1 };
const SIZE = 2;

const page = fc.nat({ max: SIZE - 1 });
const fileName = fc.constantFrom('A', 'B');
const pages: fc.Arbitrary<Pages> = fc
  .tuple(fileName, page, page)
  .map(([file, a, b]) => ({ file, first: Math.min(a, b), last: Math.max(a, b) }));
const onePage: fc.Arbitrary<Pages> = fc
  .tuple(fileName, page)
  .map(([file, first]) => ({ file, first, last: first }));
const mapping: fc.Arbitrary<Mapping> = fc
  .tuple(pages, fc.boolean(), fc.boolean())
  .map(([mapped, shared, writable]) => ({
    ...{ ...mapped, shared, writable },
    whole: mapped.last - mapped.first + 1 === SIZE,
  }));
const task = (name: string, most: number): fc.Arbitrary<TaskOf> =>
  fc.record({
    name: fc.constant(name),
    maps: fc.uniqueArray(mapping, { minLength: 1, maxLength: most, comparator: sameMapping }),
    prctl: fc.constantFrom(null, 'early', 'late'),
  });

/** Any page of any of these; where another one before has it, too, it must be said which is meant. */
const mappedPage = (maps: readonly Mapping[]): fc.Arbitrary<MappedPage> =>
  fc.tuple(fc.nat({ max: maps.length - 1 }), page, fc.boolean()).map(([number, n, said]) => {
    const by = maps[number] as Mapping;
    const of = { file: by.file, page: Math.min(by.last, Math.max(by.first, n)) };
    const isFirst = maps.findIndex((m) => covers(m, of)) === number;
    return { ...of, through: said || !isFirst ? by : null, mapping: number };
  });

/** Of a task that maps a file; none that changes what later ones may do. */
const action = (maps: readonly Mapping[]): fc.Arbitrary<Action> =>
  fc.oneof(
    fc
      .tuple(fc.constantFrom('touch' as const, 'write' as const, 'madvise' as const), mappedPage(maps))
      .map(([does, at]): Action => ({ does, ...at })),
    fc.record({ does: fc.constantFrom('pwrite', 'punch', 'unshare'), pages }) as fc.Arbitrary<Action>,
    fc.record({
      does: fc.constantFrom('reflink', 'dedupe'),
      from: onePage,
      to: onePage,
    }) as fc.Arbitrary<Action>,
    fc.record({
      does: fc.constant('inject'),
      block: fc.constant({ kind: 'free', name: 'X' }),
    }) as fc.Arbitrary<Action>,
    fc.record({
      does: fc.constant('inject'),
      block: fc.record({ kind: fc.constant('of'), file: fc.constant('A'), page }),
    }) as fc.Arbitrary<Action>,
    fc.constant<Action>({ does: 'inject-memory' }),
  );

/** Of a second task that maps this page, among others. */
const condition = (mapped: PageOf): fc.Arbitrary<Formula> =>
  fc.letrec<{ formula: Formula; atom: Formula }>((tie) => ({
    formula: fc.oneof(
      { maxDepth: 3 },
      tie('atom'),
      fc.record({ kind: fc.constant('not' as const), part: tie('formula') }),
      fc.record({
        kind: fc.constantFrom('or' as const, 'and' as const),
        parts: fc.array(tie('formula'), { minLength: 2, maxLength: 3 }),
      }),
    ),
    atom: fc.oneof<fc.Arbitrary<Formula>[]>(
      fc.constantFrom<Formula>(
        { kind: 'result', task: 'P1', n: 1, is: 'ok' },
        { kind: 'result', task: 'P2', n: 1, is: 'hangs' },
        { kind: 'got', task: 'P1', signal: null, page: null, through: null, lsb: null },
        { kind: 'got', task: 'P1', signal: 'KILL', page: null, through: null, lsb: null },
        { kind: 'got', task: 'P2', signal: 'AR', page: 'wrong', through: null, lsb: 12 },
        { kind: 'got', task: 'P2', signal: 'AO', page: mapped, through: null, lsb: null },
        { kind: 'oopses', task: 'P1', in: null },
        { kind: 'hangs', task: 'P1', in: { function: 'memory_failure', at } },
        { kind: 'has', task: 'P1', block: { kind: 'of', file: 'A', page: 1 } },
        { kind: 'owner', block: { kind: 'free', name: 'X' }, is: { mapping: 'mark', word: 2 } },
        { kind: 'owner', block: { kind: 'free', name: 'X' }, is: { mapping: 'NULL', word: 0 } },
        { kind: 'owner', block: { kind: 'of', file: 'A', page: 0 }, is: { mapping: { file: 'B' }, word: 1 } },
        { kind: 'refs', block: { kind: 'free', name: 'X' }, count: 1 },
        { kind: 'poisoned', block: { kind: 'free', name: 'X' } },
        { kind: 'recorded', block: { kind: 'free', name: 'X' }, result: 'Failed' },
        { kind: 'warns', in: { function: 'dax_associate_entry', at } },
        { kind: 'warns', in: null },
        { kind: 'shutdown' },
        { kind: 'failures-blocked' },
      ),
    ),
  })).formula;

export interface Wanted {
  readonly operations: number;
  readonly order: fc.Arbitrary<Order>;
  /** The most of a task; two, if not said. */
  readonly mappings?: number;
}

/** Two files of two pages and two tasks; the first page of B may be shared with A, and its second is a hole. */
export function arbitraryTest({ operations, order, mappings = 2 }: Wanted): fc.Arbitrary<LitmusTest> {
  return fc
    .tuple(task('P1', mappings), task('P2', mappings), fc.boolean(), fc.boolean(), fc.boolean(), order)
    .chain(([first, second, shared, earlyKill, faultsFail, chosen]) => {
      const ops = ({ name, maps }: TaskOf): fc.Arbitrary<readonly Operation[]> =>
        fc
          .tuple(
            fc.array(action(maps), { minLength: 1, maxLength: operations }),
            fc.constantFrom(undefined, null, ...maps),
          )
          .map(([list, unmapped]) => [
            ...list,
            ...(unmapped === undefined ? [] : [{ does: 'munmap', mapping: unmapped } as const]),
          ])
          .map((list) => list.map((of) => ({ task: name, before: false, action: of, at })));
      const { file = 'A', first: page = 0 } = second.maps[0] ?? {};
      const asked = fc.array(condition({ file, page }), { maxLength: 3 });
      return fc.tuple(ops(first), ops(second), fc.boolean(), asked).map(
        ([ones, others, swapped, conditions]): LitmusTest => ({
          name: 'random-test',
          eras: ['v6.12'],
          stacks: [],
          device: 'whole',
          files: ['A', 'B'].map((name) => ({ name, size: SIZE, huge: false, state: 'in-core' })),
          free: ['X'],
          holes: [{ file: 'B', first: 1, last: 1 }],
          shared: shared
            ? [{ from: { file: 'A', first: 0, last: 0 }, to: { file: 'B', first: 0, last: 0 }, at }]
            : [],
          earlyKill,
          faultsFail,
          tasks: [first, second],
          operations: swapped ? [...others, ...ones] : [...ones, ...others],
          order: chosen,
          conditions: conditions.map((holds, i) => ({
            quantifier: (['exists', 'forall', 'never'] as const)[i % 3] as 'exists',
            holds,
            at,
          })),
        }),
      );
    });
}

/** The test without the places of its parts. */
export const placeless = (test: LitmusTest): unknown =>
  JSON.parse(JSON.stringify(test, (key, value) => (key === 'at' ? undefined : value)));
