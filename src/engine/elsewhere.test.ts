/** That all CPUs wait is no deadlock while somebody on none of them may let go: the engines agree on it. */
import { expect, test, vi } from 'vitest';
import type { Outcome } from '../evidence/verdict.ts';
import {
  assume,
  type Bool,
  bool,
  not,
  operation,
  type Program,
  primitive,
  program,
  set,
  struct,
  the,
} from '../lang/public.ts';
import { bmcEngine } from './bmc-engine.ts';
import type { Engine } from './engine.ts';
import { explicitEngine } from './explicit-engine.ts';
import { inductionEngine } from './induction-engine.ts';

// Z3 starts in each test; this is a limit for one that hangs.
vi.setConfig({ testTimeout: 120_000 });

interface page {
  pinned: Bool;
  locked: Bool;
}
const page = struct<page>('page', { pinned: bool, locked: bool });
const { pinned, locked } = the(page);
const until = (word: typeof pinned) => primitive('schedule', { shown: [], until: not(word) });

const pin = operation('pin', {}, () => [assume(not(pinned)), set(pinned, 1)]);
const unpin = operation('unpin', {}, () => [set(pinned, 0)]);
const truncate = operation('truncate', {}, () => [until(pinned)]);
/** It waits for what nobody gives back. */
const forget = operation('forget', {}, () => [set(locked, 1), until(locked)]);

function waiting(cpus: number, said: boolean, operations = [pin, unpin, truncate]): Program {
  return program({ name: 'waiting', bounds: { cpus }, operations, ...(said && { elsewhere: pinned }) });
}

const limits = { seconds: 60, memoryMiB: 512, depth: null };
async function verdictOf(engine: Engine, of: Program): Promise<Outcome['verdict']['verdict'] | undefined> {
  const task = { program: of, properties: ['deadlock-free'] };
  const [outcome] = await engine.check(task, { ...limits, depth: engine === bmcEngine ? 7 : null }, () => {});
  return outcome?.verdict.verdict;
}

test.each([1, 2])('with %i CPUs', async (cpus) => {
  expect(await verdictOf(explicitEngine, waiting(cpus, false))).toBe('violated');
  expect(await verdictOf(bmcEngine, waiting(cpus, false))).toBe('violated');
  expect(await verdictOf(inductionEngine, waiting(cpus, false))).toBe('unknown');
  expect(await verdictOf(inductionEngine, waiting(cpus, true))).toBe('proved');
  expect(await verdictOf(bmcEngine, waiting(cpus, true))).toBe('bounded');
});

test.each([1, 2])('what waits for something else is found, with %i CPUs', async (cpus) => {
  const forgetful = waiting(cpus, true, [pin, unpin, truncate, forget]);
  expect(await verdictOf(explicitEngine, forgetful)).toBe('violated');
  expect(await verdictOf(bmcEngine, forgetful)).toBe('violated');
  expect(await verdictOf(inductionEngine, forgetful)).toBe('unknown');
});
