/** fs/xfs/xfs_inode.h, v6.12: changes of i_flags, each under i_flags_lock and so one step. */
import { band, bnot, bor, type Expr, type Pointer, primitive, type U64 } from '../../src/lang/public.ts';
import type { xfs_inode } from '../objects.ts';

type Inode = Expr<Pointer<xfs_inode>>;

export const xfs_iflags_set = (ip: Inode, flags: Expr<U64>) =>
  primitive('xfs_iflags_set', { shown: [ip, flags], effects: [[ip.i_flags, bor(ip.i_flags, flags)]] });

export const xfs_iflags_clear = (ip: Inode, flags: Expr<U64>) =>
  primitive('xfs_iflags_clear', {
    shown: [ip, flags],
    effects: [[ip.i_flags, band(ip.i_flags, bnot(flags))]],
  });

/** Changes one state of the inode's end into the next. */
export const xfs_iflags_change = (ip: Inode, from: Expr<U64>, to: Expr<U64>) =>
  primitive('xfs_iflags_change', {
    shown: [ip, from, to],
    effects: [[ip.i_flags, bor(band(ip.i_flags, bnot(from)), to)]],
  });
