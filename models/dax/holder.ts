/** drivers/dax/super.c, v6.12: the way from a device to the filesystem that holds it. */
import {
  if_,
  int,
  kernelFunction,
  neg,
  not,
  pointer,
  return_,
  set,
  u64,
  virtualFunction,
} from '../../src/lang/public.ts';
import { dax_device, xfs_mount } from '../objects.ts';
import { ENXIO, EOPNOTSUPP } from '../words.ts';

const range = { dax_dev: pointer(dax_device), offset: u64, len: u64, mf_flags: int } as const;

/** `dax_dev->holder_ops->notify_failure` */
export const notify_failure = virtualFunction('notify_failure', { params: range, returns: int });

/** What `notify_failure` is bound to on stacks whose filesystem has no such operation: never called there. */
export const no_notify_failure = kernelFunction('no_notify_failure', { params: range, returns: int }, () => [
  return_(neg(EOPNOTSUPP)),
]);

/** The option of programs in which inodes leave core without being unlinked, as where a filesystem is unmounted. */
export const UNMOUNTS = 'unmounts';

export const dax_holder = kernelFunction(
  'dax_holder',
  { file: 'drivers/dax/super.c', params: { dax_dev: pointer(dax_device) }, returns: pointer(xfs_mount) },
  ({ dax_dev }) => [return_(dax_dev.holder_data)],
);

export const dax_holder_notify_failure = kernelFunction(
  'dax_holder_notify_failure',
  {
    file: 'drivers/dax/super.c',
    params: range,
    locals: { rc: int },
    returns: int,
    abstracts: (options) => [
      options.has(UNMOUNTS)
        ? 'dax_read_lock is left out: it keeps a device from being removed, and none is; fs_put_dax does not wait for it.'
        : 'dax_read_lock is left out: no device is removed and no filesystem unmounted.',
    ],
  },
  ({ dax_dev, offset, len, mf_flags, rc }) => [
    if_(not(dax_dev.alive), [return_(neg(ENXIO))]),
    if_(not(dax_dev.holder_ops), [return_(neg(EOPNOTSUPP))]),
    if_(dax_dev.holder_ops.notify_failure, [set(rc, notify_failure(dax_dev, offset, len, mf_flags))]),
    return_(rc),
  ],
);
