/**
 * The failure of a page that is not a device's: anonymous, KSM, of a file, or nobody's. No DAX stack gets to these
 * ways through collect_procs and hwpoison_filter; here their mutants are tried. The page changes hands meanwhile.
 */
import { collect_procs } from '../../models/mm/collect-procs.ts';
import { hwpoison_filter } from '../../models/mm/hwpoison-filter.ts';
import { kill_proc, kill_procs } from '../../models/mm/kill.ts';
import { ADDRESS_EFAULT, page_address_in_vma } from '../../models/mm/rmap.ts';
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
  and,
  type Bool,
  band,
  bool,
  bor,
  cast,
  choose,
  cond,
  constant,
  type Expr,
  eq,
  if_,
  implies,
  kernelFunction,
  mutex_lock,
  mutex_unlock,
  not,
  observe,
  operation,
  or,
  type Program,
  type PropertySpec,
  pointer,
  program,
  set,
  struct,
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

const ASKS = constant('PF_MCE_PROCESS | PF_MCE_EARLY', u32, 0x0800_0080);

/** What the failure was to do, and what it did. */
interface ordinary_failure {
  expected: Bool;
  told: Bool;
  told_wrong: Bool;
  /** The address found for the page, and the one to be found. */
  address: U64;
  right: U64;
}
const failure = the(
  struct<ordinary_failure>(
    'ordinary_failure',
    { expected: bool, told: bool, told_wrong: bool, address: u64, right: u64 },
    { ghost: true },
  ),
);

/** The task maps the anonymous page, asks for early kill, and the filter lets the page pass. */
const toBeTold = (): Expr<Bool> =>
  and(
    eq(the(mm_struct).pte.at(0), devmapPte(the(page).pfn)),
    band(the(task_struct).flags, PF_MCE_EARLY),
    not(the(memory_failure_state).hwpoison_filter_enable),
    eq(the(vm_area_struct).vm_pgoff, 0),
  );

/** Of an anonymous page of the task, or a page of the file that it maps. */
const rightAddress = (): Expr<U64> => {
  const mapping = toWord(u64, the(page).mapping);
  const theirs = or(eq(mapping, bor(av, 1)), eq(mapping, toWord(u64, the(address_space))));
  const found = and(theirs, eq(the(vm_area_struct).vm_pgoff, 0));
  return cond(found, the(vm_area_struct).vm_start, ADDRESS_EFAULT);
};

const memoryFailure = operation('memory failure', {}, () => [
  observe([failure.told, 0], [failure.told_wrong, 0], [failure.expected, toBeTold()]),
  mutex_lock(the(memory_failure_state).mf_mutex),
  if_(eq(hwpoison_filter(the(page)), 0), [
    collect_procs(the(page), the(page), 1),
    kill_procs(1, FIRST_PFN, 0),
  ]),
  mutex_unlock(the(memory_failure_state).mf_mutex),
]);

const findAddress = operation('page address', { locals: { address: u64 } }, ({ address }) => [
  set(address, page_address_in_vma(the(page), the(vm_area_struct))),
  observe([failure.address, address], [failure.right, rightAddress()]),
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

const remap = operation('remap', {}, () => [changeHands()]);
const whileItStays: readonly PropertySpec[] = [
  {
    id: 'kill-complete',
    judged: { when: 'idle' },
    holds: implies(failure.expected, failure.told),
    says: 'nobody was told',
  },
  {
    id: 'kill-exact',
    judged: { when: 'idle' },
    holds: not(failure.told_wrong),
    says: 'somebody else was told',
  },
  {
    id: 'right-address',
    judged: { when: 'idle' },
    holds: eq(failure.address, failure.right),
    says: 'the address is wrong',
  },
];

/** What is so from the start; left out: it is not. */
export interface Circumstances {
  /** The task asks for early kill by its flags. */
  readonly asks?: boolean;
  /** The filter of failures is on. */
  readonly filters?: boolean;
  /** The VMA begins after the page's offset. */
  readonly beginsLater?: boolean;
}

/** At one CPU the page stays as it is during a failure, at two it may change hands at any time. */
export function ordinaryPage(cpus: number, { asks, filters, beginsLater }: Circumstances): Program {
  const bounds = { cpus, files: 1, blocks: 1, offsets: 1, slots: 2, tasks: 1 };
  const [vma, mm] = [the(vm_area_struct), the(mm_struct)];
  return program({
    name: ['v6.12/ordinary-page', asks && 'asks', filters && 'filters', beginsLater && 'begins later']
      .filter(Boolean)
      .join(', '),
    bounds,
    operations: [memoryFailure, remap, ...(cpus === 1 ? [findAddress] : [])],
    initial: [
      [the(page).pfn, FIRST_PFN],
      [the(page)._mapcount, -1],
      [the(address_space).live, 1],
      [the(address_space).host, the(inode)],
      [the(inode).live, 1],
      [the(inode_slab).allocated, 0],
      [the(task_struct).mm, mm],
      [the(task_struct).flags, asks ? ASKS : PF_MCE_PROCESS],
      [the(memory_failure_state).sysctl_memory_failure_early_kill, 1],
      [the(memory_failure_state).hwpoison_filter_enable, filters ? 1 : 0],
      [vma.vm_pgoff, beginsLater ? 1 : 0],
      [mm.mmap, vma],
      [vma.vm_mm, mm],
      [vma.vm_file, the(file)],
      [the(file).f_mapping, the(address_space)],
      [vma.vm_start, mapAddress(0)],
      [vma.vm_end, mapAddress(0) + 0x1000n],
      [vma.anon_vma, the(anon_vma)],
      [the(anon_vma).root, the(anon_vma)],
    ],
    properties: [...lockPairing.build(bounds).properties, ...(cpus === 1 ? whileItStays : [])],
    observers: [
      {
        function: kill_proc,
        enter: [observe([failure.told, 1], [failure.told_wrong, or(failure.told_wrong, not(toBeTold()))])],
      },
    ],
  });
}
