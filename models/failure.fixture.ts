/** Scenarios that start where a test wants them to: who maps, owns and shares what is given; and a run of one. */
import { createMachine, type Executed, type Machine } from '../src/evidence/interpreter.ts';
import { defaultAddresses } from '../src/lang/addresses.ts';
import {
  type Bounds,
  bor,
  type ExprOf,
  instance,
  type ObserverSpec,
  type Operand,
  type Program,
  type PropertySpec,
  program,
} from '../src/lang/public.ts';
import { eras } from './eras.ts';
import {
  address_space,
  ext4_inode_info,
  file,
  inode,
  mm_struct,
  page,
  task_struct,
  vm_area_struct,
  xfs_inode,
} from './objects.ts';
import { failureObservers } from './observe.ts';
import { buildScenario, defaultBounds, type Policy } from './scenario.ts';
import { stackNamed } from './stacks.ts';
import { devmapPte, FIRST_PFN, PF_MCE_EARLY, PF_MCE_PROCESS } from './words.ts';

type Initial = readonly [target: ExprOf, value: Operand];

/** Files, offsets, tasks and blocks are given by number. */
export interface World {
  readonly stack: string;
  readonly policy?: Partial<Policy>;
  /** [file, offset, block]: the extents, and an entry for each unless `cold`. */
  readonly extents?: readonly (readonly [file: number, offset: number, block: number])[];
  readonly cold?: boolean;
  /** [file, offset, block]: blocks staged for copy-on-write. */
  readonly staged?: readonly (readonly [file: number, offset: number, block: number])[];
  readonly vmas?: readonly (readonly [task: number, file: number])[];
  readonly ptes?: readonly (readonly [task: number, offset: number, block: number])[];
  readonly owned?: readonly (readonly [block: number, file: number, offset: number])[];
  readonly shared?: readonly (readonly [block: number, count: number])[];
  /** Tasks that asked for early kill by prctl. */
  readonly early?: readonly number[];
  readonly more?: readonly Initial[];
}

export const pfnOf = (block: number): number => FIRST_PFN + block;
export const entryOf = (block: number): bigint => (BigInt(pfnOf(block)) << 5n) | 1n;

function specOf(w: World) {
  const [era] = eras;
  const stack = stackNamed(w.stack);
  if (!era || !stack) throw new Error(`no stack ${w.stack}`);
  const policy: Policy = { earlyKill: 'none', source: 'task', ...w.policy };
  return buildScenario({ era, stack, bounds: defaultBounds, policy });
}

function initialOf(w: World): Initial[] {
  const xfs = w.stack.startsWith('xfs');
  return [
    // The scenario itself gives the first file a block; here only what is asked for is there.
    xfs ? [instance(xfs_inode, 0).i_df.at(0), 0] : [instance(ext4_inode_info, 0).i_data.at(0), 0],
    ...(w.extents ?? []).flatMap(([f, o, b]): Initial[] => [
      xfs
        ? [instance(xfs_inode, f).i_df.at(o), pfnOf(b)]
        : [instance(ext4_inode_info, f).i_data.at(o), pfnOf(b)],
      ...(w.cold ? [] : [[instance(address_space, f).i_pages.at(o), entryOf(b)] as const]),
    ]),
    ...(w.staged ?? []).map(([f, o, b]): Initial => [instance(xfs_inode, f).i_cowfp.at(o), pfnOf(b)]),
    ...(w.vmas ?? []).flatMap(([t, f]): Initial[] => [
      [instance(vm_area_struct, t).vm_file, instance(file, f)],
      [instance(vm_area_struct, t).vm_flags, 8],
      [instance(inode, f).i_count, 2],
    ]),
    ...(w.ptes ?? []).map(([t, o, b]): Initial => [instance(mm_struct, t).pte.at(o), devmapPte(pfnOf(b))]),
    ...(w.owned ?? []).flatMap(([b, f, o]): Initial[] => [
      [instance(page, b).mapping, instance(address_space, f)],
      [instance(page, b).index, o],
    ]),
    ...(w.shared ?? []).flatMap(([b, n]): Initial[] => [
      [instance(page, b).mapping, 1],
      [instance(page, b).share, n],
    ]),
    ...(w.early ?? []).map(
      (t): Initial => [instance(task_struct, t).flags, bor(PF_MCE_PROCESS, PF_MCE_EARLY)],
    ),
    ...(w.more ?? []),
  ];
}

interface Parts {
  readonly observers: readonly ObserverSpec[];
  readonly properties: readonly PropertySpec[];
}
const failuresOnly = (bounds: Bounds): Parts => ({ observers: failureObservers(bounds), properties: [] });

export function worldProgram(w: World, parts: (bounds: Bounds) => Parts = failuresOnly): Program {
  const spec = specOf(w);
  return program({
    ...spec,
    initial: [...(spec.initial ?? []), ...initialOf(w)],
    ...parts(spec.bounds),
  });
}

export interface Outcome {
  readonly found: readonly string[];
  readonly ended: Executed['ended'];
  readonly machine: Machine;
  readonly reached: ReadonlySet<string>;
  /** The last value, other than 0, of each word of what is remembered of the failure. */
  readonly seen: ReadonlyMap<string, bigint>;
  word(name: string): bigint | undefined;
}

/** Runs one operation on CPU 0 to its end; `choices` answers the chooses in turn. */
export function run(program: Program, operation: string, choices: readonly number[]): Outcome {
  const machine = createMachine(program, defaultAddresses(program));
  const found: string[] = [];
  const reached = new Set<string>();
  const seen = new Map<string, bigint>();
  const queue = [...choices];
  const note = (done: Executed) => {
    found.push(...done.findings.map((f) => `${f.property}: ${f.says}`));
    for (const name of done.reached) reached.add(name);
    for (const c of done.changes) if (c.word.startsWith('failure') && c.after) seen.set(c.word, c.after);
    return done.ended;
  };
  let ended = note(machine.start(0, operation));
  for (let i = 0; ended === 'no' && i < 5000; i++) {
    const pause = machine.pauseOf(0);
    ended = note(machine.step(0, pause?.kind === 'choose' ? (queue.shift() ?? 0) : undefined));
  }
  return { found, ended, machine, reached, seen, word: (name) => machine.memory.words.get(name) };
}

/** One file, its block 0 at offset 0, mapped and present in task 0. */
export const exclusive: World = {
  stack: 'xfs',
  extents: [[0, 0, 0]],
  vmas: [[0, 0]],
  ptes: [[0, 0, 0]],
  owned: [[0, 0, 0]],
};
/** Two files share block 0, which each of two tasks has present. */
export const shared: World = {
  stack: 'xfs-reflink',
  extents: [
    [0, 0, 0],
    [1, 0, 0],
  ],
  vmas: [
    [0, 0],
    [1, 1],
  ],
  ptes: [
    [0, 0, 0],
    [1, 0, 0],
  ],
  shared: [[0, 2]],
};
