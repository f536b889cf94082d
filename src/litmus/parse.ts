/** From the text of a litmus file to the test: recursive descent, names looked up as they are read. */
import { MOST_BLOCKS, MOST_FILES, MOST_PAGES, MOST_TASKS } from './bounds.ts';
import { readFormula } from './parse-condition.ts';
import { createScope, type Scope } from './parse-names.ts';
import { createOperationReader, READ_IN_AGAIN } from './parse-operation.ts';
import { createReader, type Reader } from './reader.ts';
import type {
  ActionName,
  At,
  Condition,
  FileOf,
  LitmusTest,
  Mapping,
  Operation,
  Order,
  TaskOf,
} from './test.ts';
import { statements } from './words.ts';

/** What eras and stacks there are; any name will do where it is left out. */
export interface Known {
  readonly eras: readonly string[];
  readonly stacks: readonly string[];
}

/**
 * `file` is the file's name, for errors. Errors: PagedeedError PD0501 to PD0505 at line and column. That the
 * stack has each operation is not looked at here: it may come from elsewhere.
 */
export function parseLitmus(text: string, file: string, known?: Known): LitmusTest {
  const reader = createReader(text, file);
  reader.expect('litmus');
  const name = reader.name('the name of the test').text;
  reader.expect('\n');
  const scope = createScope(reader);
  const readAction = createOperationReader(reader, scope);
  const once = new Set<string>();
  const eras: string[] = [];
  const stacks: string[] = [];
  const operations: Operation[] = [];
  const conditions: Condition[] = [];
  /** Statements that make no sense to the models where a file has huge extents. */
  const smallOnly: { readonly at: At; readonly what: string }[] = [];
  let [earlyKill, faultsFail, order] = [false, false, 'written' as Order];

  function readOperations(before: boolean): readonly Operation[] {
    const task = reader.known(taskNames(scope), 'a task');
    reader.expect(':');
    const all: Operation[] = [];
    do {
      const { at } = reader.peek();
      all.push({ task, before, action: readAction(task, before), at });
    } while (reader.took(';'));
    return all;
  }

  while (reader.peek().kind !== 'end-of-file') {
    const { text: word, at } = reader.peek();
    if (['era', 'stack', 'device', 'order', 'early-kill', 'faults'].includes(word)) {
      if (once.has(word)) reader.fail('PD0501', at, `${word} is said twice`);
      once.add(word);
    }
    if (scope.tasks.some((t) => t.name === word)) operations.push(...readOperations(false));
    else
      switch (reader.oneOf(statements, 'a statement or the name of a task', taskNames(scope))) {
        case 'era':
          eras.push(...commaSeparated(reader, () => named(reader, 'an era', known?.eras)));
          break;
        case 'stack':
          stacks.push(...commaSeparated(reader, () => named(reader, 'a stack', known?.stacks)));
          break;
        case 'device':
          if (scope.files.length + scope.tasks.length > 0)
            reader.fail('PD0501', at, 'the device stands before files and tasks');
          scope.device = reader.oneOf(['whole', 'partition'], 'what the device is');
          break;
        case 'files':
          commaSeparated(reader, () => readFile(reader, scope));
          break;
        case 'free':
          commaSeparated(reader, () => scope.declareFree(reader.name('the name of a free block')));
          break;
        case 'hole':
          smallOnly.push({ at, what: 'holes' });
          scope.holes.push(...commaSeparated(reader, () => scope.pages()));
          break;
        case 'share':
          smallOnly.push({ at, what: 'sharing' });
          scope.shared.push({ ...scope.twoRanges(), at });
          break;
        case 'early-kill':
          earlyKill = reader.oneOf(['all', 'none'], 'who is killed early') === 'all';
          break;
        case 'faults':
          faultsFail = reader.oneOf(['fail', 'succeed'], 'what faults do') === 'fail';
          break;
        case 'task':
          readTask(reader, scope);
          break;
        case 'before':
          operations.push(...readOperations(true));
          break;
        case 'order':
          order = reader.oneOf(['written', 'operations', 'steps'], 'an order');
          break;
        case 'exists':
          conditions.push({ quantifier: 'exists', holds: readFormula(reader, scope, operations), at });
          break;
        case 'forall':
          conditions.push({ quantifier: 'forall', holds: readFormula(reader, scope, operations), at });
          break;
        case 'never':
          conditions.push({ quantifier: 'never', holds: readFormula(reader, scope, operations), at });
          break;
      }
    reader.expect('\n');
  }
  for (const [what, { length }] of Object.entries({ task: scope.tasks, file: scope.files }))
    if (length === 0) reader.fail('PD0501', reader.peek().at, `the test has no ${what}`);
  scope.checkEnd(order);
  refuseBesideHuge(reader, scope, [
    ...smallOnly,
    ...operations.map(({ at, action: { does } }) => ({ at, what: besideHuge.includes(does) ? null : does })),
  ]);
  const { device, files, free, holes, shared, tasks } = scope;
  return {
    ...{ name, eras, stacks, device, files, free, holes, shared, earlyKill, faultsFail },
    ...{ tasks, operations, order, conditions },
  };
}

/** Those that take no page from a file and give it none, and copy no page table: huge extents stay what they are. */
const besideHuge: readonly ActionName[] = [
  ...(['touch', 'write', 'map', 'munmap', 'exit', 'madvise', 'inject', 'inject-memory'] as const),
  ...(['pin', 'unpin', 'unlink', 'inodegc', 'drop-caches', 'unmount', 'mount'] as const),
];

function refuseBesideHuge(
  reader: Reader,
  { files }: Scope,
  all: readonly { readonly at: At; readonly what: string | null }[],
): void {
  const huge = files.find((f) => f.huge);
  const stray = all.find(({ what }) => what !== null);
  if (huge && stray)
    reader.fail(
      'PD0503',
      stray.at,
      `${huge.name} has huge extents, and beside such a file the models have no ${stray.what}`,
    );
}

const named = (reader: Reader, what: string, known: readonly string[] | undefined): string =>
  known ? reader.known(known, what) : reader.name(`the name of ${what}`).text;

const taskNames = ({ tasks }: Scope): readonly string[] => tasks.map((t) => t.name);

function commaSeparated<T>(reader: Reader, read: () => T): T[] {
  const all = [read()];
  while (reader.took(',')) all.push(read());
  return all;
}

function readFile(reader: Reader, scope: Scope): void {
  const name = reader.name('the name of a file');
  const size = reader.number(1, MOST_PAGES, `the size of ${name.text} in pages`);
  const huge = reader.took('huge');
  const { at } = reader.peek();
  const state = readState(reader, scope);
  const states = new Set([...scope.files.map((f) => f.state), state]);
  if (states.has('absent') && (states.has('cold') || scope.device === 'partition'))
    reader.fail('PD0503', at, READ_IN_AGAIN);
  scope.declareFile(name, { name: name.text, size, huge, state });
  if (scope.files.length > MOST_FILES)
    reader.fail('PD0504', name.at, `there are at most ${MOST_FILES} files`);
  if (scope.blocks() > MOST_BLOCKS) reader.fail('PD0504', name.at, `there are at most ${MOST_BLOCKS} blocks`);
}

/** Of a filesystem that is not mounted, all files are on disk. */
function readState(reader: Reader, { device }: Scope): FileOf['state'] {
  if (reader.took('absent')) return 'absent';
  return reader.took('cold') || device === 'partition' ? 'cold' : 'in-core';
}

function readTask(reader: Reader, scope: Scope): void {
  const name = reader.name('the name of a task');
  const { at } = reader.peek();
  const maps: Mapping[] = [];
  if (reader.took('maps'))
    do maps.push(scope.newMapping(name.text, maps, maps));
    while (reader.took(','));
  const file = scope.files.find((f) => f.state !== 'in-core' && maps.some((m) => m.file === f.name));
  const why =
    scope.device === 'partition' ? 'nothing is mounted from a partition' : `${file?.name} is ${file?.state}`;
  if (file) reader.fail('PD0503', at, `${why} at the start, so no task maps ${file.name} then`);
  const prctl: TaskOf['prctl'] = reader.took('early') ? 'early' : reader.took('late') ? 'late' : null;
  scope.declareTask(name, { name: name.text, maps, prctl });
  if (scope.tasks.length > MOST_TASKS)
    reader.fail('PD0504', name.at, `there are at most ${MOST_TASKS} tasks`);
}
