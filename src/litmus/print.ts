/** A test as text: what parses back to it. */
import { match, P } from 'ts-pattern';
import type {
  Action,
  Atom,
  Block,
  FileOf,
  Formula,
  LitmusTest,
  Mapping,
  Operation,
  Owner,
  Pages,
  TaskOf,
  Where,
} from './test.ts';

/** Ends with a newline. */
export function printLitmus(test: LitmusTest): string {
  const list = (word: string, items: readonly string[]) =>
    items.length > 0 ? [`${word} ${items.join(', ')}`] : [];
  return [
    `litmus ${test.name}`,
    ...list('era', test.eras),
    ...list('stack', test.stacks),
    ...(test.device === 'partition' ? ['device partition'] : []),
    ...list('files', test.files.map(printFile)),
    ...list('free', test.free),
    ...list('hole', test.holes.map(printPages)),
    ...test.shared.map(({ from, to }) => `share ${printPages(from)} -> ${printPages(to)}`),
    ...(test.earlyKill ? ['early-kill all'] : []),
    ...(test.faultsFail ? ['faults fail'] : []),
    ...test.tasks.map(printTask),
    ...printOperations(test.operations),
    `order ${test.order}`,
    ...test.conditions.map(({ quantifier, holds }) => `${quantifier} ${printFormula(holds)}`),
    '',
  ].join('\n');
}

const printFile = ({ name, size, huge, state }: FileOf): string =>
  `${name} ${size}${huge ? ' huge' : ''}${state === 'in-core' ? '' : ` ${state}`}`;

function printTask({ name, maps, prctl }: TaskOf): string {
  const mapped = maps.length > 0 ? ` maps ${maps.map(printMapping).join(', ')}` : '';
  return `task ${name}${mapped}${prctl ? ` ${prctl}` : ''}`;
}

export const printMapping = ({ file, first, last, whole, shared, writable }: Mapping): string =>
  `${whole ? file : printPages({ file, first, last })}${shared ? '' : ' private'}${writable ? '' : ' read-only'}`;

export const printPages = ({ file, first, last }: Pages): string =>
  `${file}[${first}${first === last ? '' : `..${last}`}]`;

const printThrough = (mapping: Mapping | null): string =>
  mapping ? ` through ${printMapping(mapping)}` : '';

export const printBlock = (block: Block): string =>
  block.kind === 'of' ? `&${block.file}[${block.page}]` : block.name;

/** Operations of one task that follow each other share a line. */
function printOperations(operations: readonly Operation[]): readonly string[] {
  const lines: { readonly head: string; readonly actions: string[] }[] = [];
  for (const { task, before, action } of operations) {
    const head = `${before ? 'before ' : ''}${task}`;
    if (lines.at(-1)?.head === head) lines.at(-1)?.actions.push(printAction(action));
    else lines.push({ head, actions: [printAction(action)] });
  }
  return lines.map(({ head, actions }) => `${head}: ${actions.join('; ')}`);
}

export function printAction(action: Action): string {
  return match(action)
    .with(
      { does: 'touch' },
      { does: 'write' },
      { does: 'pin' },
      { does: 'unpin' },
      (a) => `${a.does} ${a.file}[${a.page}]${printThrough(a.through)}`,
    )
    .with({ does: 'madvise' }, (a) => `madvise ${a.file}[${a.page}]${printThrough(a.through)} HWPOISON`)
    .with({ does: 'map' }, (a) => `map ${printMapping(a.mapping)}`)
    .with({ does: 'munmap' }, (a) => (a.mapping ? `munmap ${printMapping(a.mapping)}` : 'munmap'))
    .with(
      { does: 'exit' },
      { does: 'drop-caches' },
      { does: 'unmount' },
      { does: 'mount' },
      { does: 'mkfs' },
      (a) => a.does,
    )
    .with({ does: 'inject-memory' }, () => 'inject memory')
    .with({ does: 'fork' }, (a) => `fork ${a.child}`)
    .with({ does: 'inject' }, (a) => `inject ${printBlock(a.block)}`)
    .with(
      { does: 'reflink' },
      { does: 'dedupe' },
      (a) => `${a.does} ${printPages(a.from)} -> ${printPages(a.to)}`,
    )
    .with(
      { does: 'unshare' },
      { does: 'pwrite' },
      { does: 'punch' },
      (a) => `${a.does} ${printPages(a.pages)}`,
    )
    .with({ does: 'truncate' }, (a) => `truncate ${a.file} ${a.size}`)
    .with({ does: 'unlink' }, { does: 'create' }, { does: 'inodegc' }, (a) => `${a.does} ${a.file}`)
    .exhaustive();
}

export function printFormula(formula: Formula): string {
  const inner = (part: Formula) =>
    part.kind === 'or' || part.kind === 'and' ? `(${printFormula(part)})` : printFormula(part);
  return match(formula)
    .with({ kind: P.union('or', 'and') }, (f) => f.parts.map(inner).join(f.kind === 'or' ? ' \\/ ' : ' /\\ '))
    .with({ kind: 'not' }, (f) => `~${inner(f.part)}`)
    .otherwise(printAtom);
}

function printAtom(atom: Atom): string {
  const place = (where: Where | null) => (where === null ? '' : ` in ${where.function}`);
  return match(atom)
    .with({ kind: 'result' }, (a) => `${a.task}.${a.n} = ${a.is}`)
    .with({ kind: 'got' }, ({ task, signal, page, through, lsb }) => {
      if (signal === null) return `${task} got nothing`;
      const at =
        page === null ? '' : page === 'wrong' ? ' at wrong address' : ` at ${page.file}[${page.page}]`;
      return `${task} got ${signal}${at}${printThrough(through)}${lsb === null ? '' : ` lsb ${lsb}`}`;
    })
    .with({ kind: 'oopses' }, { kind: 'hangs' }, (a) => `${a.task} ${a.kind}${place(a.in)}`)
    .with({ kind: 'has' }, (a) => `${a.task} has ${printBlock(a.block)}`)
    .with({ kind: 'owner' }, (a) => `${printBlock(a.block)} = ${printOwner(a.is)}`)
    .with({ kind: 'refs' }, (a) => `${printBlock(a.block)} refs ${a.count}`)
    .with({ kind: 'poisoned' }, (a) => `${printBlock(a.block)} poisoned`)
    .with({ kind: 'recorded' }, (a) => `${printBlock(a.block)} recorded ${a.result}`)
    .with({ kind: 'warns' }, (a) => `warns${place(a.in)}`)
    .with({ kind: 'shutdown' }, { kind: 'failures-blocked' }, (a) => a.kind)
    .exhaustive();
}

/** `A/4`, `0x1/2`, `NULL/1`. */
export function printOwner({ mapping, word }: Owner): string {
  const name = mapping === 'mark' ? '0x1' : mapping === 'NULL' ? 'NULL' : mapping.file;
  return `${name}/${word}`;
}
