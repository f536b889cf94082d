/** The kernel's locks under their own names. */
import {
  add,
  type Bool,
  band,
  bnot,
  bool,
  bor,
  choose,
  cond,
  constant,
  downgrade_write,
  type Expr,
  type ExprOf,
  eq,
  exclusiveLock,
  exclusiveUnlock,
  for_index,
  kernelFunction,
  ne,
  nodeOf,
  type Pointer,
  primitive,
  sharedLock,
  sharedUnlock,
  shl,
  smp_processor_id,
  sub,
  the,
  type U8,
  u8,
  u32,
  ult,
  value,
} from '../src/lang/public.ts';
import { type address_space, rcu_state, type xfs_inode } from './objects.ts';

export const xas_lock_irq = exclusiveLock('xas_lock_irq');
export const xas_unlock_irq = exclusiveUnlock('xas_unlock_irq');
type Lock = ReturnType<ReturnType<typeof exclusiveLock>>;

/** The same primitive, printed with these arguments. */
function showing(primitive: Lock, ...shown: readonly ExprOf[]): Lock {
  return { ...primitive, shown: shown.map(nodeOf) } as Lock;
}

type Mapping = Expr<Pointer<address_space>>;
export const i_mmap_lock_read = (m: Mapping) => showing(sharedLock('i_mmap_lock_read')(m.i_mmap_rwsem), m);
export const i_mmap_unlock_read = (m: Mapping) =>
  showing(sharedUnlock('i_mmap_unlock_read')(m.i_mmap_rwsem), m);
export const i_mmap_lock_write = (m: Mapping) =>
  showing(exclusiveLock('i_mmap_lock_write')(m.i_mmap_rwsem), m);
export const i_mmap_unlock_write = (m: Mapping) =>
  showing(exclusiveUnlock('i_mmap_unlock_write')(m.i_mmap_rwsem), m);
export const mmap_read_lock = sharedLock('mmap_read_lock');
export const mmap_read_unlock = sharedUnlock('mmap_read_unlock');
export const mmap_write_lock = exclusiveLock('mmap_write_lock');
export const mmap_write_unlock = exclusiveUnlock('mmap_write_unlock');
export const inode_lock = exclusiveLock('inode_lock');
export const inode_unlock = exclusiveUnlock('inode_unlock');
export const inode_lock_shared = sharedLock('inode_lock_shared');
export const inode_unlock_shared = sharedUnlock('inode_unlock_shared');
export const filemap_invalidate_lock = exclusiveLock('filemap_invalidate_lock');
export const filemap_invalidate_unlock = exclusiveUnlock('filemap_invalidate_unlock');
export const filemap_invalidate_lock_shared = sharedLock('filemap_invalidate_lock_shared');
export const filemap_invalidate_unlock_shared = sharedUnlock('filemap_invalidate_unlock_shared');
/** The page table lock. */
export const pte_lock = exclusiveLock('pte_offset_map_lock');
export const pte_unlock = exclusiveUnlock('pte_unmap_unlock');
/** The lock of the AGF buffer: xfs_alloc_read_agf and xfs_trans_brelse (or the commit). */
export const xfs_alloc_read_agf = exclusiveLock('xfs_alloc_read_agf');
export const xfs_trans_brelse = exclusiveUnlock('xfs_trans_brelse');

/** Which lock of an XFS inode, and how. */
export type XfsLock =
  | 'IOLOCK_SHARED'
  | 'IOLOCK_EXCL'
  | 'MMAPLOCK_SHARED'
  | 'MMAPLOCK_EXCL'
  | 'ILOCK_SHARED'
  | 'ILOCK_EXCL';

function xfsLockWord(ip: Expr<Pointer<xfs_inode>>, which: XfsLock): ExprOf {
  if (which.startsWith('IOLOCK')) return ip.i_vnode.i_rwsem;
  if (which.startsWith('MMAPLOCK')) return ip.i_vnode.i_mapping.invalidate_lock;
  return ip.i_lock;
}

type Inode = Expr<Pointer<xfs_inode>>;

function xfsLock(ip: Inode, which: XfsLock, shared: LockMaker, exclusive: LockMaker): Lock {
  const make = which.endsWith('EXCL') ? exclusive : shared;
  return showing(make(xfsLockWord(ip, which)), ip, constant(`XFS_${which}`, u32, 0));
}
type LockMaker = (lock: ExprOf) => Lock;

export const xfs_ilock = (ip: Inode, which: XfsLock) =>
  xfsLock(ip, which, sharedLock('xfs_ilock'), exclusiveLock('xfs_ilock'));
export const xfs_iunlock = (ip: Inode, which: XfsLock) =>
  xfsLock(ip, which, sharedUnlock('xfs_iunlock'), exclusiveUnlock('xfs_iunlock'));
export const xfs_ilock_demote = (ip: Inode, which: 'IOLOCK_EXCL' | 'MMAPLOCK_EXCL') =>
  xfsLock(ip, which, downgrade_write, downgrade_write);

// --- RCU: a reader never waits; a grace period waits for each CPU to be outside -----------------------
const readers = (): Expr<U8> => the(rcu_state).readers;
const thisCpu = (): Expr<U8> => shl(value(u8, 1), smp_processor_id);

/** Kept as one bit: that sections do not nest in what is modelled is checked. */
export const rcu_read_lock = () =>
  primitive('rcu_read_lock', {
    demands: [
      {
        property: 'out-of-model',
        holds: eq(band(readers(), thisCpu()), 0),
        says: 'a read-side section begins within another, which is not counted',
      },
    ],
    effects: [[readers(), bor(readers(), thisCpu())]],
  });
export const rcu_read_unlock = () =>
  primitive('rcu_read_unlock', {
    demands: [
      {
        property: 'lock-pairing',
        holds: ne(band(readers(), thisCpu()), 0),
        says: 'rcu_read_unlock outside a read-side section',
      },
    ],
    effects: [leaveReadSide()],
  });
/** What ends the read-side section of this CPU, as a store. */
export const leaveReadSide = (): readonly [Expr<U8>, Expr<U8>] => [
  readers(),
  band(readers(), bnot(thisCpu())),
];

/** Sleeps until the condition holds. With PREEMPT_RCU, rcu_note_context_switch() warns of a read-side section. */
export const schedule = (shown: ExprOf, until: Expr<Bool>) =>
  primitive('schedule', {
    shown: [shown],
    until,
    demands: [
      {
        property: 'no-warn',
        holds: eq(band(readers(), thisCpu()), 0),
        says: 'a voluntary context switch within an RCU read-side section',
      },
    ],
  });

const waitForQuiescentState = (cpu: Expr<U8>) =>
  primitive('wait_for_quiescent_state', {
    shown: [cpu],
    until: eq(band(readers(), shl(value(u8, 1), cpu)), 0),
  });

/** Waits until each CPU was, at some time since the call, outside a read-side section: two CPUs in either order. */
export const synchronize_rcu = kernelFunction('synchronize_rcu', { file: 'kernel/rcu/tree.c' }, () => [
  for_index('cpu', u8, 'cpus', (cpu) => [waitForQuiescentState(cpu)]),
]);

/**
 * The same for three or four: who is outside early may be inside again when the last one leaves, so the order in which
 * they are waited for is open. Around the circle from any of them, in either direction, are all orders of the others.
 */
export const synchronizeRcuOf = (cpus: number) =>
  kernelFunction(
    synchronize_rcu.functionName,
    { file: 'kernel/rcu/tree.c', locals: { first: u8, backward: bool } },
    ({ first, backward }) => [
      choose(first, 'cpus'),
      choose(backward, 2),
      for_index('step', u8, 'cpus', (step) => {
        const next = add(first, cond(backward, sub(value(u8, cpus), step), step));
        return [waitForQuiescentState(cond(ult(next, cpus), next, sub(next, cpus)))];
      }),
    ],
  );
