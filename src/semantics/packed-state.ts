/** Words of a packed state, read and written where they lie. */

export function readWord(state: Int32Array, bit: number, width: number): number {
  const cell = state[bit >>> 5] as number;
  return width === 32 ? cell : (cell >>> (bit & 31)) & ~(-1 << width);
}

export function writeWord(state: Int32Array, bit: number, width: number, value: number): void {
  const mask = width === 32 ? -1 : ~(-1 << width) << (bit & 31);
  state[bit >>> 5] = ((state[bit >>> 5] as number) & ~mask) | ((value << (bit & 31)) & mask);
}
