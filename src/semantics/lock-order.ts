/** Which locks a CPU holds when it takes another. */
import type { LockWord } from './lock-words.ts';

/** Tells each pair once, in the state in which it is seen first. */
export function orderRecorder(
  locks: readonly LockWord[],
  state: Int32Array,
  tell: (held: number, taken: number, node: number) => void,
): (cpu: number, node: number, taken: number, dropped: number) => void {
  const seen = new Uint8Array(locks.length * locks.length);
  const cells = [...new Set(locks.map((lock) => lock.bit >>> 5))];
  const inCell = cells.map((cell) => locks.filter((lock) => lock.bit >>> 5 === cell));
  const masks = inCell.map((inside) => inside.reduce((mask, lock) => mask | (0xff << (lock.bit & 31)), 0));
  return (cpu, node, taken, dropped) => {
    const own = (locks[taken] as LockWord).bit;
    if (((state[own >>> 5] as number) >>> (own & 31)) & (0x11 << cpu)) return;
    for (let i = 0; i < cells.length; i++) {
      const cell = state[cells[i] as number] as number;
      if ((cell & (masks[i] as number)) === 0) continue;
      for (const lock of inCell[i] as readonly LockWord[]) {
        const pair = lock.number * locks.length + taken;
        if (!((cell >>> (lock.bit & 31)) & (0x11 << cpu)) || lock.number === dropped || seen[pair]) continue;
        seen[pair] = 1;
        tell(lock.number, taken, node);
      }
    }
  };
}
