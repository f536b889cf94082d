/** What a search may leave out of a system without a verdict changing; each can be switched off. */
export const reductions = ['slice'] as const;

/** `slice`: words that nothing reads are no part of a state. */
export type Reduction = (typeof reductions)[number];
