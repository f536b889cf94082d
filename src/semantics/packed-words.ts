/** Code that reads and writes words of the packed state `S`; writing uses the variable `b`. */
import type { CodeContext } from './code-context.ts';

/** Where a word begins, in bits: a number, or code where that depends on something. */
export type Bit = string | number;

/** The word of `width` bits at `bit`; one of no bits is 0, wherever it lies. */
export function readBits(bit: Bit, width: number): string {
  if (width === 0) return '0';
  if (typeof bit === 'number') return readCell(String(bit >>> 5), bit & 31, width);
  return `(S[${bit} >>> 5] >>> (${bit} & 31) & ${2 ** width - 1})`;
}

/** The word of `width` bits at a bit of a cell. */
export function readCell(cell: string, bit: number, width: number): string {
  return width === 32 ? `S[${cell}]` : `(S[${cell}] >>> ${bit} & ${2 ** width - 1})`;
}

/** A statement that makes `value` the word of `width` bits at `bit`. */
export function writeBits(bit: Bit, width: number, value: string): string {
  if (width === 0) return '';
  const mask = 2 ** width - 1;
  if (typeof bit === 'number')
    return `S[${bit >>> 5}] = S[${bit >>> 5}] & ${~(mask << (bit & 31))} | (${value}) << ${bit & 31};`;
  return `b = ${bit}; S[b >>> 5] = S[b >>> 5] & ~(${mask} << (b & 31)) | (${value}) << (b & 31);`;
}

/** The control point where a CPU with a known number stands, as code. */
export const readPoint = ({ layout: { pc } }: CodeContext, cpu: number): string =>
  readBits(pc.base + cpu * pc.stride, pc.width);
