/** Code for what a CPU remembers while it stands at a control point: cells that are its own. */
import type { CodeContext } from './code-context.ts';
import type { Slot } from './layout.ts';
import { readCell } from './packed-words.ts';

/** Where a CPU stops: remembers its point and live locals, and clears what it no longer needs. */
export function stop(context: CodeContext, number: number, live: readonly string[]): string {
  const { layout, locals } = context;
  const words = [
    { slot: layout.pc, value: String(number) },
    ...live.map((l) => ({ slot: registerOf(context, l), value: locals.nameOf(l) })),
  ];
  const cells = Array.from({ length: layout.pc.stride / 32 }, (_, n) => {
    const cell = layout.own + n;
    const parts = words.filter(({ slot }) => slot.base >>> 5 === cell && slot.width > 0);
    const code = parts.map(({ slot, value }) => (slot.base & 31 ? `${value} << ${slot.base & 31}` : value));
    return `S[${ownCell(context, cell)}] = ${code.join(' | ') || '0'};`;
  });
  return [...cells, `pauses.count = n;`].join('\n');
}

/** For each live local: `name = what its CPU remembers of it`. */
export function remembered(context: CodeContext, live: readonly string[]): readonly string[] {
  return live.map((l) => {
    const { base, width } = registerOf(context, l);
    return `${context.locals.nameOf(l)} = ${readCell(ownCell(context, base >>> 5), base & 31, width)}`;
  });
}

const registerOf = ({ layout }: CodeContext, local: string): Slot =>
  layout.registers[layout.registerOf.get(local) as number] as Slot;

/** The cell of the CPU that takes the step that is this one of the first CPU's. */
const ownCell = ({ cpus, layout }: CodeContext, cell: number): string =>
  cpus === 1 ? String(cell) : `${cell} + cpu * ${layout.pc.stride / 32}`;
