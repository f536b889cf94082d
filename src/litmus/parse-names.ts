/** The names that a litmus file declares, and what each task maps at the point that was read. */
import { blocksOf } from './blocks.ts';
import type { Reader } from './reader.ts';
import type { At, Block, FileOf, Mapping, Order, Pages, TaskOf } from './test.ts';
import type { Token } from './tokens.ts';

export interface Scope {
  readonly files: readonly FileOf[];
  readonly free: readonly string[];
  /** Filled as they are read. */
  readonly holes: Pages[];
  readonly shared: { readonly from: Pages; readonly to: Pages }[];
  readonly tasks: readonly TaskOf[];
  /** Blocks of the device. */
  blocks(): number;
  declareFile(name: Token, file: FileOf): void;
  declareFree(name: Token): void;
  declareTask(name: Token, task: TaskOf): void;
  file(): FileOf;
  task(): string;
  /** `A[1]` */
  page(): { readonly file: string; readonly page: number };
  /** `A`, `A[1]` or `A[0..1]` */
  pages(): Pages;
  /** `A[0] -> B[1]`: as many pages on both sides. */
  twoRanges(): { readonly from: Pages; readonly to: Pages };
  /** `&A[0]`, or a free block's name. */
  block(): Block;
  /** `A private read-only` */
  mapping(): Mapping;
  /** `A[0]` where the task maps A by then. */
  mappedPage(task: string): { readonly file: string; readonly page: number };
  readonly now: TaskStates;
  /** Errors: PD0503 for accesses that may come after the file was truncated to less. */
  checkEnd(order: Order): void;
}

/** What is known of the tasks after the operations read so far. */
export interface TaskStates {
  mapped(task: string): Mapping | null;
  map(task: string, mapping: Mapping | null): void;
  readonly exited: Set<string>;
  readonly started: Set<string>;
  /** `P1 A[0]`: pinned and not unpinned yet. */
  readonly pinned: Set<string>;
  /** Files that are unlinked somewhere above. */
  readonly unlinked: Set<string>;
  /** The file that a task maps, or mapped. */
  readonly mappedFirst: Map<string, string>;
  /** A task truncates a file to so many pages. */
  truncate(task: string, file: string, size: number): void;
}

export function createScope(reader: Reader): Scope {
  const files: FileOf[] = [];
  const free: string[] = [];
  const tasks: TaskOf[] = [];
  const mappings = new Map<string, Mapping | null>();
  const mappedFirst = new Map<string, string>();
  const truncations: {
    readonly task: string;
    readonly file: string;
    readonly size: number;
    readonly after: number;
  }[] = [];
  const accesses: { readonly task: string; readonly file: string; readonly page: number; readonly at: At }[] =
    [];
  const holes: Pages[] = [];
  const shared: { readonly from: Pages; readonly to: Pages }[] = [];
  const names = () => [...files, ...tasks].map(({ name }) => name).concat(free);

  function fresh({ text, at }: Token): void {
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
    const { name } = file();
    const shared = !reader.took('private');
    return { file: name, shared, writable: !reader.took('read-only') };
  }

  return {
    ...{ files, free, holes, shared, tasks, file, page, pages, mapping },
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
      mappings.set(declared.name, declared.maps);
      if (declared.maps) mappedFirst.set(declared.name, declared.maps.file);
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
      return { kind: 'free', name: reader.known(free, 'a free block, nor the & of a page,') };
    },
    mappedPage(task) {
      const { at } = reader.peek();
      const accessed = page();
      const mapped = mappings.get(task) ?? null;
      if (mapped?.file !== accessed.file)
        reader.fail(
          'PD0503',
          at,
          `${task} does not map ${accessed.file} here`,
          mapped ? `it maps ${mapped.file}` : 'it maps nothing',
        );
      accesses.push({ task, ...accessed, at });
      return accessed;
    },
    now: {
      mapped: (task) => mappings.get(task) ?? null,
      map: (task, to) => mappings.set(task, to),
      exited: new Set(),
      started: new Set(),
      pinned: new Set(),
      unlinked: new Set(),
      mappedFirst,
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
