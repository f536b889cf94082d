/** include/linux/dax.h, v6.12. */
import {
  and,
  type Bool,
  band,
  bool,
  type Expr,
  type ExprOf,
  eq,
  kernelFunction,
  pointer,
  return_,
  type U32,
} from '../../src/lang/public.ts';
import { address_space } from '../objects.ts';
import { S_DAX, S_IFCHR, S_IFMT } from '../words.ts';

export const S_ISCHR = (mode: ExprOf<U32>): Expr<Bool> => eq(band(mode, S_IFMT), S_IFCHR);

/** Reads the host: whatever stands in page->mapping must be an address_space by now. */
export const dax_mapping = kernelFunction(
  'dax_mapping',
  { file: 'include/linux/dax.h', params: { mapping: pointer(address_space) }, returns: bool },
  ({ mapping }) => [return_(and(mapping.host, band(mapping.host.i_flags, S_DAX)))],
);
