/** The names that a litmus file declares, and what each task maps at the point that was read. */
import { blocksOf } from './blocks.ts';
import { MOST_MAPPINGS } from './bounds.ts';
import { covers, createMappings, type Mappings, sameMapping } from './mappings.ts';
import { printMapping } from './print.ts';
import type { Reader } from './reader.ts';
import type {
  At,
  Block,
  Device,
  FileOf,
  MappedPage,
  Mapping,
  Order,
  PageOf,
  Pages,
  Share,
  TaskOf,
} from './test.ts';
import type { Token } from './tokens.ts';
import { reserved } from './words.ts';

export interface Scope {
  /** Set before anything else is declared. */
  device: Device;
  readonly files: readonly FileOf[];
  readonly free: readonly string[];
  /** Filled as they are read. */
  readonly holes: Pages[];
  readonly shared: Share[];
  readonly tasks: readonly TaskOf[];
  /** Blocks of the device. */
  blocks(): number;
  declareFile(name: Token, file: FileOf): void;
  declareFree(name: Token): void;
  declareTask(name: Token, task: TaskOf): void;
  file(): FileOf;
  task(): string;
  /** `A[1]` */
  page(): PageOf;
  /** `A`, `A[1]` or `A[0..1]` */
  pages(): Pages;
  /** `A[0] -> B[1]`: as many pages on both sides. */
  twoRanges(): { readonly from: Pages; readonly to: Pages };
  /** `&A[0]`, or a free block's name. */
  block(): Block;
  /** `A[1..2] private read-only` */
  mapping(): Mapping;
  /** One more for a task that has, and had, these. Errors: PD0503 for one that it has, PD0504 for one too many. */
  newMapping(task: string, has: readonly Mapping[], had: readonly Mapping[]): Mapping;
  /** `through A[1..2]`, of which the page is one; null where it is not said. */
  through(page: PageOf): Mapping | null;
  /** `A[0]` or `A[0] through A[0..1]` where the task maps it by then. */
  mappedPage(task: string): MappedPage;
  /** Errors: PD0503. */
  notMapped(task: string, at: At, what: string): never;
  /** What tasks map, and mapped, after the operations read so far. */
  readonly mappings: Mappings;
  readonly now: TaskStates;
  /** Errors: PD0503 for accesses that may come after the file was truncated to less. */
  checkEnd(order: Order): void;
}

/** What is known of the tasks after the operations read so far. */
export interface TaskStates {
  readonly exited: Set<string>;
  readonly started: Set<string>;
  /** By `P1 A[0]`, what is pinned and not unpinned yet. */
  readonly pinned: Map<string, MappedPage>;
  /** Files that are unlinked somewhere above. */
  readonly unlinked: Set<string>;
  /** A task truncates a file to so many pages. */
  truncate(task: string, file: string, size: number): void;
}

/** For errors: what there is to name instead. */
export const hintOf = (mapped: readonly Mapping[]): string =>
  mapped.length > 0 ? `it maps ${mapped.map(printMapping).join(' and ')}` : 'it maps nothing';

export function createScope(reader: Reader): Scope {
  const files: FileOf[] = [];
  const free: string[] = [];
  const tasks: TaskOf[] = [];
  const mappings = createMappings();
  const truncations: {
    readonly task: string;
    readonly file: string;
    readonly size: number;
    readonly after: number;
  }[] = [];
  const accesses: { readonly task: string; readonly file: string; readonly page: number; readonly at: At }[] =
    [];
  const holes: Pages[] = [];
  const shared: Share[] = [];
  const names = () => [...files, ...tasks].map(({ name }) => name).concat(free);

  function fresh({ text, at }: Token): void {
    if (reserved.includes(text)) reader.fail('PD0501', at, `${text} is a word of the language, and no name`);
    if (names().includes(text)) reader.fail('PD0501', at, `${text} is declared twice`);
  }
  function file(): FileOf {
    const name = reader.known(
      files.map((f) => f.name),
      'a file',
    );
    return files.find((f) => f.name === name) as FileOf;
  }
  function page() {
    const { name, size } = file();
    reader.expect('[');
    const number = reader.number(0, size - 1, `a page of ${name}`);
    reader.expect(']');
    return { file: name, page: number };
  }
  function pages(): Pages {
    const { name, size } = file();
    if (!reader.took('[')) return { file: name, first: 0, last: size - 1 };
    const first = reader.number(0, size - 1, `a page of ${name}`);
    const last = reader.took('..') ? reader.number(first, size - 1, `the last page, of ${name},`) : first;
    reader.expect(']');
    return { file: name, first, last };
  }
  function mapping(): Mapping {
    const mapped = pages();
    const size = files.find((f) => f.name === mapped.file)?.size ?? 0;
    const whole = mapped.last - mapped.first + 1 === size;
    const shared = !reader.took('private');
    return { ...mapped, whole, shared, writable: !reader.took('read-only') };
  }
  function through(of: PageOf): Mapping | null {
    if (!reader.took('through')) return null;
    const { at } = reader.peek();
    const by = mapping();
    if (!covers(by, of))
      reader.fail('PD0503', at, `${of.file}[${of.page}] is no page of ${printMapping(by)}`);
    return by;
  }

  function notMapped(task: string, at: At, what: string): never {
    reader.fail('PD0503', at, `${task} does not map ${what} here`, hintOf(mappings.now(task)));
  }

  return {
    device: 'whole',
    ...{ files, free, holes, shared, tasks, file, page, pages, mapping, through, mappings, notMapped },
    blocks: () => free.length + files.reduce((sum, f) => sum + (f.state === 'absent' ? 0 : f.size), 0),
    declareFile(name, declared) {
      fresh(name);
      files.push(declared);
    },
    declareFree(name) {
      fresh(name);
      free.push(name.text);
    },
    declareTask(name, declared) {
      fresh(name);
      tasks.push(declared);
      for (const mapping of declared.maps) mappings.map(declared.name, mapping);
    },
    newMapping(task, has, had) {
      const { at } = reader.peek();
      const added = mapping();
      const shown = printMapping(added);
      if (has.some((m) => sameMapping(m, added))) reader.fail('PD0503', at, `${task} maps ${shown} already`);
      if (had.length >= MOST_MAPPINGS && !had.some((m) => sameMapping(m, added)))
        reader.fail(
          'PD0504',
          at,
          `a task has at most ${MOST_MAPPINGS} mappings, those that it unmaps included`,
        );
      return added;
    },
    task: () =>
      reader.known(
        tasks.map((t) => t.name),
        'a task',
      ),
    twoRanges() {
      const from = pages();
      const { at } = reader.expect('->');
      const to = pages();
      const [many, few] = [from, to].map((r) => r.last - r.first + 1);
      if (many !== few) reader.fail('PD0503', at, `${many} pages are to become ${few}`);
      return { from, to };
    },
    block() {
      const { at } = reader.peek();
      if (reader.took('&')) {
        const of = page();
        if (blocksOf({ files, free, holes, shared }).at(of.file, of.page) === null)
          reader.fail('PD0502', at, `${of.file}[${of.page}] has no block at the start`);
        return { kind: 'of', ...of };
      }
      const { text } = reader.peek();
      if (files.some((f) => f.name === text))
        reader.fail(
          'PD0502',
          at,
          `${text} is a file, not a block`,
          `blocks of files are &${text}[0] and so on`,
        );
      return { kind: 'free', name: reader.known(free, 'a free block, nor the & of a page,') };
    },
    mappedPage(task) {
      const { at } = reader.peek();
      const accessed = page();
      const by = through(accessed);
      const mapped = mappings.now(task);
      const found = mapped.find((m) => (by ? sameMapping(m, by) : covers(m, accessed)));
      if (found === undefined)
        notMapped(task, at, by ? printMapping(by) : `${accessed.file}[${accessed.page}]`);
      accesses.push({ task, ...accessed, at });
      return { ...accessed, through: by, mapping: mappings.of(task).indexOf(found) };
    },
    now: {
      exited: new Set(),
      started: new Set(),
      pinned: new Map(),
      unlinked: new Set(),
      truncate: (task, name, size) => truncations.push({ task, file: name, size, after: accesses.length }),
    },
    checkEnd(order) {
      for (const { task, file: name, size, after } of truncations)
        accesses.forEach((access, i) => {
          const before = i < after && (order === 'written' || access.task === task);
          if (access.file === name && access.page >= size && !before)
            reader.fail(
              'PD0503',
              access.at,
              `${name}[${access.page}] may be past the end of ${name}: the models keep no i_size`,
            );
        });
    },
  };
}
