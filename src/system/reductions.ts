/** What a search may leave out of a system without a verdict changing; each can be switched off. */
export const reductions = ['slice', 'fuse'] as const;

/**
 * `slice`: words that nothing reads are no part of a state. `fuse`: a CPU goes on past accesses under a lock, and
 * past dropping one, which no other CPU can tell from stopping there.
 */
export type Reduction = (typeof reductions)[number];
