/** One operation of a task, and what it changes for the operations that follow. */
import { MOST_OPERATIONS } from './bounds.ts';
import type { Scope } from './parse-names.ts';
import { printMapping } from './print.ts';
import type { Reader } from './reader.ts';
import type { Action, ActionName, At } from './test.ts';

/** The word that an operation begins with. */
const words = [
  ...(['touch', 'write', 'map', 'munmap', 'exit', 'fork', 'madvise', 'inject', 'reflink', 'dedupe'] as const),
  ...(['unshare', 'pwrite', 'truncate', 'punch', 'unlink', 'create', 'inodegc', 'drop-caches'] as const),
  ...(['unmount', 'mount', 'mkfs', 'pin', 'unpin'] as const),
] as const satisfies readonly ActionName[];

/** Why files that are read in from disk and such as come and go are not in one test. */
export const READ_IN_AGAIN =
  'where files are read in again, the models do not tell an unlinked or absent one from one on disk';

/** Errors: PD0501 to PD0504. */
export function createOperationReader(reader: Reader, scope: Scope) {
  const counts = new Map<string, number>();
  let laterBegan = false;
  let [reloads, names] = [false, false];

  return (task: string, before: boolean): Action => {
    const { at } = reader.peek();
    const refuse = (message: string): never => reader.fail('PD0503', at, message);
    const word = reader.oneOf(words, 'an operation');
    if (scope.now.exited.has(task)) refuse(`${task} has exited`);
    if (before && laterBegan) refuse('what is done before stands before the other operations');
    laterBegan ||= !before;
    const count = (counts.get(task) ?? 0) + 1;
    counts.set(task, count);
    if (count > MOST_OPERATIONS)
      reader.fail('PD0504', at, `a task has at most ${MOST_OPERATIONS} operations`);
    scope.now.started.add(task);
    const reads =
      isReload(word) || scope.device === 'partition' || scope.files.some((f) => f.state === 'cold');
    const makes = isName(word) || scope.files.some((f) => f.state === 'absent');
    [reloads, names] = [reloads || reads, names || makes];
    if (reloads && names && (isReload(word) || isName(word))) refuse(READ_IN_AGAIN);
    return readAction(reader, scope, task, word, refuse, at);
  };
}

/** Operations after which files are on disk only, and those by which files come and go. */
const isReload = (word: string): boolean => word === 'drop-caches' || word === 'unmount';
const isName = (word: string): boolean => word === 'unlink' || word === 'create';

function readAction(
  reader: Reader,
  scope: Scope,
  task: string,
  word: (typeof words)[number],
  refuse: (message: string) => never,
  at: At,
): Action {
  const { now, mappings } = scope;
  switch (word) {
    case 'touch':
    case 'write':
      return { does: word, ...scope.mappedPage(task) };
    case 'madvise': {
      const page = scope.mappedPage(task);
      reader.expect('HWPOISON');
      return { does: word, ...page };
    }
    case 'pin': {
      const page = scope.mappedPage(task);
      const name = `${task} ${page.file}[${page.page}]`;
      if (now.pinned.has(name)) refuse(`${name} is pinned already`);
      now.pinned.set(name, page);
      return { does: word, ...page };
    }
    case 'unpin': {
      const page = scope.page();
      const name = `${task} ${page.file}[${page.page}]`;
      const pinned = now.pinned.get(name);
      if (pinned === undefined) return refuse(`${name} is not pinned`);
      now.pinned.delete(name);
      return { does: word, ...pinned, through: null };
    }
    case 'map': {
      const mapping = scope.newMapping(task, mappings.now(task), mappings.of(task));
      mappings.map(task, mapping);
      return { does: word, mapping };
    }
    case 'munmap': {
      if (mappings.now(task).length === 0) refuse(`${task} maps nothing`);
      const place = reader.peek().at;
      const mapping = reader.ends() ? null : scope.mapping();
      if (mapping && !mappings.has(task, mapping)) scope.notMapped(task, place, printMapping(mapping));
      mappings.unmap(task, mapping);
      return { does: word, mapping };
    }
    case 'exit':
      now.exited.add(task);
      mappings.unmap(task, null);
      return { does: word };
    case 'fork': {
      const child = scope.task();
      if (now.started.has(child)) refuse(`${child} has operations before it is born`);
      if (mappings.now(child).length > 0) refuse(`${child} maps something before it is born`);
      now.started.add(child);
      mappings.fork(task, child);
      return { does: word, child };
    }
    case 'inject':
      return reader.took('memory') ? { does: 'inject-memory' } : { does: word, block: scope.block() };
    case 'reflink':
    case 'dedupe':
      return { does: word, ...scope.twoRanges() };
    case 'unshare':
    case 'pwrite':
    case 'punch':
      return { does: word, pages: scope.pages() };
    case 'truncate': {
      const { name, size } = scope.file();
      const to = reader.number(0, size - 1, `the pages that are left of ${name}`);
      now.truncate(task, name, to);
      return { does: word, file: name, size: to };
    }
    case 'create': {
      const { name, state } = scope.file();
      if (state !== 'absent' && !now.unlinked.has(name))
        reader.fail('PD0503', at, `${name} exists already`, 'declare it as absent, or unlink it first');
      return { does: word, file: name };
    }
    case 'unlink': {
      const { name } = scope.file();
      now.unlinked.add(name);
      return { does: word, file: name };
    }
    case 'inodegc':
      return { does: word, file: scope.file().name };
    case 'drop-caches':
    case 'unmount':
    case 'mount':
    case 'mkfs':
      return { does: word };
  }
}
