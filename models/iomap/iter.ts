/** include/linux/iomap.h, v6.12: what a filesystem answers for one page of a file, for DAX. */
import { pointer, u32, u64, virtualFunction } from '../../src/lang/public.ts';
import { inode } from '../objects.ts';

/**
 * `ops->iomap_begin(inode, pos, length, flags, &iomap, &srcmap)` for one page at offset `pgoff`: the iomap as
 * one word (see words.ts), or a negative error number.
 */
export const iomap_begin = virtualFunction('iomap_begin', {
  params: { inode: pointer(inode), pgoff: u64, flags: u32 },
  returns: u64,
});

/** `ops->iomap_end`; `written` counts pages, 0 or 1. Gives 0 or a negative error number. */
export const iomap_end = virtualFunction('iomap_end', {
  params: { inode: pointer(inode), pgoff: u64, written: u64, flags: u32 },
  returns: u32,
});
