/** Scenarios that start where a test wants them to: who maps, owns and shares what is given. */
import {
  bor,
  type ExprOf,
  instance,
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

export function worldBounds(): Program['bounds'] {
  return program(specOf({ stack: 'ext4' })).bounds;
}

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

export function worldProgram(w: World, properties: readonly PropertySpec[] = []): Program {
  const spec = specOf(w);
  return program({
    ...spec,
    initial: [...(spec.initial ?? []), ...initialOf(w)],
    observers: failureObservers(spec.bounds),
    properties,
  });
}
