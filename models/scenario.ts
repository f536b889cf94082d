/** A scenario: an era, a stack, bounds and a policy, made into the program that the engines search. */
import { type ExprOf, instance, type Operand, type ProgramSpec, the } from '../src/lang/public.ts';
import { UNMOUNTS } from './dax/holder.ts';
import { deathAbstractions, deathOfTask } from './death.ts';
import type { Era } from './eras.ts';
import { deathInXfs, mount_point, umountObservers } from './fs/cache.ts';
import { synchronize_rcu, synchronizeRcuOf } from './locks.ts';
import { open } from './more-operations.ts';
import { pmem_pagemap_memory_failure } from './nvdimm/pmem.ts';
import {
  address_space,
  anon_vma,
  dax_device,
  dax_entry_locks,
  dax_holder_operations,
  dentry,
  dev_pagemap,
  dev_pagemap_ops,
  environment,
  ext4_inode_info,
  file,
  inode,
  inode_slab,
  memory_failure_state,
  mm_struct,
  objectAbstractions,
  page,
  pmem_device,
  super_block,
  task_struct,
  vm_area_struct,
  xfs_inode,
  xfs_mount,
  xfs_perag,
} from './objects.ts';
import { commonOperations, create, injectedFailure, madviseFailure } from './operations.ts';
import { isPinOutstanding } from './page-pin.ts';
import type { Stack } from './stacks.ts';
import { FIRST_PFN, S_DAX, S_IFREG, SB_BORN } from './words.ts';
import { waitingForTwo } from './xfs/reflink.ts';

/** How many of each thing there are. */
export interface ScenarioBounds {
  readonly cpus: number;
  readonly files: number;
  readonly blocks: number;
  readonly offsets: number;
  readonly tasks: number;
}

export const defaultBounds: ScenarioBounds = { cpus: 2, files: 2, blocks: 2, offsets: 2, tasks: 2 };

export interface Policy {
  /** Which tasks are killed early: all (the sysctl is 1), none but the current one (it is 0). */
  readonly earlyKill: 'all' | 'none';
  /** Who raises failures: a task that maps the page, or somebody outside, by frame number; null: nobody does. */
  readonly source: 'task' | 'pfn' | null;
  /** Faults may run out of memory, or meet a memory error while they copy. Left out: they may. */
  readonly faultsFail?: boolean;
  /** Also the operations of more-operations.ts. Left out: those that are pinned. */
  readonly moreOperations?: boolean;
  /** Runs go on after an oops. Left out: they end with it. */
  readonly afterOops?: boolean;
}

export interface Scenario {
  readonly era: Era;
  readonly stack: Stack;
  readonly bounds: ScenarioBounds;
  readonly policy: Policy;
}

type Initial = (readonly [ExprOf, Operand])[];

/** The address at which task `t` maps its file. */
export const mapAddress = (t: number): bigint => 0x7f00_0000_0000n + BigInt(t) * 0x10_0000n;

const each = (count: number, give: (i: number) => Initial): Initial =>
  Array.from({ length: count }, (_, i) => give(i)).flat();

function device(stack: Stack, bounds: ScenarioBounds): Initial {
  const holds = stack.filesystem === 'xfs';
  return [
    ...each(bounds.blocks, (b) => {
      const p = instance(page, b);
      return [
        [p.pfn, FIRST_PFN + b],
        [p._refcount, 1],
        [p._mapcount, -1],
        [p.pgmap, the(dev_pagemap)],
      ];
    }),
    [the(dev_pagemap).ops, the(dev_pagemap_ops)],
    [the(dev_pagemap).owner, the(pmem_device)],
    [the(dev_pagemap_ops).memory_failure, 1],
    [the(pmem_device).dax_dev, the(dax_device)],
    [the(dax_device).alive, 1],
    [the(dax_holder_operations).notify_failure, holds ? 1 : 0],
    ...(holds
      ? ([
          [the(dax_device).holder_data, the(xfs_mount)],
          [the(dax_device).holder_ops, the(dax_holder_operations)],
        ] satisfies Initial)
      : []),
  ];
}

/** Every file exists and is empty, but for the first, whose first block is block 0. */
function files(stack: Stack, bounds: ScenarioBounds): Initial {
  const xfs = stack.filesystem === 'xfs';
  return [
    ...each(bounds.files, (f) => {
      const [i, m, slab, d] = [
        instance(inode, f),
        instance(address_space, f),
        instance(inode_slab, f),
        instance(dentry, f),
      ];
      return [
        [m.live, 1],
        [m.host, i],
        [m.entry_locks, instance(dax_entry_locks, f)],
        [i.live, 1],
        [i.i_mapping, m],
        [i.i_flags, S_DAX],
        [i.i_mode, S_IFREG],
        [i.i_count, 1],
        [i.i_nlink, 1],
        [i.i_ino, 128 + f],
        [i.i_slab, slab],
        [slab.inode, i],
        [slab.mapping, m],
        [slab.allocated, 1],
        [d.d_inode, i],
        [d.d_file, instance(file, f)],
        [d.d_slot, slab],
        [d.comes_and_goes, f === bounds.files - 1 ? 1 : 0],
        [instance(file, f).f_mapping, m],
        [instance(file, f).f_inode, i],
        ...(xfs
          ? ([
              [i.xfs_i, instance(xfs_inode, f)],
              [instance(xfs_inode, f).i_vnode, i],
              [instance(xfs_inode, f).i_mount, the(xfs_mount)],
            ] satisfies Initial)
          : ([
              [i.ext4_i, instance(ext4_inode_info, f)],
              [instance(ext4_inode_info, f).vfs_inode, i],
            ] satisfies Initial)),
      ];
    }),
    xfs
      ? [instance(xfs_inode, 0).i_df.at(0), FIRST_PFN]
      : [instance(ext4_inode_info, 0).i_data.at(0), FIRST_PFN],
    ...(xfs
      ? ([
          [the(xfs_mount).m_super, the(super_block)],
          [the(xfs_mount).m_perag, the(xfs_perag)],
          [the(xfs_mount).m_ddev_dax, the(dax_device)],
          [the(xfs_mount).rmapbt, stack.rmapbt ? 1 : 0],
          [the(xfs_mount).reflink, stack.reflink ? 1 : 0],
          [the(super_block).s_flags, SB_BORN],
        ] satisfies Initial)
      : []),
  ];
}

function tasks(bounds: ScenarioBounds): Initial {
  return each(bounds.tasks, (t) => {
    const [mm, vma, av] = [instance(mm_struct, t), instance(vm_area_struct, t), instance(anon_vma, t)];
    return [
      [instance(task_struct, t).mm, mm],
      [instance(task_struct, t).maps_privately, t === bounds.tasks - 1 ? 1 : 0],
      [mm.mmap, vma],
      [vma.anon_vma, av],
      [vma.vm_mm, mm],
      [vma.vm_start, mapAddress(t)],
      [vma.vm_end, mapAddress(t) + BigInt(bounds.offsets) * 0x1000n],
      [av.root, av],
      [av.refcount, 1],
    ];
  });
}

const failures = { task: [madviseFailure], pfn: [injectedFailure] } as const;

/**
 * The program of a scenario, without properties: those, and their observers, are the specification's to
 * add. All files exist at the start, nothing is mapped or shared, and all CPUs are idle.
 */
export function buildScenario({ era, stack, bounds, policy }: Scenario): ProgramSpec {
  return {
    name: `${era.id}/${stack.id}`,
    // An index may be taken from the count of shared owners: one slot more than these can be.
    bounds: { ...bounds, slots: bounds.files * bounds.offsets + 1 },
    operations: [
      ...commonOperations,
      policy.moreOperations ? open : create,
      ...stack.operations,
      ...(policy.moreOperations ? stack.more : []),
      ...(policy.source ? failures[policy.source] : []),
    ],
    bind: {
      pagemap_memory_failure: pmem_pagemap_memory_failure,
      ...stack.bind,
      ...(bounds.cpus > 2 && { [synchronize_rcu.functionName]: synchronizeRcuOf(bounds.cpus) }),
      ...(policy.moreOperations && bounds.cpus === 1 && { [waitingForTwo.functionName]: waitingForTwo }),
    },
    initial: [
      ...device(stack, bounds),
      ...files(stack, bounds),
      ...tasks(bounds),
      ...(policy.moreOperations ? ([[the(mount_point).mounted, 1]] satisfies Initial) : []),
      [the(environment).faults_fail, policy.faultsFail === false ? 0 : 1],
      [the(memory_failure_state).sysctl_memory_failure_early_kill, policy.earlyKill === 'all' ? 1 : 0],
    ],
    marks: era.marks,
    abstractions: [...objectAbstractions, ...(policy.afterOops ? deathAbstractions : [])],
    ...(policy.afterOops && {
      afterOops: [...deathOfTask, ...(policy.moreOperations ? [deathInXfs] : [])],
    }),
    ...(policy.moreOperations && {
      options: [UNMOUNTS],
      elsewhere: isPinOutstanding,
      observers: umountObservers,
    }),
  };
}
