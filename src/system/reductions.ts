/** What a search may leave out of a system without a verdict changing; each can be switched off. */
export const reductions = ['slice', 'fuse', 'symmetry'] as const;

/**
 * `slice`: words that nothing reads are no part of a state. `fuse`: a CPU does not stop where no other can tell:
 * before accesses under a lock, before dropping a lock, and once after it has started or taken a lock. `symmetry`: of
 * states that differ in an exchange of what cannot be told apart, one stands for all.
 */
export type Reduction = (typeof reductions)[number];
