/** How often loops are unrolled where a step is a whole operation. */

/** More than any loop over what the bounds allow needs; a loop that goes on beyond it is taken for endless. */
const MOST_ROUNDS = 12;

/** Unrolls a loop once more, as often by default as lowering does; the reason where it is taken for endless. */
export function addRound(rounds: Map<string, number>, loop: string): string | null {
  const next = (rounds.get(loop) ?? 1) + 1;
  if (next > MOST_ROUNDS) return `the loop at ${loop} goes round more than ${MOST_ROUNDS} times`;
  rounds.set(loop, next);
  return null;
}
