/**
 * A litmus test as data: what a `*.litmus` file says. Names are those of the file; that they exist, and that
 * pages lie inside their files, the parser has made sure of.
 */

/** Where something stands in the file; lines and columns count from 1. */
export interface At {
  readonly line: number;
  readonly column: number;
}

/** Pages of one file, the first and the last included. */
export interface Pages {
  readonly file: string;
  readonly first: number;
  readonly last: number;
}

/** These pages have those blocks from the start. */
export interface Share {
  readonly from: Pages;
  readonly to: Pages;
  readonly at: At;
}

/** A block of the device: the one that a page has at the start, or a free one, by name. */
export type Block =
  | { readonly kind: 'of'; readonly file: string; readonly page: number }
  | { readonly kind: 'free'; readonly name: string };

export interface FileOf {
  readonly name: string;
  /** Pages. */
  readonly size: number;
  /** It is laid out in extents that a PMD can map, as far as it is long enough. */
  readonly huge: boolean;
  /** At the start: in core; on disk only; nowhere, until it is created. */
  readonly state: 'in-core' | 'cold' | 'absent';
}

/** mmap of so many pages from an offset on: the first and the last included. */
export interface Mapping extends Pages {
  /** They are all pages of the file. */
  readonly whole: boolean;
  readonly shared: boolean;
  readonly writable: boolean;
}

export interface PageOf {
  readonly file: string;
  readonly page: number;
}

/** A page that a task maps. */
export interface MappedPage extends PageOf {
  /** By which of its mappings, as the file says it; null: it leaves that to `mapping`. */
  readonly through: Mapping | null;
  /** The number of that mapping among those of the task (`mappingsOf`). */
  readonly mapping: number;
}

export interface TaskOf {
  readonly name: string;
  /** What it maps at the start. */
  readonly maps: readonly Mapping[];
  /** prctl(PR_MCE_KILL): killed early or late; null: the sysctl decides. */
  readonly prctl: 'early' | 'late' | null;
}

export type Action =
  | ({ readonly does: 'touch' | 'write' | 'madvise' | 'pin' | 'unpin' } & MappedPage)
  | { readonly does: 'map'; readonly mapping: Mapping }
  /** Null: all that the task maps. */
  | { readonly does: 'munmap'; readonly mapping: Mapping | null }
  | { readonly does: 'exit' | 'drop-caches' | 'unmount' | 'mount' | 'mkfs' | 'inject-memory' }
  | { readonly does: 'fork'; readonly child: string }
  | { readonly does: 'inject'; readonly block: Block }
  | { readonly does: 'reflink' | 'dedupe'; readonly from: Pages; readonly to: Pages }
  | { readonly does: 'unshare' | 'pwrite' | 'punch'; readonly pages: Pages }
  | { readonly does: 'truncate'; readonly file: string; readonly size: number }
  | { readonly does: 'unlink' | 'create' | 'inodegc'; readonly file: string };

export type ActionName = Action['does'];

export interface Operation {
  readonly task: string;
  /** Done, in the order of the file, before the operations whose order is open. */
  readonly before: boolean;
  readonly action: Action;
  readonly at: At;
}

/** What the filesystem is on. Nothing is mounted from a partition at the start, and all files are on disk. */
export type Device = 'whole' | 'partition';

/** How operations of different tasks are ordered: as written; each whole, in any order; step by step. */
export type Order = 'written' | 'operations' | 'steps';

/** What an operation gave, as user space sees it. */
export type Result = 'ok' | 'SIGBUS' | 'SIGSEGV' | 'OOM' | 'oops' | 'hangs' | 'none' | `-${string}`;

export type SignalName = 'AR' | 'AO' | 'KILL';

export type Formula =
  | { readonly kind: 'or' | 'and'; readonly parts: readonly Formula[] }
  | { readonly kind: 'not'; readonly part: Formula }
  | Atom;

/** A function of the kernel. */
export interface Where {
  readonly function: string;
  readonly at: At;
}

/** Something that is so or not in a final state. */
export type Atom =
  /** The result of a task's n-th operation, from 1. */
  | { readonly kind: 'result'; readonly task: string; readonly n: number; readonly is: Result }
  /** `signal` null: none at all. `page` null: at whatever address. `through` null: by whatever mapping. */
  | {
      readonly kind: 'got';
      readonly task: string;
      readonly signal: SignalName | null;
      readonly page: PageOf | 'wrong' | null;
      readonly through: Mapping | null;
      readonly lsb: number | null;
    }
  | { readonly kind: 'oopses' | 'hangs'; readonly task: string; readonly in: Where | null }
  /** The task has the block present. */
  | { readonly kind: 'has'; readonly task: string; readonly block: Block }
  | { readonly kind: 'owner'; readonly block: Block; readonly is: Owner }
  | { readonly kind: 'refs'; readonly block: Block; readonly count: number }
  | { readonly kind: 'poisoned'; readonly block: Block }
  | { readonly kind: 'recorded'; readonly block: Block; readonly result: 'Recovered' | 'Failed' }
  | { readonly kind: 'warns'; readonly in: Where | null }
  | { readonly kind: 'shutdown' | 'failures-blocked' };

/** The owner words of a page: mapping and, in the same word, index or count. */
export interface Owner {
  /** A file, the mark of a shared page, or NULL. */
  readonly mapping: { readonly file: string } | 'mark' | 'NULL';
  readonly word: number;
}

export interface Condition {
  readonly quantifier: 'exists' | 'forall' | 'never';
  readonly holds: Formula;
  readonly at: At;
}

export interface LitmusTest {
  readonly name: string;
  /** Left out of the file: the command line, or every stack, decides. */
  readonly eras: readonly string[];
  readonly stacks: readonly string[];
  readonly device: Device;
  /** The order of declaration is that in which the filesystem visits a block's owners. */
  readonly files: readonly FileOf[];
  /** Free blocks of the device. */
  readonly free: readonly string[];
  /** Pages without a block. */
  readonly holes: readonly Pages[];
  /** Pages that have the block of another page from the start. */
  readonly shared: readonly Share[];
  /** The sysctl vm.memory_failure_early_kill. */
  readonly earlyKill: boolean;
  /** Page faults may run out of memory, or meet a memory error while they copy. */
  readonly faultsFail: boolean;
  readonly tasks: readonly TaskOf[];
  readonly operations: readonly Operation[];
  readonly order: Order;
  readonly conditions: readonly Condition[];
}
