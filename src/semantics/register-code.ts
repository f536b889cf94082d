/** Code for what a CPU remembers while it stands at a control point. */
import type { CodeContext } from './code-context.ts';
import type { Slot } from './layout.ts';
import { bitOfCpu, readBits, writeBits } from './packed-words.ts';

/** Where a CPU stops: remembers its point and live locals, and clears what it no longer needs. */
export function stop(context: CodeContext, number: number, live: readonly string[]): string {
  const { layout, locals } = context;
  const used = new Map(live.map((l) => [layout.registerOf.get(l) as number, l]));
  const registers = layout.registers.map((slot, r) => {
    const local = used.get(r);
    return writeBits(bitOfCpu(context, slot), slot.width, local === undefined ? '0' : locals.nameOf(local));
  });
  return [
    writeBits(bitOfCpu(context, layout.pc), layout.pc.width, String(number)),
    ...registers,
    `pauses.count = n;`,
  ].join('\n');
}

/** For each live local: `name = what its CPU remembers of it`. */
export function remembered(context: CodeContext, live: readonly string[]): readonly string[] {
  const { layout, locals } = context;
  return live.map((l) => {
    const slot = layout.registers[layout.registerOf.get(l) as number] as Slot;
    return `${locals.nameOf(l)} = ${readBits(bitOfCpu(context, slot), slot.width)}`;
  });
}
