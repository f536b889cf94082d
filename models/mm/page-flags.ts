/** include/linux/page-flags.h, v6.12: what the low bits of page->mapping say, and PG_hwpoison. */
import {
  band,
  bool,
  eq,
  kernelFunction,
  ne,
  pointer,
  return_,
  set,
  toWord,
  u64,
} from '../../src/lang/public.ts';
import { page } from '../objects.ts';
import { PAGE_MAPPING_ANON, PAGE_MAPPING_FLAGS, PAGE_MAPPING_KSM } from '../words.ts';

const where = { file: 'include/linux/page-flags.h', params: { folio: pointer(page) } } as const;

export const folio_test_anon = kernelFunction('folio_test_anon', { ...where, returns: bool }, ({ folio }) => [
  return_(ne(band(toWord(u64, folio.mapping), PAGE_MAPPING_ANON), 0)),
]);

export const folio_test_ksm = kernelFunction('folio_test_ksm', { ...where, returns: bool }, ({ folio }) => [
  return_(eq(band(toWord(u64, folio.mapping), PAGE_MAPPING_FLAGS), PAGE_MAPPING_KSM)),
]);

export const SetPageHWPoison = kernelFunction(
  'SetPageHWPoison',
  {
    file: 'include/linux/page-flags.h',
    params: { page: pointer(page) },
    abstracts: ['The flag is a word of its own; the other flags in page->flags are left out.'],
  },
  ({ page }) => [set(page.PG_hwpoison, 1)],
);
