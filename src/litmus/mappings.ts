/** What each task maps: all of a test's mappings, and which of them there are at some point of its text. */
import type { LitmusTest, Mapping, PageOf } from './test.ts';

export interface Mappings {
  /** All that a task has had so far, in the order in which it got them; equal ones are one. */
  of(task: string): readonly Mapping[];
  /** Those that it has now. */
  now(task: string): readonly Mapping[];
  has(task: string, mapping: Mapping): boolean;
  map(task: string, mapping: Mapping): void;
  /** Null: all that it has. */
  unmap(task: string, mapping: Mapping | null): void;
  fork(parent: string, child: string): void;
}

export const sameMapping = (a: Mapping, b: Mapping): boolean =>
  a.file === b.file &&
  a.first === b.first &&
  a.last === b.last &&
  a.shared === b.shared &&
  a.writable === b.writable;

export const covers = (mapping: Mapping, { file, page }: PageOf): boolean =>
  mapping.file === file && mapping.first <= page && page <= mapping.last;

export function createMappings(): Mappings {
  const had = new Map<string, Mapping[]>();
  const present = new Map<string, readonly Mapping[]>();
  const of = (task: string) => had.get(task) ?? [];
  const now = (task: string) => present.get(task) ?? [];
  const has = (task: string, mapping: Mapping) => now(task).some((m) => sameMapping(m, mapping));
  return {
    of,
    now,
    has,
    map(task, mapping) {
      if (!of(task).some((m) => sameMapping(m, mapping))) had.set(task, [...of(task), mapping]);
      present.set(
        task,
        of(task).filter((m) => has(task, m) || sameMapping(m, mapping)),
      );
    },
    unmap(task, mapping) {
      const left = now(task).filter((m) => mapping !== null && !sameMapping(m, mapping));
      present.set(task, left);
    },
    fork(parent, child) {
      had.set(child, [...of(parent)]);
      present.set(child, now(parent));
    },
  };
}

/** All mappings of each task in the course of a test; the number of one is its place among them. */
export function mappingsOf({ tasks, operations }: Pick<LitmusTest, 'tasks' | 'operations'>) {
  const mappings = createMappings();
  for (const { name, maps } of tasks) for (const mapping of maps) mappings.map(name, mapping);
  for (const { task, action } of operations) {
    if (action.does === 'map') mappings.map(task, action.mapping);
    if (action.does === 'fork') mappings.fork(task, action.child);
  }
  return (task: string): readonly Mapping[] => mappings.of(task);
}

/** Whether the name of a page alone does not say by which mapping a task has it. */
export const isAmbiguous = (all: readonly Mapping[], page: PageOf): boolean =>
  all.filter((m) => covers(m, page)).length > 1;
