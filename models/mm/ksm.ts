/** mm/ksm.c, v6.12: the part of the failure path that DAX pages must never get to. */
import {
  band,
  bnot,
  cast,
  if_,
  kernelFunction,
  not,
  pointer,
  return_,
  type Struct,
  set,
  struct,
  toWord,
  type U64,
  u64,
} from '../../src/lang/public.ts';
import { page } from '../objects.ts';
import { PAGE_MAPPING_KSM } from '../words.ts';

/** None exists in this model, so that reading one is a dereference of something else. */
export interface ksm_stable_node {
  hlist: U64;
}
export const ksm_stable_node: Struct<ksm_stable_node> = struct<ksm_stable_node>(
  'ksm_stable_node',
  { hlist: u64 },
  { instances: 0 },
);

export const collect_procs_ksm = kernelFunction(
  'collect_procs_ksm',
  {
    file: 'mm/ksm.c',
    params: { folio: pointer(page) },
    locals: { stable_node: pointer(ksm_stable_node), hlist: u64 },
    abstracts: ['No KSM page exists: the first read of its stable node is where this ends.'],
  },
  ({ folio, stable_node, hlist }) => [
    set(
      stable_node,
      cast(pointer(ksm_stable_node), band(toWord(u64, folio.mapping), bnot(PAGE_MAPPING_KSM))),
    ),
    if_(not(stable_node), [return_()]),
    set(hlist, stable_node.hlist),
  ],
);
