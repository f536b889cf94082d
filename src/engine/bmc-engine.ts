/**
 * Bounded model checking: all runs of so many steps at once, over words of the machine's width and wherever the
 * objects may lie. What a solver finds is replayed before it is called a violation.
 */
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import type { Verdict } from '../evidence/verdict.ts';
import { openZ3Session } from '../solver/z3.ts';
import { type BoundedResult, NO_LONGER, searchBounded } from './bounded-search.ts';
import type { Engine, Limits, Task } from './engine.ts';
import { leavesModel, shown } from './evidence.ts';

export const bmcEngine: Engine = {
  id: 'bmc',
  /** Without a bound it would go on until time is out. */
  applies: (_, { depth }) => depth !== null,
  async check(task, limits, progress) {
    const started = performance.now();
    const session = openZ3Session();
    try {
      const solver = await session.solver().catch(() => null);
      const result = await searchBounded(task.program, task.properties, limits, session, progress);
      const seconds = (performance.now() - started) / 1000;
      return task.properties.map((property) => {
        const verdict = judge(property, task, result, limits);
        const depth = verdict.verdict === 'bounded' ? result.depth : null;
        return { property, verdict, engine: 'bmc', solver, depth, states: null, seconds };
      });
    } finally {
      await session.close();
    }
  },
};

function judge(property: string, { program }: Task, result: BoundedResult, limits: Limits): Verdict {
  const { found, judged, depth, stopped } = result;
  const finding = found.get(property);
  if (finding) return shown(property.startsWith('reach:') ? 'reached' : 'violated', [finding]);
  if (!judged.has(property)) return { verdict: 'unknown', reason: 'this engine does not look for it' };
  const left = found.get(OUT_OF_MODEL);
  if (left) return leavesModel(left);
  if (depth === 0) return { verdict: 'unknown', reason: stopped };
  const step = program.bounds.cpus === 1 ? 'operation' : 'step';
  const within = `nothing is found within ${depth} ${step}${depth === 1 ? '' : 's'}`;
  const anywhere = 'whatever words of 64 bits hold and wherever the objects lie';
  if (depth === limits.depth) return { verdict: 'bounded', reason: `${within}, ${anywhere}` };
  const verdict = stopped === NO_LONGER ? 'bounded' : 'unknown';
  return { verdict, reason: `${within}, ${anywhere}; ${stopped}` };
}
