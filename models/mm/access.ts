/** arch/x86/mm/fault.c, v6.12: a task reads or writes its memory, until the page is there or a signal is due. */
import {
  and,
  band,
  bool,
  constant,
  eq,
  forever,
  if_,
  kernelFunction,
  not,
  or,
  pointer,
  READ_ONCE,
  return_,
  set,
  true_,
  u32,
  u64,
  value,
} from '../../src/lang/public.ts';
import { linear_page_index } from '../dax/associate.ts';
import { mmap_read_lock, mmap_read_unlock } from '../locks.ts';
import { mm_struct, vm_area_struct } from '../objects.ts';
import { anonPte, FAULT_FLAG_WRITE, pte_none, VM_FAULT_ERROR } from '../words.ts';
import { handle_mm_fault } from './memory.ts';
import { pte_index } from './pgtable.ts';
import { walked } from './pmd.ts';
import { vma_lookup } from './vma-lookup.ts';

export const VM_WRITE = constant('VM_WRITE', u64, 0x2);
export const VM_FAULT_SIGSEGV = constant('VM_FAULT_SIGSEGV', u32, 0x40);

/** Gives 0, or the VM_FAULT_* that became a signal. For programs with ANY_MAPPING. */
export const do_user_addr_fault = kernelFunction(
  'do_user_addr_fault',
  {
    file: 'arch/x86/mm/fault.c',
    params: { mm: pointer(mm_struct), address: u64, flags: u32 },
    locals: { pte: u64, vma: pointer(vm_area_struct), fault: u32, faulted: bool },
    returns: u32,
    abstracts: [
      'The access itself is the loop around the fault: it goes on when the page table has the page.',
      'A write to a shared mapping faults at least once, as page table entries have no writable bit.',
      'Out of memory is given back, where the kernel lets the task try again.',
    ],
  },
  ({ mm, address, flags, pte, vma, fault, faulted }, options) => [
    forever([
      set(pte, walked(options, mm, pte_index(address), READ_ONCE(mm.pte.at(pte_index(address))))),
      if_(and(not(pte_none(pte)), or(faulted, not(band(flags, FAULT_FLAG_WRITE)), eq(pte, anonPte))), [
        return_(value(u32, 0)),
      ]),
      mmap_read_lock(mm.mmap_lock),
      set(vma, vma_lookup(mm, pte_index(address))),
      // access_error
      if_(or(not(vma), and(band(flags, FAULT_FLAG_WRITE), not(band(vma.vm_flags, VM_WRITE)))), [
        mmap_read_unlock(mm.mmap_lock),
        return_(VM_FAULT_SIGSEGV),
      ]),
      set(fault, handle_mm_fault(vma, linear_page_index(vma, address), flags)),
      mmap_read_unlock(mm.mmap_lock),
      if_(band(fault, VM_FAULT_ERROR), [return_(fault)]),
      set(faulted, true_),
    ]),
  ],
);
