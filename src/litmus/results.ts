/** What each operation may give to user space: a condition on something else can never be met. */
import type { ActionName, Device, Result } from './test.ts';

const ends: readonly Result[] = ['oops', 'hangs', 'none'];
const access: readonly Result[] = ['ok', 'SIGBUS', 'SIGSEGV', 'OOM'];
const failure: readonly Result[] = ['ok', '-EBUSY', '-EIO', '-ENXIO', '-EFAULT', '-EFSCORRUPTED'];

const results: Readonly<Record<ActionName, readonly Result[]>> = {
  touch: access,
  write: access,
  map: ['ok', '-ENOENT'],
  munmap: ['ok'],
  exit: ['ok'],
  fork: ['ok'],
  madvise: failure,
  inject: failure,
  'inject-memory': ['ok'],
  reflink: ['ok', '-ENOENT', '-EIO'],
  dedupe: ['ok', '-ENOENT', '-EIO'],
  unshare: ['ok', '-ENOENT', '-EIO', '-ENOSPC'],
  pwrite: ['ok', '-ENOENT', '-EIO', '-ENOSPC'],
  punch: ['ok', '-ENOENT', '-EIO'],
  truncate: ['ok', '-ENOENT', '-EIO'],
  unlink: ['ok', '-ENOENT'],
  create: ['ok', '-EEXIST', '-ENOMEM'],
  inodegc: ['ok'],
  'drop-caches': ['ok'],
  unmount: ['ok', '-EBUSY', '-EINVAL'],
  mount: ['ok', '-EBUSY'],
  mkfs: ['ok', '-EBUSY'],
  pin: ['ok', '-EFAULT'],
  unpin: ['ok'],
};

export const resultsOf = (action: ActionName, device: Device): readonly Result[] => [
  ...results[action],
  ...(action === 'mount' && device === 'partition' ? (['-EINVAL'] as const) : []),
  ...ends,
];
