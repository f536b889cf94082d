/** A search that is helped comes to the same states in the same order, whatever becomes of its helpers. */
import { describe, expect, test } from 'vitest';
import { references } from '../../specs/reference/references.ts';
import { shareProgram } from '../../specs/reference/share.ts';
import { lower } from '../system/lower.ts';
import type { SearchLimits } from './explicit.ts';
import { earlyHelp, requireSame } from './helpers.fixture.ts';
import { search } from './search.ts';

test.each(references.map((r) => [`${r.program.name}, ${r.program.bounds.cpus} CPUs`, r] as const))(
  '%s',
  async (_, { program, states }) => {
    expect((await requireSame(program, await earlyHelp(2))).states).toBe(states);
  },
);

describe('searches that take long enough to be helped', { timeout: 120_000 }, () => {
  test.each([1, 2])('one CPU, %i helpers', async (count) => {
    const { helped } = await requireSame(shareProgram(1, 5, true), await earlyHelp(count));
    expect(helped).toBeGreaterThan(0);
  });

  test('what is found ends the search where it did', async () => {
    const until = ['share-count'];
    await requireSame(shareProgram(2, 2, false), await earlyHelp(1), { until });
  });

  const worker = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  const taking = `import { parentPort, workerData } from 'node:worker_threads';
    Atomics.store(workerData.done, 0, 0);`;
  test.each([
    ['does not start', 'throw new Error();'],
    ['ends with a job', `${taking} parentPort.on('message', () => process.exit(1));`],
    ['never answers', `${taking} parentPort.on('message', () => { for (;;); });`],
  ])('a helper that %s', async (_, code) => {
    const { helped } = await requireSame(
      shareProgram(1, 4, true),
      await earlyHelp(1, { file: worker(code), wait: 500 }),
    );
    expect(helped).toBe(0);
  });

  test('memory and time run out as without help', async () => {
    const limited = async (limits: SearchLimits) =>
      search(lower(shareProgram(1, 6, true)), { limits, help: await earlyHelp(1) });
    const [memory, time] = [await limited({ memoryMiB: 4 }), await limited({ seconds: 1 })];
    expect([memory.complete, memory.stopped]).toEqual([false, 'memory ran out at 4 MiB']);
    expect([time.complete, time.stopped]).toEqual([false, 'time ran out after 1 s']);
    expect(time.helped).toBeGreaterThan(0);
  });
});
