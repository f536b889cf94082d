/** A final state of a litmus program in the test's own terms. */

import type { Blocks } from '../../src/litmus/blocks.ts';
import { PAGES_PER_PMD } from '../../src/litmus/bounds.ts';
import type { BlockOutcome, Outcome, Present, Signal, TaskOutcome } from '../../src/litmus/outcome.ts';
import { printMapping, printOwner } from '../../src/litmus/print.ts';
import type { FileOf, LitmusTest, Owner, Result } from '../../src/litmus/test.ts';
import { type Places, placesOf } from './places.ts';
import { KILLED, MOST_SIGNALS } from './record.ts';

/** A state, by the names of its words; and what the words do not say. */
export interface Ended {
  word(name: string): bigint;
  /** The name of the object at an address, e.g. `inode[0]`; undefined where there is none. */
  objectAt(address: bigint): string | undefined;
  readonly oopses: readonly { readonly cpu: number; readonly in: string; readonly says: string }[];
  readonly hangs: readonly { readonly cpu: number; readonly in: string; readonly for: string }[];
  readonly warnings: readonly string[];
}

const FIRST_PFN = 0x100n;
const DEVMAP = 1n << 58n;

/** A task that got more signals than are kept. */
export const overwhelmed = (test: LitmusTest, { word }: Ended): string | undefined =>
  test.tasks.find((_, t) => word(`litmus_task[${t}].got`) > MOST_SIGNALS)?.name;

/** Not where a task is overwhelmed. */
export function decodeOutcome(test: LitmusTest, blocks: Blocks, ended: Ended): Outcome {
  const { word } = ended;
  const places = placesOf(test);
  return {
    tasks: test.tasks.map((_, t) => taskOutcome(test, blocks, places, ended, t)),
    blocks: blocks.names.map((block, b) => blockOutcome(test.files, ended, block, b)),
    warnings: [...new Set(ended.warnings)].sort(),
    shutdown: word('xfs_mount[0].shutdown') === 1n,
    failuresBlocked: word('memory_failure_state[0].mf_mutex') !== 0n,
  };
}

function taskOutcome(test: LitmusTest, blocks: Blocks, places: Places, ended: Ended, t: number): TaskOutcome {
  const { word } = ended;
  const name = test.tasks[t]?.name as string;
  const own = test.operations.filter((o) => o.task === name);
  const oops = ended.oopses.find((o) => o.cpu === t) ?? null;
  const hangs = ended.hangs.find((h) => h.cpu === t) ?? null;
  const done = Number(word(`litmus_task[${t}].done`));
  const results = own.map((o, n): Result => {
    if (n < done) return resultOf(word(`litmus_task[${t}].result[${n}]`), isAccess(o.action.does));
    if (n > done) return 'none';
    return oops ? 'oops' : hangs ? 'hangs' : 'none';
  });
  return {
    task: name,
    results,
    signals: signalsOf(places, ended, t),
    oops: oops && { in: oops.in, says: oops.says },
    hangs: hangs && { in: hangs.in, for: hangs.for },
    present: presentOf(blocks, places, ended, t),
  };
}

const isAccess = (does: string): boolean => does === 'touch' || does === 'write';

const errnos: Readonly<Record<number, Result>> = {
  2: '-ENOENT',
  5: '-EIO',
  6: '-ENXIO',
  11: '-EAGAIN',
  12: '-ENOMEM',
  14: '-EFAULT',
  16: '-EBUSY',
  17: '-EEXIST',
  22: '-EINVAL',
  28: '-ENOSPC',
  95: '-EOPNOTSUPP',
  117: '-EFSCORRUPTED',
};

function resultOf(value: bigint, access: boolean): Result {
  if (value === 0n) return 'ok';
  if (!access) return errnos[Number(-BigInt.asIntN(32, value))] ?? `-${-BigInt.asIntN(32, value)}`;
  if (value & 0x40n) return 'SIGSEGV';
  return value & 0x1n ? 'OOM' : 'SIGBUS';
}

function signalsOf(places: Places, { word }: Ended, t: number): readonly Signal[] {
  const count = Number(word(`litmus_task[${t}].got`));
  return Array.from({ length: count }, (_, n): Signal => {
    const code = Number(word(`litmus_task[${t}].code[${n}]`));
    if (code === KILLED) return { name: 'KILL', page: null, through: null, right: null, lsb: null };
    const at = places.at(t, word(`litmus_task[${t}].address[${n}]`));
    return {
      name: code === 4 ? 'AR' : 'AO',
      page: at ? { file: at.mapping.file, page: at.page } : null,
      through: at ? printMapping(at.mapping) : null,
      right: word(`litmus_task[${t}].right[${n}]`) === 1n,
      lsb: Number(word(`litmus_task[${t}].lsb[${n}]`)),
    };
  });
}

/** What maps a page: its entry, or that of a PMD made into one. */
function pteAt(places: Places, { word }: Ended, t: number, entry: number): bigint {
  const pmd = places.huge ? word(`mm_struct[${t}].pmd[${Math.floor(entry / PAGES_PER_PMD)}]`) : 0n;
  if (pmd & DEVMAP) return pmd + (BigInt(entry % PAGES_PER_PMD) << 12n);
  return word(`mm_struct[${t}].pte[${entry}]`);
}

function presentOf(blocks: Blocks, places: Places, ended: Ended, t: number): readonly Present[] {
  return places.of(t).flatMap((mapping, m) =>
    Array.from({ length: mapping.last - mapping.first + 1 }, (_, n) => n).flatMap((n): Present[] => {
      const pte = pteAt(places, ended, t, places.entry(t, m) + n);
      if (pte === 0n) return [];
      const frame = (pte & ~DEVMAP) >> 12n;
      const block = pte & DEVMAP ? blocks.names[Number(frame - FIRST_PFN)] : undefined;
      const what = block ?? (frame === 0x10n ? 'zero' : 'copy');
      return [{ file: mapping.file, page: mapping.first + n, through: printMapping(mapping), what }];
    }),
  );
}

function blockOutcome(files: readonly FileOf[], ended: Ended, block: string, b: number): BlockOutcome {
  const { word } = ended;
  const owner = ownerOf(files, ended, b);
  const recorded = word(`litmus_block[${b}].recorded`);
  return {
    block,
    owner,
    shown: owner ? printOwner(owner) : `?/${word(`page[${b}].index`)}`,
    refs: Number(word(`page[${b}]._refcount`)),
    poisoned: word(`page[${b}].PG_hwpoison`) === 1n,
    recorded: recorded === 0n ? null : recorded === 3n ? 'Recovered' : 'Failed',
  };
}

function ownerOf(files: readonly FileOf[], { word, objectAt }: Ended, b: number): Owner | null {
  const mapping = word(`page[${b}].mapping`);
  const index = Number(word(`page[${b}].index`));
  if (mapping === 0n) return { mapping: 'NULL', word: index };
  if (mapping === 1n) return { mapping: 'mark', word: index };
  const [, number] = /^address_space\[(\d+)\]$/.exec(objectAt(mapping) ?? '') ?? [];
  const file = number === undefined ? undefined : files[Number(number)];
  return file ? { mapping: { file: file.name }, word: index } : null;
}
