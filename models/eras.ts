/** The kernels whose behaviour is encoded. Other eras come as sets of functions that differ. */
export interface Era {
  readonly id: string;
  /** Releases that behave alike here. */
  readonly releases: string;
  /** The release that was read. */
  readonly read: string;
  /** How the kernel marks a shared page: constant values of page->mapping that are no pointer. */
  readonly marks: readonly { readonly name: string; readonly value: bigint }[];
}

export const eras: readonly Era[] = [
  {
    id: 'v6.12',
    releases: 'v6.2 to v6.14',
    read: '6.12.107',
    marks: [{ name: 'PAGE_MAPPING_DAX_SHARED', value: 1n }],
  },
];

export function eraNamed(id: string): Era | undefined {
  return eras.find((era) => era.id === id);
}
