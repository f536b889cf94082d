/** A final state of a litmus program in the test's own terms. */

import type { Blocks } from '../../src/litmus/blocks.ts';
import type { BlockOutcome, Outcome, Present, Signal, TaskOutcome } from '../../src/litmus/outcome.ts';
import { printOwner } from '../../src/litmus/print.ts';
import type { FileOf, LitmusTest, Owner, Result } from '../../src/litmus/test.ts';
import { mapAddress } from '../scenario.ts';
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

export function decodeOutcome(test: LitmusTest, blocks: Blocks, ended: Ended): Outcome {
  const { word } = ended;
  return {
    tasks: test.tasks.map((_, t) => taskOutcome(test, blocks, ended, t)),
    blocks: blocks.names.map((block, b) => blockOutcome(test.files, ended, block, b)),
    warnings: [...new Set(ended.warnings)].sort(),
    shutdown: word('xfs_mount[0].shutdown') === 1n,
    failuresBlocked: word('memory_failure_state[0].mf_mutex') !== 0n,
  };
}

function taskOutcome(test: LitmusTest, blocks: Blocks, ended: Ended, t: number): TaskOutcome {
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
  const file = fileAt(test, ended, word(`vm_area_struct[${t}].vm_file`));
  return {
    task: name,
    results,
    signals: signalsOf(test, ended, t),
    oops: oops && { in: oops.in, says: oops.says },
    hangs: hangs && { in: hangs.in, for: hangs.for },
    present: file ? presentOf(blocks, ended, t, file) : [],
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

/** The test's file that a `struct file *` is. */
function fileAt(test: LitmusTest, { objectAt }: Ended, address: bigint): FileOf | undefined {
  const [, number] = /^file\[(\d+)\]$/.exec(objectAt(address) ?? '') ?? [];
  return number === undefined ? undefined : test.files[Number(number)];
}

function signalsOf(test: LitmusTest, ended: Ended, t: number): readonly Signal[] {
  const { word } = ended;
  const count = Math.min(MOST_SIGNALS, Number(word(`litmus_task[${t}].got`)));
  return Array.from({ length: count }, (_, n): Signal => {
    const code = Number(word(`litmus_task[${t}].code[${n}]`));
    if (code === KILLED) return { name: 'KILL', page: null, right: null, lsb: null };
    const page = Number((word(`litmus_task[${t}].address[${n}]`) - mapAddress(t)) >> 12n);
    const file = mappedFile(test, t);
    return {
      name: code === 4 ? 'AR' : 'AO',
      page: file && page >= 0 && page < file.size ? { file: file.name, page } : null,
      right: word(`litmus_task[${t}].right[${n}]`) === 1n,
      lsb: Number(word(`litmus_task[${t}].lsb[${n}]`)),
    };
  });
}

/** The file that a task maps at the start or later; a test that lets it map two in turn names the first. */
function mappedFile(test: LitmusTest, t: number): FileOf | undefined {
  const task = test.tasks[t];
  const born = test.operations.find((o) => o.action.does === 'fork' && o.action.child === task?.name);
  const parent = test.tasks.findIndex((p) => p.name === born?.task);
  const later = test.operations.find((o) => o.task === task?.name && o.action.does === 'map')?.action;
  const name = task?.maps?.file ?? (later?.does === 'map' ? later.mapping.file : undefined);
  if (name === undefined) return parent >= 0 ? mappedFile(test, parent) : undefined;
  return test.files.find((f) => f.name === name);
}

function presentOf(blocks: Blocks, { word }: Ended, t: number, file: FileOf): readonly Present[] {
  return Array.from({ length: file.size }, (_, page) => page).flatMap((page): Present[] => {
    const pte = word(`mm_struct[${t}].pte[${page}]`);
    if (pte === 0n) return [];
    const frame = (pte & ~DEVMAP) >> 12n;
    const block = pte & DEVMAP ? blocks.names[Number(frame - FIRST_PFN)] : undefined;
    return [{ file: file.name, page, what: block ?? (frame === 0x10n ? 'zero' : 'copy') }];
  });
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
