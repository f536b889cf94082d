/** Words that stand where a name may stand, too, and so are no names. */

/** What a statement begins with. */
export const statements = [
  ...(['era', 'stack', 'device', 'files', 'free', 'hole', 'share', 'early-kill', 'faults', 'task'] as const),
  ...(['before', 'order', 'exists', 'forall', 'never'] as const),
] as const;

/** What a condition may ask of nobody in particular. */
export const general = ['warns', 'shutdown', 'failures-blocked'] as const;

export const reserved: readonly string[] = [...statements, ...general, 'memory', 'NULL'];
