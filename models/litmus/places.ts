/** Where the mappings of a litmus test's tasks lie: each has a VMA and addresses of its own, whether it is there or not. */
import { type Expr, instance, type Pointer } from '../../src/lang/public.ts';
import { PAGES_PER_PMD } from '../../src/litmus/bounds.ts';
import { mappingsOf } from '../../src/litmus/mappings.ts';
import type { LitmusTest, Mapping } from '../../src/litmus/test.ts';
import { vm_area_struct } from '../objects.ts';

export interface Places {
  /** The most mappings that a task has. */
  readonly mappings: number;
  /** Pages from the start of one mapping to that of the next of the same task. */
  readonly offsets: number;
  /** All mappings of task number `t`. */
  of(t: number): readonly Mapping[];
  vma(t: number, mapping: number): Expr<Pointer<vm_area_struct>>;
  /** Some file has huge extents. */
  readonly huge: boolean;
  /** The number of the page table entry of its first page. */
  entry(t: number, mapping: number): number;
  /** The address of its first page. */
  start(t: number, mapping: number): bigint;
  /** The page of task `t` at an address, and by which mapping it is there. */
  at(t: number, address: bigint): { readonly mapping: Mapping; readonly page: number } | undefined;
}

/** The page table of each task begins at its first address. */
const FIRST_ADDRESS = 0x7f00_0000_0000n;
const PAGE_TABLE = 0x20_0000n;

export function placesOf(test: LitmusTest): Places {
  const of = mappingsOf(test);
  const all = test.tasks.map(({ name }) => of(name));
  const most = Math.max(...test.files.map((f) => f.size));
  const huge = test.files.some((f) => f.huge);
  const offsets = huge ? Math.ceil(most / PAGES_PER_PMD) * PAGES_PER_PMD : most;
  /** An address is as far into a PMD as its page is into a huge extent, as thp_get_unmapped_area has it. */
  const colour = ({ first }: Mapping) => (huge ? first % PAGES_PER_PMD : 0);
  /** The interval tree of a file has its VMAs in the order of their first page, and this decides who is first. */
  const rank = (t: number, mapping: number) => {
    const list = all[t] ?? [];
    const first = (m: number) => list[m]?.first ?? 0;
    return list.filter((_, m) => first(m) < first(mapping) || (first(m) === first(mapping) && m < mapping))
      .length;
  };
  const vmaNumber = (t: number, mapping: number) => rank(t, mapping) * test.tasks.length + t;
  const entry = (t: number, mapping: number) => {
    const of = all[t]?.[mapping];
    return mapping * offsets + (of ? colour(of) : 0);
  };
  const base = (t: number) => FIRST_ADDRESS + BigInt(t) * PAGE_TABLE;
  const start = (t: number, mapping: number) => base(t) + BigInt(entry(t, mapping)) * 0x1000n;
  return {
    mappings: Math.max(1, ...all.map((list) => list.length)),
    offsets,
    of: (t) => all[t] ?? [],
    vma: (t, mapping) => instance(vm_area_struct, vmaNumber(t, mapping)),
    huge,
    entry,
    start,
    at(t, address) {
      const number = Number((address - base(t)) >> 12n);
      const mapping = all[t]?.[Math.floor(number / offsets)];
      const page = mapping && mapping.first + (number % offsets) - colour(mapping);
      return mapping && page !== undefined && mapping.first <= page && page <= mapping.last
        ? { mapping, page }
        : undefined;
    },
  };
}
