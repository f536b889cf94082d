/** A litmus test made into a program: one CPU for each task, one operation of the program for each of the test's. */
import {
  and,
  assume,
  constant,
  type ExprOf,
  eq,
  instance,
  type KernelFunction,
  not,
  type Operand,
  observe,
  operation,
  type Program,
  type ProgramSpec,
  pointer,
  program,
  type Stmt,
  smp_processor_id,
  the,
  u32,
  value,
} from '../../src/lang/public.ts';
import { type Blocks, blocksOf } from '../../src/litmus/blocks.ts';
import { PAGES_PER_PMD } from '../../src/litmus/bounds.ts';
import { printAction } from '../../src/litmus/print.ts';
import type { LitmusTest } from '../../src/litmus/test.ts';
import { per_cpu } from '../current.ts';
import { UNMOUNTS } from '../dax/holder.ts';
import { deathAbstractions, deathOfTask } from '../death.ts';
import type { Era } from '../eras.ts';
import { deathInXfs, mount_point, umountObservers } from '../fs/cache.ts';
import { ANY_MAPPING } from '../mm/pgtable.ts';
import { SIGNALS_QUEUE, sigpending } from '../mm/signal.ts';
import {
  address_space,
  anon_vma,
  dax_device,
  dax_holder_operations,
  dentry,
  ext4_inode_info,
  file,
  inode,
  inode_slab,
  mm_struct,
  PMD_ENTRIES,
  scenarioAbstractions,
  super_block,
  task_struct,
  withPmds,
  xfs_inode,
  xfs_mount,
} from '../objects.ts';
import { buildScenario } from '../scenario.ts';
import type { Stack } from '../stacks.ts';
import { FIRST_PFN, NULL_FILE, NULL_INODE, PF_MCE_PROCESS, XFS_IRECLAIM } from '../words.ts';
import { PARTITION } from '../xfs/super.ts';
import { actionBody, actionLocals, flagsOf, type Setting, unmapAll } from './actions.ts';
import { type Places, placesOf } from './places.ts';
import { deathRecorded, litmus_run, litmus_task, litmusObservers } from './record.ts';

type Initial = (readonly [target: ExprOf, value: Operand])[];

export interface LitmusProgram {
  /** Its operations are the test's, in their order; behind them, for each task, what follows its death. */
  readonly program: Program;
  /** The same as far as the first death of a task: without what follows one, which touches much that others touch. */
  readonly undying: Program;
  readonly blocks: Blocks;
}

/** The test on an era and a stack; the stack has its operations (see `lacks`). */
export function litmusProgram(test: LitmusTest, era: Era, stack: Stack): LitmusProgram {
  const blocks = blocksOf(test);
  const tasks = test.tasks.length;
  const own = test.tasks.map((task) => test.operations.filter((o) => o.task === task.name));
  const places = placesOf(test);
  const { mappings, offsets, huge } = places;
  const bounds = {
    // With one CPU a step is a whole operation, which cannot stop halfway to wait for ever.
    cpus: Math.max(2, tasks),
    tasks,
    files: test.files.length,
    blocks: blocks.names.length,
    offsets,
  };
  const spec = buildScenario({
    era,
    stack,
    bounds,
    policy: { earlyKill: test.earlyKill ? 'all' : 'none', source: null, faultsFail: test.faultsFail },
  });
  const setting: Setting = { test, blocks, stack, places, reloads: reloads(test) };
  const numbers = new Map(own.flatMap((list) => list.map((o, n) => [o, n] as const)));
  const operations = test.operations.map((o) => {
    const t = test.tasks.findIndex((task) => task.name === o.task);
    const n = numbers.get(o) as number;
    return stepOf(`${o.task}.${n + 1} ${printAction(o.action)}`, t, n, (v) =>
      actionBody(o.action, t, setting, v),
    );
  });
  const all = {
    ...spec.bounds,
    operations: Math.max(1, ...own.map((list) => list.length)),
    ...{ mappings, vmas: tasks * mappings, ptes: mappings * offsets },
    ...(huge && { pmds: (mappings * offsets) / PAGES_PER_PMD }),
  };
  const undying: ProgramSpec = {
    ...spec,
    name: `${era.id}/${stack.id}: ${test.name}`,
    bounds: all,
    options: [
      ...[ANY_MAPPING, SIGNALS_QUEUE],
      ...(reloads(test) ? [UNMOUNTS] : []),
      ...(test.device === 'partition' ? [PARTITION] : []),
      ...(huge ? [PMD_ENTRIES] : []),
    ],
    counts: { vm_area_struct: 'vmas', to_kill: 'vmas', 'mm_struct.pte': 'ptes' },
    operations,
    initial: [...(spec.initial ?? []), ...initial(test, blocks, stack, places)],
    observers: [...litmusObservers(all, places), ...(reloads(test) ? umountObservers : [])],
    policy: {
      'early-kill': test.earlyKill ? 'all' : 'none',
      'faults-fail': test.faultsFail ? 'yes' : 'no',
    },
    abstractions: [
      ...(spec.abstractions ?? [])
        .filter((sentence) => !scenarioAbstractions.includes(sentence))
        .map((sentence) => (huge ? withPmds(sentence) : sentence)),
      ...mappingAbstractions,
      ...(huge ? hugeAbstractions : []),
      ...deathAbstractions,
    ],
  };
  return {
    blocks,
    undying: program(undying),
    program: program({
      ...undying,
      operations: [...operations, ...test.tasks.map((task, t) => afterDeath(task.name, t, places))],
      afterOops: [...deathOfTask, deathRecorded, ...(reloads(test) ? [deathInXfs] : [])],
    }),
  };
}

/** Whether files may be on disk only, or the filesystem not be mounted. */
function reloads({ device, files, operations }: LitmusTest): boolean {
  const words = operations.map((o) => o.action.does);
  return (
    device === 'partition' ||
    files.some((f) => f.state === 'cold') ||
    words.includes('drop-caches') ||
    words.includes('unmount')
  );
}

type Body = Parameters<typeof operation<typeof actionLocals>>[2];

/** The task does its n-th operation once it has done those before, and records what it gave. */
function stepOf(name: string, t: number, n: number, body: Body): KernelFunction {
  const task = instance(litmus_task, t);
  return operation(name, { locals: actionLocals }, (v) => [
    assume(and(eq(smp_processor_id, t), task.born, eq(task.done, n), not(the(litmus_run).died.at(t)))),
    ...body(v),
    observe([task.result.at(n), v.ret], [task.done, n + 1]),
  ]);
}

/** What do_exit does to the mappings of a task that died, if its locks can be had. */
function afterDeath(name: string, t: number, places: Places): KernelFunction {
  const run = the(litmus_run);
  return operation(`${name} exits`, { locals: {} }, (): readonly Stmt[] => [
    assume(and(eq(smp_processor_id, t), run.died.at(t), not(run.buried.at(t)))),
    ...unmapAll(t, places),
    observe([run.buried.at(t), 1]),
  ]);
}

function initial(test: LitmusTest, blocks: Blocks, stack: Stack, places: Places): Initial {
  const number = (name: string) => test.files.findIndex((f) => f.name === name);
  const xfs = stack.filesystem === 'xfs';
  return [
    ...(test.device === 'partition' ? notMounted(xfs) : ([[the(mount_point).mounted, 1]] satisfies Initial)),
    ...test.files.flatMap((of, f): Initial => {
      const fork = xfs ? instance(xfs_inode, f).i_df : instance(ext4_inode_info, f).i_data;
      const users = test.tasks.flatMap((t) => t.maps).filter((m) => m.file === of.name).length;
      return [
        ...Array.from({ length: of.size }, (_, p) => {
          const block = blocks.at(of.name, p);
          return [fork.at(p), block === null ? 0 : FIRST_PFN + block] as const;
        }),
        ...(of.state === 'in-core'
          ? ([[instance(inode, f).i_count, 1 + users]] satisfies Initial)
          : notInCore(f, xfs)),
        ...(places.huge
          ? ([
              [instance(inode, f).i_size, of.size],
              [instance(inode, f).huge_extents, of.huge ? 1 : 0],
            ] satisfies Initial)
          : []),
      ];
    }),
    ...test.tasks.flatMap(({ name, maps, prctl }, t): Initial => {
      const task = instance(task_struct, t);
      const forked = test.operations.some((o) => o.action.does === 'fork' && o.action.child === name);
      return [
        [instance(litmus_task, t).born, forked ? 0 : 1],
        [the(per_cpu).current_task.at(t), task],
        ...places.of(t).flatMap((mapping, m): Initial => {
          const vma = places.vma(t, m);
          return [
            [vma.vm_mm, instance(mm_struct, t)],
            [vma.anon_vma, instance(anon_vma, t)],
            [vma.vm_start, places.start(t, m)],
            [vma.vm_end, places.start(t, m) + BigInt(mapping.last - mapping.first + 1) * 0x1000n],
            [vma.vm_pgoff, mapping.first],
            [vma.vm_file, m < maps.length ? instance(file, number(mapping.file)) : NULL_FILE],
            [vma.vm_flags, m < maps.length ? flagsOf(mapping) : 0],
          ];
        }),
        [instance(sigpending, t).task, task],
        ...(prctl ? ([[task.flags, prctlFlags[prctl]]] satisfies Initial) : []),
      ];
    }),
  ];
}

/** Nobody holds the device. */
const notMounted = (xfs: boolean): Initial => [
  [the(dax_device).holder_data, value(pointer(xfs_mount), 0)],
  [the(dax_device).holder_ops, value(pointer(dax_holder_operations), 0)],
  ...(xfs ? ([[the(super_block).s_flags, 0]] satisfies Initial) : []),
];

/** What its programs say of mappings in the place of those of scenarios. */
const mappingAbstractions: readonly string[] = [
  'Each mapping of a task lies at fixed addresses of its own; all of a task have one anon_vma; threads share them.',
  'The interval tree gives VMAs of a task that start with the same page of a file in the order in which the test has them, also after one was unmapped and mapped again.',
];

const hugeAbstractions: readonly string[] = [
  `A PMD covers ${PAGES_PER_PMD} pages, where the kernel has 512: PMD_SIZE is that, and PMD_SHIFT is 21 all the same.`,
  'Where a file has huge extents, no file has a hole, shares a block, or changes its size or its blocks.',
  'A mapping lies at addresses that are as far into a PMD as the pages of its file.',
];

const prctlFlags = {
  early: constant('PF_MCE_PROCESS | PF_MCE_EARLY', u32, 0x0800_0080),
  late: PF_MCE_PROCESS,
} as const;

/** A file that is on disk only, or nowhere: its inode object is free. */
function notInCore(f: number, xfs: boolean): Initial {
  return [
    [instance(dentry, f).d_inode, NULL_INODE],
    [instance(inode, f).live, 0],
    [instance(address_space, f).live, 0],
    [instance(inode_slab, f).allocated, 0],
    ...(xfs ? ([[instance(xfs_inode, f).i_flags, XFS_IRECLAIM]] satisfies Initial) : []),
  ];
}
