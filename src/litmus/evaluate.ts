/** Whether a condition holds in a final state. */
import { match } from 'ts-pattern';
import type { Blocks } from './blocks.ts';
import type { BlockOutcome, Outcome, TaskOutcome } from './outcome.ts';
import { printMapping } from './print.ts';
import type { Block, Formula, Where } from './test.ts';

export function holdsIn(formula: Formula, outcome: Outcome, blocks: Blocks): boolean {
  const task = (name: string) => outcome.tasks.find((t) => t.task === name) as TaskOutcome;
  const nameOf = (block: Block) => blocks.names[blocks.number(block) ?? -1];
  const block = (of: Block) => outcome.blocks.find((b) => b.block === nameOf(of)) as BlockOutcome;
  const inPlace = (where: Where | null, place: string | undefined) =>
    place !== undefined && (where === null || where.function === place);
  return match(formula)
    .with({ kind: 'or' }, (f) => f.parts.some((part) => holdsIn(part, outcome, blocks)))
    .with({ kind: 'and' }, (f) => f.parts.every((part) => holdsIn(part, outcome, blocks)))
    .with({ kind: 'not' }, (f) => !holdsIn(f.part, outcome, blocks))
    .with({ kind: 'result' }, (f) => task(f.task).results[f.n - 1] === f.is)
    .with({ kind: 'got' }, ({ task: of, signal, page, through, lsb }) => {
      const { signals } = task(of);
      if (signal === null) return signals.length === 0;
      return signals.some(
        (s) =>
          s.name === signal &&
          (lsb === null || s.lsb === lsb) &&
          (through === null || s.through === printMapping(through)) &&
          (page === null ||
            (page === 'wrong' ? s.right === false : s.page?.file === page.file && s.page.page === page.page)),
      );
    })
    .with({ kind: 'oopses' }, (f) => inPlace(f.in, task(f.task).oops?.in))
    .with({ kind: 'hangs' }, (f) => inPlace(f.in, task(f.task).hangs?.in))
    .with({ kind: 'has' }, (f) => task(f.task).present.some((p) => p.what === nameOf(f.block)))
    .with({ kind: 'owner' }, ({ block: of, is }) => {
      const { owner } = block(of);
      if (!owner || owner.word !== is.word) return false;
      if (typeof is.mapping === 'string') return owner.mapping === is.mapping;
      return typeof owner.mapping === 'object' && owner.mapping.file === is.mapping.file;
    })
    .with({ kind: 'refs' }, (f) => block(f.block).refs === f.count)
    .with({ kind: 'poisoned' }, (f) => block(f.block).poisoned)
    .with({ kind: 'recorded' }, (f) => block(f.block).recorded === f.result)
    .with({ kind: 'warns' }, (f) => outcome.warnings.some((place) => inPlace(f.in, place)))
    .with({ kind: 'shutdown' }, () => outcome.shutdown)
    .with({ kind: 'failures-blocked' }, () => outcome.failuresBlocked)
    .exhaustive();
}
