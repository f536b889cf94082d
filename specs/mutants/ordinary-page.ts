/**
 * The failure of a page that is not a device's: anonymous, KSM, of a file, or nobody's. No DAX stack gets to these
 * ways through collect_procs and hwpoison_filter; here their mutants are tried. The page changes hands meanwhile.
 */
import { collect_procs } from '../../models/mm/collect-procs.ts';
import { hwpoison_filter } from '../../models/mm/hwpoison-filter.ts';
import { kill_procs } from '../../models/mm/kill.ts';
import {
  address_space,
  anon_vma,
  file,
  inode,
  inode_slab,
  memory_failure_state,
  mm_struct,
  page,
  task_struct,
  vm_area_struct,
} from '../../models/objects.ts';
import { mapAddress } from '../../models/scenario.ts';
import { devmapPte, FIRST_PFN, PF_MCE_EARLY, PF_MCE_PROCESS } from '../../models/words.ts';
import {
  bor,
  cast,
  choose,
  cond,
  type Expr,
  eq,
  if_,
  kernelFunction,
  mutex_lock,
  mutex_unlock,
  operation,
  type Program,
  pointer,
  program,
  set,
  the,
  toWord,
  type U64,
  u8,
  u32,
  u64,
  value,
} from '../../src/lang/public.ts';
import { lockPairing } from '../properties/lock-pairing.ts';

const mapping = (bits: Expr<U64>) => cast(pointer(address_space), bits);
const av = toWord(u64, the(anon_vma));

const memoryFailure = operation('memory failure', {}, () => [
  mutex_lock(the(memory_failure_state).mf_mutex),
  if_(eq(hwpoison_filter(the(page)), 0), [
    collect_procs(the(page), the(page), 1),
    kill_procs(1, FIRST_PFN, 0),
  ]),
  mutex_unlock(the(memory_failure_state).mf_mutex),
]);

/** Whose page it is from now on: nobody's; a file's; anonymous memory, mapped and not; KSM's, without a node. */
const changeHands = kernelFunction('change_hands', { locals: { kind: u8 } }, ({ kind }) => [
  choose(kind, 5),
  set(the(mm_struct).pte.at(0), cond(eq(kind, 2), devmapPte(the(page).pfn), 0)),
  set(the(page)._mapcount, cond(eq(kind, 2), value(u32, 0), -1)),
  if_(eq(kind, 0), [set(the(page).mapping, mapping(value(u64, 0)))]),
  if_(eq(kind, 1), [set(the(page).mapping, the(address_space))]),
  if_(eq(kind, 2), [set(the(page).mapping, mapping(bor(av, 1)))]),
  if_(eq(kind, 3), [set(the(page).mapping, mapping(bor(av, 1)))]),
  if_(eq(kind, 4), [set(the(page).mapping, mapping(value(u64, 3)))]),
]);

/** The task asks for early kill, or does not; the filter goes on and off; the VMA begins at one offset or another. */
const changePolicy = kernelFunction(
  'change_policy',
  { locals: { asks: u8, filters: u8, begins: u8 } },
  (v) => [
    choose(v.asks, 2),
    choose(v.filters, 2),
    choose(v.begins, 2),
    set(the(task_struct).flags, cond(v.asks, bor(PF_MCE_PROCESS, PF_MCE_EARLY), PF_MCE_PROCESS)),
    set(the(memory_failure_state).hwpoison_filter_enable, cond(v.filters, value(u32, 1), 0)),
    set(the(vm_area_struct).vm_pgoff, toWord(u64, v.begins)),
  ],
);

const remap = operation('remap', {}, () => [changeHands()]);
const prctl = operation('prctl', {}, () => [
  mutex_lock(the(memory_failure_state).mf_mutex),
  changePolicy(),
  mutex_unlock(the(memory_failure_state).mf_mutex),
]);

/** At one CPU the page stays as it is during a failure, at two it may change hands at any time. */
export function ordinaryPage(cpus: number): Program {
  const bounds = { cpus, files: 1, blocks: 1, offsets: 1, slots: 2, tasks: 1 };
  const [vma, mm] = [the(vm_area_struct), the(mm_struct)];
  return program({
    name: 'v6.12/ordinary-page',
    bounds,
    operations: [memoryFailure, remap, ...(cpus === 1 ? [prctl] : [])],
    initial: [
      [the(page).pfn, FIRST_PFN],
      [the(page)._mapcount, -1],
      [the(address_space).live, 1],
      [the(address_space).host, the(inode)],
      [the(inode).live, 1],
      [the(inode_slab).allocated, 0],
      [the(task_struct).mm, mm],
      [the(task_struct).flags, 0],
      [the(memory_failure_state).sysctl_memory_failure_early_kill, 1],
      [mm.mmap, vma],
      [vma.vm_mm, mm],
      [vma.vm_file, the(file)],
      [the(file).f_mapping, the(address_space)],
      [vma.vm_start, mapAddress(0)],
      [vma.vm_end, mapAddress(0) + 0x1000n],
      [vma.anon_vma, the(anon_vma)],
      [the(anon_vma).root, the(anon_vma)],
    ],
    properties: lockPairing.build(bounds).properties,
  });
}
